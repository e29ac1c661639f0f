-- Contacts and conversations by any of their names.


-- The account's contact or conversation of that name, at most one row.
-- p_target says how p_reference spells it: 'contact', 'uuid', 'short_id',
-- 'chat_id', 'conversation'. team_id is the contact's.
CREATE OR REPLACE FUNCTION labels.target_named(
    p_account bigint, p_target text, p_reference text)
RETURNS TABLE (target_id bigint, team_id smallint, name text)
LANGUAGE sql STABLE
AS $$
    SELECT c.contact_id, c.team_id, c.name
      FROM labels.contact c
     WHERE p_target = 'uuid' AND c.account_id = p_account
       AND c.uuid = CASE p_target WHEN 'uuid' THEN p_reference::uuid END
     UNION ALL
    SELECT c.contact_id, c.team_id, c.name
      FROM labels.contact c
     WHERE p_target = 'contact' AND c.account_id = p_account
       AND c.contact_id = CASE p_target WHEN 'contact'
                                        THEN p_reference::bigint END
     UNION ALL
    SELECT c.contact_id, c.team_id, c.name
      FROM labels.contact c
     WHERE p_target = 'short_id' AND c.account_id = p_account
       AND c.short_id = p_reference
     UNION ALL
    SELECT c.contact_id, c.team_id, c.name
      FROM labels.contact c
     WHERE p_target = 'chat_id' AND c.account_id = p_account
       AND c.chat_id = p_reference
     UNION ALL
    SELECT v.display_id, c.team_id, NULL
      FROM labels.conversation v
      JOIN labels.contact c ON c.account_id = v.account_id
                           AND c.contact_id = v.contact_id
     WHERE p_target = 'conversation' AND v.account_id = p_account
       AND v.display_id = CASE p_target WHEN 'conversation'
                                        THEN p_reference::bigint END
$$;


CREATE OR REPLACE FUNCTION labels.target_kind(p_target text)
RETURNS "char"
LANGUAGE sql IMMUTABLE
AS $$
    SELECT CASE WHEN p_target = 'conversation' THEN 'v' ELSE 'c' END::"char"
$$;


-- One row per request, in order; target_id NULL: there is no such target in
-- the account.
CREATE OR REPLACE FUNCTION labels.targets(
    p_account bigint[], p_target text[], p_reference text[])
RETURNS TABLE (request integer, kind "char", target_id bigint,
               team_id smallint, name text)
LANGUAGE sql STABLE
AS $$
    SELECT r.request::integer, labels.target_kind(r.target),
           t.target_id, t.team_id, t.name
      FROM unnest(p_account, p_target, p_reference) WITH ORDINALITY
           AS r (account_id, target, reference, request)
      LEFT JOIN LATERAL labels.target_named(r.account_id, r.target,
                                            r.reference) t ON true
     ORDER BY r.request
$$;


-- The same in arrays, for a batch that spells its targets mostly alike: a plan
-- with one index in it is started sooner than one with all of them. keys: those
-- of the targets' locks, each once and sorted.
CREATE OR REPLACE FUNCTION labels.find_targets(
    p_account bigint[], p_target text[], p_reference text[],
    OUT kind "char"[], OUT target bigint[], OUT team smallint[],
    OUT keys integer[])
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    IF 'uuid' = ALL (p_target) THEN
        SELECT array_agg('c'::"char"), array_agg(t.contact_id),
               array_agg(t.team_id),
               array_agg(DISTINCT labels.target_key(
                             t.account_id, 'c', t.contact_id))
               FILTER (WHERE t.contact_id IS NOT NULL)
          INTO kind, target, team, keys
          FROM (SELECT r.account_id, c.contact_id, c.team_id
                  FROM unnest(p_account) WITH ORDINALITY
                       AS r (account_id, request)
                  LEFT JOIN labels.contact c
                         ON c.account_id = r.account_id
                        AND c.uuid = p_reference[r.request]::uuid
                 ORDER BY r.request) t;

    ELSIF 'contact' = ALL (p_target) THEN
        SELECT array_agg('c'::"char"), array_agg(t.contact_id),
               array_agg(t.team_id),
               array_agg(DISTINCT labels.target_key(
                             t.account_id, 'c', t.contact_id))
               FILTER (WHERE t.contact_id IS NOT NULL)
          INTO kind, target, team, keys
          FROM (SELECT r.account_id, c.contact_id, c.team_id
                  FROM unnest(p_account) WITH ORDINALITY
                       AS r (account_id, request)
                  LEFT JOIN labels.contact c
                         ON c.account_id = r.account_id
                        AND c.contact_id = p_reference[r.request]::bigint
                 ORDER BY r.request) t;

    ELSE
        SELECT array_agg(t.kind), array_agg(t.target_id),
               array_agg(t.team_id),
               array_agg(DISTINCT labels.target_key(
                             p_account[t.request], t.kind, t.target_id))
               FILTER (WHERE t.target_id IS NOT NULL)
          INTO kind, target, team, keys
          FROM labels.targets(p_account, p_target, p_reference) t;
    END IF;

    keys := coalesce(keys, '{}');
