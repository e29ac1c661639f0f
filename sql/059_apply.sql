-- Writing attachments: one round of a batch, at most one request per target.
-- The caller holds the locks of the accounts and of the targets.

DO $$
BEGIN
    CREATE TYPE labels.round_result AS (
        changed boolean[],          -- per request
        list_request integer[],     -- the lists that were asked for
        list text[],                -- after, added, removed, before
        list_title text[]
    );
EXCEPTION
    WHEN duplicate_object THEN NULL;
END
$$;


-- p_round_of: per request the round it belongs to; p_label and p_title: what
-- the items mean. Everything else as in labels.change().
CREATE OR REPLACE FUNCTION labels.apply_round(
    p_round integer, p_round_of integer[], p_account bigint[],
    p_kind "char"[], p_target bigint[], p_action text[], p_match text[],
    p_want integer[], p_item_request integer[], p_item_title text[],
    p_item_folded text[], p_label integer[], p_title text[])
RETURNS labels.round_result
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v labels.round_result;
    v_changed boolean[] := array_fill(false, ARRAY[cardinality(p_account)]);
    v_want integer := 0;
    v_adds boolean := false;
    v_removes boolean := false;
    v_exact boolean := false;
    v_ordered boolean := false;
    v_subscribed boolean;
    v_before_request integer[] := '{}';
    v_before_label integer[] := '{}';
    v_off_request integer[];
    v_off_label integer[];
    v_new boolean[];
    v_reordered integer[];
    i integer;
BEGIN
    v.list_request := '{}';
    v.list := '{}';
    v.list_title := '{}';

    FOR i IN 1 .. cardinality(p_account) LOOP
        CONTINUE WHEN p_round_of[i] IS DISTINCT FROM p_round;

        v_want := v_want | p_want[i];

        CASE p_action[i]
            WHEN 'add' THEN v_adds := true;
            WHEN 'remove' THEN v_removes := true;
            WHEN 'replace' THEN v_exact := true;
            ELSE v_exact := true; v_ordered := true;
        END CASE;
    END LOOP;

    v_subscribed := EXISTS (SELECT FROM labels.subscription s
                             WHERE s.account_id = ANY (p_account)
                               AND s.active);

    IF v_subscribed OR v_want & 4 <> 0 THEN
        SELECT coalesce(array_agg(b.request), '{}'),
               coalesce(array_agg(b.label_id), '{}')
          INTO v_before_request, v_before_label
          FROM labels.attached(p_round, p_round_of, p_account, p_kind,
                               p_target) b;
    END IF;

    IF v_removes OR v_exact THEN
        SELECT o.off_request, o.off_label INTO v_off_request, v_off_label
          FROM labels.take_off(p_round, p_round_of, p_account, p_kind,
                               p_target, p_action, p_match, p_item_request,
                               p_item_title, p_item_folded, p_label,
                               v_removes, v_exact) o;
    END IF;

    FOR i IN 1 .. coalesce(cardinality(v_off_request), 0) LOOP
        v_changed[v_off_request[i]] := true;
    END LOOP;

    IF v_adds OR v_exact THEN
        v_new := labels.put_on(p_round, p_round_of, p_account, p_kind,
                               p_target, p_action, p_match, p_item_request,
                               p_item_title, p_item_folded, p_label);
    END IF;

    FOR i IN 1 .. coalesce(cardinality(v_new), 0) LOOP
        IF v_new[i] THEN
            v_changed[p_item_request[i]] := true;
        END IF;
    END LOOP;

    -- a mere change of order is no event

    IF v_subscribed THEN
        PERFORM labels.record_events(
                    p_account, p_kind, p_target, v_changed, v_before_request,
                    v_before_label, v_off_request, v_off_label,
                    p_item_request, p_label, v_new);
    END IF;

    IF v_ordered THEN
        v_reordered := labels.put_in_order(
                           p_round, p_round_of, p_account, p_kind, p_target,
                           p_action, p_item_request, p_label);

        FOR i IN 1 .. coalesce(cardinality(v_reordered), 0) LOOP
            v_changed[v_reordered[i]] := true;
        END LOOP;
    END IF;

    IF v_want <> 0 THEN
        SELECT coalesce(array_agg(l.request), '{}'),
               coalesce(array_agg(l.list), '{}'),
               coalesce(array_agg(l.title), '{}')
          INTO v.list_request, v.list, v.list_title
          FROM labels.lists(p_round, p_round_of, p_account, p_kind, p_target,
                            p_action, p_want, p_item_request, p_title,
                            v_before_request, v_before_label, v_off_request,
                            v_off_label, v_new) l;
    END IF;

    v.changed := v_changed;

    RETURN v;
