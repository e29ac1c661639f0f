-- What the items of a batch of changes mean, and the targets' locks.


-- One row per item, in order. missing: a title whose label is to be made;
-- unknown: an id that does not exist. Items of requests without an account come
-- out empty. 'remove' by title needs no label: it looks at the target.
CREATE OR REPLACE FUNCTION labels.items(
    p_account bigint[], p_team smallint[], p_action text[], p_match text[],
    p_same_team boolean[], p_item_request integer[], p_item_title text[],
    p_item_folded text[])
RETURNS TABLE (request integer, label_id integer, title text,
               missing boolean, unknown boolean, other_team boolean)
LANGUAGE sql STABLE
AS $$
    SELECT e.request, l.label_id, l.title,
           l.label_id IS NULL AND e.account_id IS NOT NULL
               AND e.by_title AND e.action <> 'remove',
           l.label_id IS NULL AND e.account_id IS NOT NULL
               AND NOT e.by_title,
           e.same_team AND l.team_id <> e.team_id
      FROM (SELECT i.request, i.title, i.folded, i.n,
                   p_account[i.request] AS account_id,
                   p_team[i.request] AS team_id,
                   p_action[i.request] AS action,
                   p_match[i.request] AS match,
                   p_same_team[i.request] AS same_team,
                   p_match[i.request] NOT IN ('uuid', 'label_id') AS by_title
              FROM unnest(p_item_request, p_item_title, p_item_folded)
                   WITH ORDINALITY AS i (request, title, folded, n)
            OFFSET 0) e
      LEFT JOIN LATERAL (
           SELECT l.label_id, l.team_id, l.title
             FROM labels.label l
            WHERE e.match = 'uuid' AND l.account_id = e.account_id
              AND l.uuid = CASE e.match WHEN 'uuid' THEN e.title::uuid END
           UNION ALL
           SELECT l.label_id, l.team_id, l.title
             FROM labels.label l
            WHERE e.match = 'label_id' AND l.account_id = e.account_id
              AND l.label_id = CASE e.match WHEN 'label_id'
                                            THEN e.title::integer END
           UNION ALL
           SELECT l.label_id, l.team_id, l.title
             FROM labels.label_of_title(e.account_id, e.team_id, e.title,
                                        e.folded, e.match) l
            WHERE e.by_title AND e.action <> 'remove'
           ) l ON true
     ORDER BY e.n
$$;


-- The same in arrays, for batches that name their labels mostly alike:
-- unknown and other_team hold the requests with such an item, or NULL.
CREATE OR REPLACE FUNCTION labels.find_labels(
    p_account bigint[], p_team smallint[], p_action text[], p_match text[],
    p_same_team boolean[], p_item_request integer[], p_item_title text[],
    p_item_folded text[],
    OUT label integer[], OUT title text[], OUT missing boolean,
    OUT unknown integer[], OUT other_team integer[])
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    IF 'uuid' = ALL (p_match) THEN
        SELECT array_agg(i.label_id), array_agg(i.title),
               array_agg(i.request)
               FILTER (WHERE i.label_id IS NULL
                             AND p_account[i.request] IS NOT NULL),
               array_agg(i.request)
               FILTER (WHERE p_same_team[i.request]
                             AND i.team_id <> p_team[i.request])
          INTO label, title, unknown, other_team
          FROM (SELECT e.request, l.label_id, l.team_id, l.title
                  FROM unnest(p_item_request, p_item_title) WITH ORDINALITY
                       AS e (request, uuid, n)
                  LEFT JOIN labels.label l
                         ON l.account_id = p_account[e.request]
                        AND l.uuid = e.uuid::uuid
                 ORDER BY e.n) i;

    ELSIF NOT p_match && '{uuid,label_id}' AND 'remove' <> ALL (p_action) THEN
        SELECT array_agg(i.label_id), array_agg(i.title),
               bool_or(i.label_id IS NULL
                       AND p_account[i.request] IS NOT NULL),
               array_agg(i.request)
               FILTER (WHERE p_same_team[i.request]
                             AND i.team_id <> p_team[i.request])
          INTO label, title, missing, other_team
          FROM (SELECT e.request, l.label_id, l.team_id, l.title
                  FROM unnest(p_item_request, p_item_title, p_item_folded)
                       WITH ORDINALITY AS e (request, title, folded, n)
                  LEFT JOIN LATERAL labels.label_of_title(
                                 p_account[e.request], p_team[e.request],
                                 e.title, e.folded, p_match[e.request]) l
                         ON true
                 ORDER BY e.n) i;

    ELSE
        SELECT array_agg(i.label_id), array_agg(i.title),
               bool_or(i.missing),
               array_agg(i.request) FILTER (WHERE i.unknown),
               array_agg(i.request) FILTER (WHERE i.other_team)
          INTO label, title, missing, unknown, other_team
          FROM labels.items(p_account, p_team, p_action, p_match, p_same_team,
                            p_item_request, p_item_title, p_item_folded) i;
    END IF;

    label := coalesce(label, '{}');
    title := coalesce(title, '{}');
    missing := coalesce(missing, false);
END
$$;


