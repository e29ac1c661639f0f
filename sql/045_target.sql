-- Contacts and conversations by any of their names.


-- One row per request, in order; target_id NULL: there is no such target in
-- the account. p_target says how p_reference spells it: 'contact', 'uuid',
-- 'short_id', 'chat_id', 'conversation'. team_id is the contact's.
CREATE OR REPLACE FUNCTION labels.targets(
    p_account bigint[], p_target text[], p_reference text[])
RETURNS TABLE (request integer, kind "char", target_id bigint,
               team_id smallint, name text)
LANGUAGE sql STABLE
AS $$
    SELECT r.request::integer,
           CASE WHEN r.target = 'conversation' THEN 'v' ELSE 'c' END::"char",
           t.target_id, t.team_id, t.name
      FROM unnest(p_account, p_target, p_reference) WITH ORDINALITY
           AS r (account_id, target, reference, request)
      LEFT JOIN LATERAL (
           SELECT c.contact_id AS target_id, c.team_id, c.name
             FROM labels.contact c
            WHERE r.target = 'uuid' AND c.account_id = r.account_id
              AND c.uuid = CASE r.target WHEN 'uuid'
                                         THEN r.reference::uuid END
           UNION ALL
           SELECT c.contact_id, c.team_id, c.name
             FROM labels.contact c
            WHERE r.target = 'contact' AND c.account_id = r.account_id
              AND c.contact_id = CASE r.target WHEN 'contact'
                                               THEN r.reference::bigint END
           UNION ALL
           SELECT c.contact_id, c.team_id, c.name
             FROM labels.contact c
            WHERE r.target = 'short_id' AND c.account_id = r.account_id
              AND c.short_id = r.reference
           UNION ALL
           SELECT c.contact_id, c.team_id, c.name
             FROM labels.contact c
            WHERE r.target = 'chat_id' AND c.account_id = r.account_id
              AND c.chat_id = r.reference
           UNION ALL
           SELECT v.display_id, c.team_id, NULL
             FROM labels.conversation v
             JOIN labels.contact c ON c.account_id = v.account_id
                                  AND c.contact_id = v.contact_id
            WHERE r.target = 'conversation' AND v.account_id = r.account_id
              AND v.display_id = CASE r.target WHEN 'conversation'
                                               THEN r.reference::bigint END
           ) t ON true
     ORDER BY r.request
$$;


-- What to answer before any label is looked at, NULL: nothing stands in the
-- way. A chat need not exist.
CREATE OR REPLACE FUNCTION labels.target_outcome(
    p_dialect text, p_account bigint, p_target text, p_reference text,
    p_via text, p_target_id bigint)
RETURNS labels.outcome
LANGUAGE sql STABLE
AS $$
    SELECT CASE
           WHEN p_via IS NOT NULL AND NOT EXISTS (
                    SELECT FROM labels.account_reference x
                     WHERE x.dialect = p_dialect
                       AND x.purpose = 'phone_number'
                       AND x.reference = p_via
                       AND x.account_id = p_account)
           THEN 'via_not_found'::labels.outcome
           WHEN p_target_id IS NOT NULL OR p_target = 'chat_id' THEN NULL
           WHEN p_target = 'short_id' AND EXISTS (
                    SELECT FROM labels.contact c
                     WHERE c.short_id = p_reference)
           THEN 'target_foreign'
           ELSE 'target_not_found'
           END
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