END
$$;


-- What the targets of a round carry, in order of attachment.
CREATE OR REPLACE FUNCTION labels.attached(
    p_round integer, p_round_of integer[], p_account bigint[],
    p_kind "char"[], p_target bigint[])
RETURNS TABLE (request integer, label_id integer, "position" bigint)
LANGUAGE sql STABLE
AS $$
    SELECT r.request::integer, a.label_id, a."position"
      FROM unnest(p_account, p_kind, p_target, p_round_of) WITH ORDINALITY
           AS r (account_id, kind, target_id, round, request)
     CROSS JOIN LATERAL (
           SELECT a.label_id, a."position"
             FROM labels.attachment a
            WHERE a.account_id = r.account_id AND a.target_id = r.target_id
              AND a.target_kind = r.kind
            ORDER BY a."position") a
     WHERE r.round = p_round
$$;


-- Deletes what 'remove', 'replace' and 'overwrite' take off; in request order,
-- or for a replacement in order of attachment.
CREATE OR REPLACE FUNCTION labels.take_off(
    p_round integer, p_round_of integer[], p_account bigint[],
    p_kind "char"[], p_target bigint[], p_action text[], p_match text[],
    p_item_request integer[], p_item_title text[], p_item_folded text[],
    p_label integer[], p_removes boolean, p_exact boolean,
    OUT off_request integer[], OUT off_label integer[])
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_first integer[] := array_fill(1, ARRAY[cardinality(p_account)]);
    v_last integer[] := array_fill(0, ARRAY[cardinality(p_account)]);
BEGIN
    IF p_removes THEN
        SELECT array_agg(s.request), array_agg(s.label_id)
          INTO off_request, off_label
          FROM (SELECT e.request, a.label_id
                  FROM unnest(p_item_request, p_item_title, p_item_folded,
                              p_label) WITH ORDINALITY
                       AS e (request, title, folded, label_id, n)
                 CROSS JOIN LATERAL (
                       SELECT a.label_id, a."position"
                         FROM labels.attachment a
                        WHERE a.account_id = p_account[e.request]
                          AND a.target_id = p_target[e.request]
                          AND a.target_kind = p_kind[e.request]
                          AND a.label_id = e.label_id
                          AND p_match[e.request] IN ('uuid', 'label_id')
                       UNION ALL
                       SELECT a.label_id, a."position"
                         FROM labels.label l
                         JOIN labels.attachment a
                           ON a.account_id = l.account_id
                          AND a.label_id = l.label_id
                        WHERE l.account_id = p_account[e.request]
                          AND l.folded = e.folded
                          AND (p_match[e.request] <> 'exact'
                               OR l.title = e.title)
                          AND a.target_id = p_target[e.request]
                          AND a.target_kind = p_kind[e.request]
                          AND p_match[e.request] NOT IN ('uuid', 'label_id')
                       ) a
                 WHERE p_round_of[e.request] = p_round
                   AND p_action[e.request] = 'remove'
                 ORDER BY e.n, a."position") s;
    END IF;

    IF p_exact THEN
        FOR i IN REVERSE cardinality(p_item_request) .. 1 LOOP
            v_first[p_item_request[i]] := i;
        END LOOP;

        FOR i IN 1 .. cardinality(p_item_request) LOOP
            v_last[p_item_request[i]] := i;
        END LOOP;

        SELECT off_request || array_agg(a.request),
               off_label || array_agg(a.label_id)
          INTO off_request, off_label
          FROM labels.attached(p_round, p_round_of, p_account, p_kind,
                               p_target) a
         WHERE p_action[a.request] IN ('replace', 'overwrite')
           AND a.label_id <> ALL (p_label[v_first[a.request]
                                          :v_last[a.request]]);
    END IF;

    IF off_request IS NOT NULL THEN
        DELETE FROM labels.attachment a
         USING unnest(off_request, off_label) AS o (request, label_id)
         WHERE a.account_id = p_account[o.request]
           AND a.target_id = p_target[o.request]
           AND a.label_id = o.label_id
           AND a.target_kind = p_kind[o.request];
    END IF;