-- Outcomes, with one for requests that have none yet.
CREATE OR REPLACE FUNCTION labels.settle(
    p_outcome labels.outcome[], p_request integer[], p_with labels.outcome)
RETURNS labels.outcome[]
LANGUAGE sql STABLE
AS $$
    SELECT CASE WHEN p_request IS NULL THEN p_outcome
           ELSE ARRAY (SELECT CASE WHEN o.outcome IS NULL
                                        AND o.request = ANY (p_request)
                                   THEN p_with ELSE o.outcome END
                         FROM unnest(p_outcome) WITH ORDINALITY
                              AS o (outcome, request)
                        ORDER BY o.request) END
$$;


-- Makes the chats and labels that are to come into being, for requests that
-- have no outcome yet; all arrays have an element per request, p_label and
-- p_label_title one per item.
CREATE OR REPLACE FUNCTION labels.make_missing(
    p_account bigint[], p_outcome labels.outcome[], p_target_id bigint[],
    p_team smallint[], p_label integer[], p_label_title text[],
    p_reference text[], p_action text[], p_match text[],
    p_item_request integer[], p_item_title text[], p_item_folded text[],
    OUT target bigint[], OUT team smallint[],
    OUT label integer[], OUT title text[])
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_request integer;
    v_item integer;
    v_chat record;
    v_made record;
    v_creating bigint[] := '{}';
BEGIN
    target := p_target_id;
    team := p_team;
    label := p_label;
    title := p_label_title;

    -- a chat without a label to put on it is not made

    FOR v_item IN 1 .. cardinality(p_item_request) LOOP
        v_request := p_item_request[v_item];

        IF p_account[v_request] IS NOT NULL AND p_outcome[v_request] IS NULL
           AND p_action[v_request] <> 'remove'
           AND (label[v_item] IS NULL OR target[v_request] IS NULL)
        THEN
            v_creating := v_creating || p_account[v_request];
        END IF;
    END LOOP;

    IF v_creating = '{}' THEN
        RETURN;
    END IF;

    PERFORM labels.lock_creation(v_creating);

    FOR v_item IN 1 .. cardinality(p_item_request) LOOP
        v_request := p_item_request[v_item];
        CONTINUE WHEN p_account[v_request] IS NULL
                      OR p_outcome[v_request] IS NOT NULL
                      OR p_action[v_request] = 'remove';

        IF target[v_request] IS NULL THEN
            SELECT * INTO v_chat
              FROM labels.make_chat(p_account[v_request],
                                    p_reference[v_request]);

            target[v_request] := v_chat.contact_id;
            team[v_request] := v_chat.team_id;
        END IF;

        IF label[v_item] IS NULL THEN
            SELECT * INTO v_made
              FROM labels.make_label(p_account[v_request], team[v_request],
                                     p_item_title[v_item],
                                     p_item_folded[v_item],
                                     p_match[v_request]);

            label[v_item] := v_made.label_id;
            title[v_item] := v_made.title;
        END IF;
    END LOOP;
END
$$;


-- Locks the targets of the requests that have no outcome yet and deals out
-- their rounds: the k-th request for a target comes in round k. round is NULL
-- where there is nothing to do.
CREATE OR REPLACE FUNCTION labels.lock_targets(
    p_account bigint[], p_kind "char"[], p_target bigint[],
    p_outcome labels.outcome[], p_nowait boolean,
    OUT outcome labels.outcome[], OUT round integer[], OUT rounds integer)
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
    outcome := p_outcome;

    IF p_nowait THEN
        SELECT array_agg(CASE WHEN p_outcome[t.request] IS NULL
                                   AND t.target_id IS NOT NULL
                                   AND NOT labels.try_target(
                                           t.account_id, t.kind, t.target_id)
                              THEN 'target_busy'
                              ELSE p_outcome[t.request] END)
          INTO outcome
          FROM unnest(p_account, p_kind, p_target) WITH ORDINALITY
               AS t (account_id, kind, target_id, request);
    ELSE
        PERFORM pg_advisory_xact_lock(76003, s.key)
           FROM (SELECT DISTINCT labels.target_key(
                            t.account_id, t.kind, t.target_id) AS key
                   FROM unnest(p_account, p_kind, p_target, p_outcome)
                        AS t (account_id, kind, target_id, outcome)
                  WHERE t.outcome IS NULL AND t.account_id IS NOT NULL
                    AND t.target_id IS NOT NULL
                  ORDER BY key) s;
    END IF;

    SELECT array_agg(s.round ORDER BY s.request), coalesce(max(s.round), 0)
      INTO round, rounds
      FROM (SELECT t.request,
                   CASE WHEN t.outcome IS NULL AND t.account_id IS NOT NULL
                             AND t.target_id IS NOT NULL
                        THEN row_number() OVER (
                             PARTITION BY t.outcome IS NULL, t.account_id,
                                          t.target_id, t.kind
                             ORDER BY t.request)
                   END::integer AS round
              FROM unnest(p_account, p_kind, p_target, outcome)
                   WITH ORDINALITY
                   AS t (account_id, kind, target_id, outcome, request)) s;
END
$$;