END
$$;


-- What to answer before any label is looked at, NULL: nothing stands in the
-- way. A chat need not exist. In PL/pgSQL, whose plans are kept: a function in
-- SQL that is not inlined is planned anew by every statement that calls it.
CREATE OR REPLACE FUNCTION labels.target_outcome(
    p_dialect text, p_account bigint, p_target text, p_reference text,
    p_via text, p_target_id bigint)
RETURNS labels.outcome
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    IF p_via IS NOT NULL THEN
        PERFORM FROM labels.account_reference x
          WHERE x.dialect = p_dialect AND x.purpose = 'phone_number'
            AND x.reference = p_via AND x.account_id = p_account;

        IF NOT FOUND THEN
            RETURN 'via_not_found';
        END IF;
    END IF;

    IF p_target_id IS NOT NULL OR p_target = 'chat_id' THEN
        RETURN NULL;
    END IF;

    IF p_target = 'short_id' THEN
        PERFORM FROM labels.contact c WHERE c.short_id = p_reference;

        IF FOUND THEN
            RETURN 'target_foreign';
        END IF;
    END IF;

    RETURN 'target_not_found';
END
$$;


-- Who asks for what, one row per request, in order. account_id and what comes
-- behind it are NULL for those who are refused; outcome is NULL when nothing
-- stands in the way. OFFSET 0: the columns are computed once, however often
-- the caller names them.
CREATE OR REPLACE FUNCTION labels.requests(
    p_dialect text[], p_digest bytea[], p_account text[], p_kinds text[],
    p_scopes text[], p_target text[], p_reference text[], p_via text[])
RETURNS TABLE (request integer, refusal integer, account_id bigint,
               kind "char", target_id bigint, team_id smallint, name text,
               outcome labels.outcome)
LANGUAGE sql STABLE
AS $$
    SELECT a.request, a.refusal, a.account_id,
           labels.target_kind(p_target[a.request]),
           t.target_id, t.team_id, t.name,
           CASE WHEN a.account_id IS NOT NULL
                     AND (t.target_id IS NULL
                          OR p_via[a.request] IS NOT NULL)
                THEN labels.target_outcome(
                         p_dialect[a.request], a.account_id,
                         p_target[a.request], p_reference[a.request],
                         p_via[a.request], t.target_id) END
      FROM (SELECT q.request, q.refusal,
                   CASE q.refusal WHEN 0 THEN q.account_id END AS account_id
              FROM labels.authorization(p_dialect, p_digest, p_account,
                                        p_kinds, p_scopes) q
            OFFSET 0) a
      LEFT JOIN LATERAL labels.target_named(
                            a.account_id, p_target[a.request],
                            p_reference[a.request]) t ON true
    OFFSET 0
$$;


-- The account's contact with this chat id, made when there is none. The caller
-- holds the account's creation lock.
CREATE OR REPLACE FUNCTION labels.make_chat(
    p_account bigint, p_chat_id text, OUT contact_id bigint,
    OUT team_id smallint)
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
    SELECT c.contact_id, c.team_id INTO make_chat.contact_id, make_chat.team_id
      FROM labels.contact c
     WHERE c.account_id = p_account AND c.chat_id = p_chat_id;

    IF FOUND THEN
        RETURN;
    END IF;

    SELECT min(t.team_id) INTO make_chat.team_id
      FROM labels.team t WHERE t.account_id = p_account;

    INSERT INTO labels.counter AS n (account_id, last_contact_id)
    VALUES (p_account, 1)
        ON CONFLICT (account_id) DO UPDATE
       SET last_contact_id = n.last_contact_id + 1
    RETURNING last_contact_id INTO make_chat.contact_id;

    INSERT INTO labels.contact
           (account_id, contact_id, team_id, uuid, short_id, chat_id)
    VALUES (p_account, make_chat.contact_id, make_chat.team_id,
            labels.new_uuid(), labels.new_short_id(), p_chat_id);
END
$$;