END
$$;


-- Attaches what is not there yet, in the order of the items; per item whether
-- it was attached. What is there is looked for first: a row that is not
-- inserted takes no position and no transaction id.
CREATE OR REPLACE FUNCTION labels.put_on(
    p_round integer, p_round_of integer[], p_account bigint[],
    p_kind "char"[], p_target bigint[], p_action text[], p_match text[],
    p_item_request integer[], p_item_title text[], p_item_folded text[],
    p_label integer[])
RETURNS boolean[]
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_new boolean[];
    v_account bigint[];
    v_kind "char"[];
    v_target bigint[];
    v_label integer[];
    v_request integer;
    j integer := 1;
BEGIN
    WITH added AS (
        INSERT INTO labels.attachment
               (account_id, target_id, label_id, target_kind)
        SELECT p_account[e.request], p_target[e.request], e.label_id,
               p_kind[e.request]
          FROM unnest(p_item_request, p_label, p_item_title, p_item_folded)
               WITH ORDINALITY
               AS e (request, label_id, title, folded, n)
         WHERE p_round_of[e.request] = p_round
           AND p_action[e.request] <> 'remove'
           AND e.label_id IS NOT NULL
           AND NOT EXISTS (
                   SELECT FROM labels.attachment a
                    WHERE a.account_id = p_account[e.request]
                      AND a.target_id = p_target[e.request]
                      AND a.label_id = e.label_id
                      AND a.target_kind = p_kind[e.request])
           AND (p_action[e.request] <> 'add'
                OR p_match[e.request] IN ('uuid', 'label_id')
                OR NOT EXISTS (
                       SELECT FROM labels.label l
                         JOIN labels.attachment a
                           ON a.account_id = l.account_id
                          AND a.target_id = p_target[e.request]
                          AND a.label_id = l.label_id
                          AND a.target_kind = p_kind[e.request]
                        WHERE l.account_id = p_account[e.request]
                          AND l.folded = e.folded
                          AND (p_match[e.request] <> 'exact'
                               OR l.title = e.title)))
         ORDER BY e.n
            ON CONFLICT DO NOTHING
        RETURNING account_id, target_kind, target_id, label_id)
    SELECT array_agg(a.account_id), array_agg(a.target_kind),
           array_agg(a.target_id), array_agg(a.label_id)
      INTO v_account, v_kind, v_target, v_label
      FROM added a;

    IF v_account IS NULL THEN
        RETURN NULL;
    END IF;

    -- the rows come back in the order of the items: both are walked at once

    v_new := array_fill(false, ARRAY[cardinality(p_item_request)]);

    FOR i IN 1 .. cardinality(p_item_request) LOOP
        EXIT WHEN j > cardinality(v_label);

        v_request := p_item_request[i];

        IF p_label[i] = v_label[j]
           AND p_target[v_request] = v_target[j]
           AND p_account[v_request] = v_account[j]
           AND p_kind[v_request] = v_kind[j]
           AND p_round_of[v_request] = p_round
        THEN
            v_new[i] := true;
            j := j + 1;
        END IF;
    END LOOP;

    RETURN v_new;
END
$$;


-- Gives the attachments of overwritten targets the order of their items;
-- the requests whose order had to be changed.
CREATE OR REPLACE FUNCTION labels.put_in_order(
    p_round integer, p_round_of integer[], p_account bigint[],
    p_kind "char"[], p_target bigint[], p_action text[],
    p_item_request integer[], p_label integer[])
RETURNS integer[]
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_requests integer[];
BEGIN
    WITH placed AS (
        SELECT a.request, a."position",
               lag(a."position") OVER (PARTITION BY a.request
                                       ORDER BY a.n) AS former
          FROM (SELECT e.request, e.n, a."position"
                  FROM unnest(p_item_request, p_label) WITH ORDINALITY
                       AS e (request, label_id, n)
                  JOIN labels.attachment a
                    ON a.account_id = p_account[e.request]
                   AND a.target_id = p_target[e.request]
                   AND a.label_id = e.label_id
                   AND a.target_kind = p_kind[e.request]
                 WHERE p_round_of[e.request] = p_round
                   AND p_action[e.request] = 'overwrite') a)
    SELECT array_agg(DISTINCT p.request) INTO v_requests
      FROM placed p
     WHERE p."position" < p.former;

    IF v_requests IS NOT NULL THEN
        UPDATE labels.attachment a
           SET "position" = s."position"
          FROM (SELECT e.request, e.label_id,
                       nextval('labels.attachment_position') AS "position"
                  FROM (SELECT e.request, e.label_id
                          FROM unnest(p_item_request, p_label)
                               WITH ORDINALITY AS e (request, label_id, n)
                         WHERE e.request = ANY (v_requests)
                         ORDER BY e.n) e) s
         WHERE a.account_id = p_account[s.request]
           AND a.target_id = p_target[s.request]
           AND a.label_id = s.label_id
           AND a.target_kind = p_kind[s.request];
    END IF;

    RETURN v_requests;
END
$$;


-- An event per target whose set of labels has changed, for accounts that
-- somebody is subscribed to.
CREATE OR REPLACE FUNCTION labels.record_events(
    p_account bigint[], p_kind "char"[], p_target bigint[],
    p_changed boolean[], p_before_request integer[], p_before_label integer[],
    p_off_request integer[], p_off_label integer[],
    p_item_request integer[], p_label integer[], p_new boolean[])
RETURNS void
LANGUAGE sql VOLATILE
AS $$
    INSERT INTO labels.event
           (account_id, target_kind, target_id, before, added, removed)
    SELECT r.account_id, r.kind, r.target_id,
           ARRAY (SELECT b.label_id
                    FROM unnest(p_before_request, p_before_label)
                         AS b (request, label_id)
                   WHERE b.request = r.request),
           ARRAY (SELECT n.label_id
                    FROM unnest(p_item_request, p_label, p_new)
                         AS n (request, label_id, new)
                   WHERE n.request = r.request AND n.new),
           ARRAY (SELECT o.label_id
                    FROM unnest(p_off_request, p_off_label)
                         AS o (request, label_id)
                   WHERE o.request = r.request)
      FROM unnest(p_account, p_kind, p_target, p_changed) WITH ORDINALITY
           AS r (account_id, kind, target_id, changed, request)
     WHERE r.changed
       AND EXISTS (SELECT FROM labels.subscription s
                    WHERE s.account_id = r.account_id AND s.active)
$$;


-- The lists that were asked for, by p_want. A join may turn the order of its
-- sides around: every list that is joined to its titles is sorted again.
CREATE OR REPLACE FUNCTION labels.lists(
    p_round integer, p_round_of integer[], p_account bigint[],
    p_kind "char"[], p_target bigint[], p_action text[], p_want integer[],
    p_item_request integer[], p_title text[],
    p_before_request integer[], p_before_label integer[],
    p_off_request integer[], p_off_label integer[], p_new boolean[])
RETURNS TABLE (request integer, list text, title text)
LANGUAGE sql STABLE
AS $$
   (SELECT b.request, 'before', l.title
      FROM unnest(p_before_request, p_before_label) WITH ORDINALITY
           AS b (request, label_id, n)
      JOIN labels.label l ON l.account_id = p_account[b.request]
                         AND l.label_id = b.label_id
     WHERE p_want[b.request] & 4 <> 0
     ORDER BY b.n)
     UNION ALL
   (SELECT a.request, 'after', l.title
      FROM labels.attached(p_round, p_round_of, p_account, p_kind,
                           p_target) a
      JOIN labels.label l ON l.account_id = p_account[a.request]
                         AND l.label_id = a.label_id
     WHERE p_want[a.request] & 1 <> 0
       AND p_action[a.request] <> 'overwrite'
     ORDER BY a.request, a."position")
     UNION ALL
    SELECT e.request, 'after', e.title
      FROM unnest(p_item_request, p_title) AS e (request, title)
     WHERE p_round_of[e.request] = p_round
       AND p_want[e.request] & 1 <> 0
       AND p_action[e.request] = 'overwrite'
     UNION ALL
    SELECT e.request, 'added', e.title
      FROM unnest(p_item_request, p_title, p_new) AS e (request, title, new)
     WHERE e.new AND p_want[e.request] & 2 <> 0
     UNION ALL
   (SELECT o.request, 'removed', l.title
      FROM unnest(p_off_request, p_off_label) WITH ORDINALITY
           AS o (request, label_id, n)
      JOIN labels.label l ON l.account_id = p_account[o.request]
                         AND l.label_id = o.label_id
     WHERE p_want[o.request] & 2 <> 0
     ORDER BY o.n)
$$;
