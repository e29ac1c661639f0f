-- Writing attachments: one round of a batch, at most one request per target.
-- The caller holds the locks of the accounts and of the targets: nobody else
-- writes to them, and a row stays where it was seen.
--
-- Subqueries keep an OFFSET, a LIMIT or a scalar form where the planner would
-- otherwise be free to hash or to walk over a table that was nearly empty when
-- the statistics were taken.


-- p_target: per request the target, NULL where nothing is to be done; p_label
-- and p_title: what the items mean; p_subscribed: somebody is told of changes.
-- Everything else as in labels.change(). Out: the requests that changed
-- something, and the lists that were asked for.
CREATE OR REPLACE FUNCTION labels.apply_round(
    p_account bigint[], p_kind "char"[], p_target bigint[], p_action text[],
    p_match text[], p_want integer[], p_item_request integer[],
    p_item_title text[], p_item_folded text[], p_label integer[],
    p_title text[], p_subscribed boolean,
    OUT changed integer[], OUT list_request integer[], OUT list text[],
    OUT list_title text[])
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v record;
    v_before_request integer[] := '{}';
    v_before_label integer[] := '{}';
    v_off_request integer[] := '{}';
    v_off_label integer[] := '{}';
    v_off_row tid[] := '{}';
    v_on integer[] := '{}';
    v_on_request integer[] := '{}';
    v_reordered integer[] := '{}';
BEGIN
    IF p_subscribed OR p_want && '{4,5,6,7}' THEN
        SELECT coalesce(array_agg(a.request), '{}'),
               coalesce(array_agg(a.label_id), '{}')
          INTO v_before_request, v_before_label
          FROM labels.attached(p_account, p_kind, p_target) a;
    END IF;

    IF 'remove' = ANY (p_action) THEN
        v := labels.find_removed(p_account, p_kind, p_target, p_action,
                                 p_match, p_item_request, p_item_title,
                                 p_item_folded, p_label);
        v_off_request := v.request;
        v_off_label := v.label;
        v_off_row := v.row;
    END IF;

    IF 'add' = ANY (p_action) THEN
        v := labels.find_added(p_account, p_kind, p_target, p_action,
                               p_match, p_item_request, p_item_title,
                               p_item_folded, p_label);
        v_on := v.item;
        v_on_request := v.request;
    END IF;

    IF p_action && '{replace,overwrite}' THEN
        v := labels.compare(p_account, p_kind, p_target, p_action,
                            p_item_request, p_label);
        v_off_request := v_off_request || v.off_request;
        v_off_label := v_off_label || v.off_label;
        v_off_row := v_off_row || v.off_row;
        v_on := v_on || v.item;
        v_on_request := v_on_request || v.on_request;
        v_reordered := v.reordered;
    END IF;

    IF v_off_row <> '{}' THEN
        DELETE FROM labels.attachment a WHERE a.ctid = ANY (v_off_row);
    END IF;

    IF v_on <> '{}' THEN
        INSERT INTO labels.attachment
               (account_id, target_id, label_id, target_kind)
        SELECT p_account[i.request], p_target[i.request], p_label[i.item],
               p_kind[i.request]
          FROM unnest(v_on, v_on_request) AS i (item, request);
    END IF;

    -- a mere change of order is no event

    changed := v_off_request || v_on_request;

    IF p_subscribed AND changed <> '{}' THEN
        PERFORM labels.record_events(
                    p_account, p_kind, p_target, changed, v_before_request,
                    v_before_label, v_off_request, v_off_label, v_on_request,
                    ARRAY (SELECT p_label[i] FROM unnest(v_on) i));
    END IF;

    IF v_reordered <> '{}' THEN
        PERFORM labels.put_in_order(p_account, p_kind, p_target, v_reordered,
                                    p_item_request, p_label);

        changed := changed || v_reordered;
    END IF;

    IF 0 <> ANY (p_want) THEN
        v := labels.lists(p_account, p_kind, p_target, p_action, p_want,
                          p_item_request, p_title, v_before_request,
                          v_before_label, v_off_request, v_off_label,
                          v_on_request, v_on);
        list_request := v.request;
        list := v.list;
        list_title := v.title;
    ELSE
        list_request := '{}';
        list := '{}';
        list_title := '{}';
    END IF;
END
$$;


-- What the targets of a round carry, in order of attachment.
CREATE OR REPLACE FUNCTION labels.attached(
    p_account bigint[], p_kind "char"[], p_target bigint[])
RETURNS TABLE (request integer, label_id integer, "position" bigint)
LANGUAGE sql STABLE
AS $$
    SELECT r.request::integer, a.label_id, a."position"
      FROM unnest(p_target) WITH ORDINALITY AS r (target_id, request)
     CROSS JOIN LATERAL (
           SELECT a.label_id, a."position"
             FROM labels.attachment a
            WHERE a.account_id = p_account[r.request]
              AND a.target_id = r.target_id
              AND a.target_kind = p_kind[r.request]
           OFFSET 0) a
     ORDER BY r.request, a."position"
$$;


-- What 'remove' takes off, in request order.
CREATE OR REPLACE FUNCTION labels.find_removed(
    p_account bigint[], p_kind "char"[], p_target bigint[], p_action text[],
    p_match text[], p_item_request integer[], p_item_title text[],
    p_item_folded text[], p_label integer[],
    OUT request integer[], OUT label integer[], OUT "row" tid[])
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    SELECT coalesce(array_agg(s.request), '{}'),
           coalesce(array_agg(s.label_id), '{}'),
           coalesce(array_agg(s.ctid), '{}')
      INTO request, label, "row"
      FROM (SELECT e.request, a.label_id, a.ctid
              FROM unnest(p_item_request, p_item_title, p_item_folded,
                          p_label) WITH ORDINALITY
                   AS e (request, title, folded, label_id, n)
             CROSS JOIN LATERAL (
                   SELECT a.label_id, a."position", a.ctid
                     FROM labels.attachment a
                    WHERE a.account_id = p_account[e.request]
                      AND a.target_id = p_target[e.request]
                      AND a.target_kind = p_kind[e.request]
                      AND a.label_id = e.label_id
                      AND p_match[e.request] IN ('uuid', 'label_id')
                   UNION ALL
                   SELECT a.label_id, a."position", a.ctid
                     FROM labels.label l
                    CROSS JOIN LATERAL (
                          SELECT a.label_id, a."position", a.ctid
                            FROM labels.attachment a
                           WHERE a.account_id = l.account_id
                             AND a.target_id = p_target[e.request]
                             AND a.label_id = l.label_id
                             AND a.target_kind = p_kind[e.request]
                          OFFSET 0) a
                    WHERE l.account_id = p_account[e.request]
                      AND l.folded = e.folded
                      AND (p_match[e.request] <> 'exact'
                           OR l.title = e.title)
                      AND p_match[e.request] NOT IN ('uuid', 'label_id')
                   ) a
             WHERE p_action[e.request] = 'remove'
             ORDER BY e.n, a."position") s;
END
$$;


-- The items that 'add' puts on, in order: what the target does not have yet,
-- by title what it has nothing under.
CREATE OR REPLACE FUNCTION labels.find_added(
    p_account bigint[], p_kind "char"[], p_target bigint[], p_action text[],
    p_match text[], p_item_request integer[], p_item_title text[],
    p_item_folded text[], p_label integer[],
    OUT item integer[], OUT request integer[])
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    v_item integer[];
    v_request integer[];
BEGIN
    item := '{}';
    request := '{}';

    IF p_match && '{uuid,label_id}' THEN
        SELECT coalesce(array_agg(s.n), '{}'),
               coalesce(array_agg(s.request), '{}')
          INTO item, request
          FROM (SELECT e.request, min(e.n)::integer AS n
                  FROM unnest(p_item_request, p_label) WITH ORDINALITY
                       AS e (request, label_id, n)
                 WHERE p_action[e.request] = 'add'
                   AND p_match[e.request] IN ('uuid', 'label_id')
                   AND p_target[e.request] IS NOT NULL
                   AND (SELECT a."position"
                          FROM labels.attachment a
                         WHERE a.account_id = p_account[e.request]
                           AND a.target_id = p_target[e.request]
                           AND a.label_id = e.label_id
                           AND a.target_kind = p_kind[e.request]) IS NULL
                 GROUP BY e.request, e.label_id
                 ORDER BY n) s;
    END IF;

    IF p_match && '{exact,listed,folded}' THEN
        SELECT coalesce(array_agg(s.n), '{}'),
               coalesce(array_agg(s.request), '{}')
          INTO v_item, v_request
          FROM (SELECT e.request, min(e.n)::integer AS n
                  FROM unnest(p_item_request, p_label, p_item_title,
                              p_item_folded) WITH ORDINALITY
                       AS e (request, label_id, title, folded, n)
                 WHERE p_action[e.request] = 'add'
                   AND p_match[e.request] NOT IN ('uuid', 'label_id')
                   AND p_target[e.request] IS NOT NULL
                   AND (SELECT a."position"
                          FROM labels.label l
                         CROSS JOIN LATERAL (
                               SELECT a."position"
                                 FROM labels.attachment a
                                WHERE a.account_id = l.account_id
                                  AND a.target_id = p_target[e.request]
                                  AND a.label_id = l.label_id
                                  AND a.target_kind = p_kind[e.request]
                               OFFSET 0) a
                         WHERE l.account_id = p_account[e.request]
                           AND l.folded = e.folded
                           AND (p_match[e.request] <> 'exact'
                                OR l.title = e.title)
                         LIMIT 1) IS NULL
                 GROUP BY e.request, e.label_id
                 ORDER BY n) s;

        item := item || v_item;
        request := request || v_request;
    END IF;
END
$$;


-- What 'replace' and 'overwrite' have to do: the rows to take off, in order of
-- attachment; the items to put on; the overwritten requests whose labels then
-- do not stand in the order of their items.
CREATE OR REPLACE FUNCTION labels.compare(
    p_account bigint[], p_kind "char"[], p_target bigint[], p_action text[],
    p_item_request integer[], p_label integer[],
    OUT off_request integer[], OUT off_label integer[], OUT off_row tid[],
    OUT on_request integer[], OUT item integer[], OUT reordered integer[])
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    v_last CONSTANT bigint := 9223372036854775807;
    v_kept boolean;
    v_request integer[];
    v_position bigint[];
BEGIN
    SELECT coalesce(array_agg(s.request) FILTER (WHERE s.n IS NULL), '{}'),
           coalesce(array_agg(s.label_id) FILTER (WHERE s.n IS NULL), '{}'),
           coalesce(array_agg(s."row") FILTER (WHERE s.n IS NULL), '{}'),
           coalesce(array_agg(s.request) FILTER (WHERE s."row" IS NULL),
                    '{}'),
           coalesce(array_agg(s.n) FILTER (WHERE s."row" IS NULL), '{}'),
           array_agg(s.request) FILTER (WHERE s.n IS NOT NULL),
           array_agg(s."position") FILTER (WHERE s.n IS NOT NULL),
           bool_or(s.n IS NOT NULL AND s."row" IS NOT NULL)
      INTO off_request, off_label, off_row, on_request, item,
           v_request, v_position, v_kept
      FROM (SELECT u.request, u.label_id, min(u.n)::integer AS n,
                   min(u."position") AS "position", min(u."row") AS "row"
              FROM (SELECT e.request, e.label_id, e.n, v_last AS "position",
                           NULL::tid AS "row"
                      FROM unnest(p_item_request, p_label) WITH ORDINALITY
                           AS e (request, label_id, n)
                     WHERE p_target[e.request] IS NOT NULL
                       AND p_action[e.request] IN ('replace', 'overwrite')
                     UNION ALL
                    SELECT r.request::integer, a.label_id, NULL,
                           a."position", a.ctid
                      FROM unnest(p_target) WITH ORDINALITY
                           AS r (target_id, request)
                     CROSS JOIN LATERAL (
                           SELECT a.label_id, a."position", a.ctid
                             FROM labels.attachment a
                            WHERE a.account_id = p_account[r.request]
                              AND a.target_id = r.target_id
                              AND a.target_kind = p_kind[r.request]
                           OFFSET 0) a
                     WHERE p_action[r.request] IN ('replace', 'overwrite')) u
             GROUP BY u.request, u.label_id
             ORDER BY u.request, n, "position") s;

    reordered := '{}';

    IF v_kept THEN
        SELECT coalesce(array_agg(s.request), '{}') INTO reordered
          FROM (SELECT p.request, p."position",
                       lag(p."position") OVER (PARTITION BY p.request
                                               ORDER BY p.n) AS former
                  FROM unnest(v_request, v_position) WITH ORDINALITY
                       AS p (request, "position", n)) s
         WHERE s."position" < s.former
           AND p_action[s.request] = 'overwrite';
    END IF;
END
$$;


-- Gives the attachments of the requests p_requests the order of their items.
CREATE OR REPLACE FUNCTION labels.put_in_order(
    p_account bigint[], p_kind "char"[], p_target bigint[],
    p_requests integer[], p_item_request integer[], p_label integer[])
RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
    UPDATE labels.attachment a
       SET "position" = s."position"
      FROM (SELECT e.request, e.label_id,
                   nextval('labels.attachment_position') AS "position"
              FROM (SELECT e.request, e.label_id
                      FROM unnest(p_item_request, p_label)
                           WITH ORDINALITY AS e (request, label_id, n)
                     WHERE e.request = ANY (p_requests)
                     ORDER BY e.n) e) s
     WHERE a.account_id = p_account[s.request]
       AND a.target_id = p_target[s.request]
       AND a.label_id = s.label_id
       AND a.target_kind = p_kind[s.request];
END
$$;


-- An event per target whose set of labels has changed, for accounts that
-- somebody is subscribed to. The arrays pair a request with a label.
CREATE OR REPLACE FUNCTION labels.record_events(
    p_account bigint[], p_kind "char"[], p_target bigint[],
    p_changed integer[], p_before_request integer[], p_before_label integer[],
    p_off_request integer[], p_off_label integer[],
    p_on_request integer[], p_on_label integer[])
RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
    INSERT INTO labels.event
           (account_id, target_kind, target_id, before, added, removed)
    SELECT p_account[r.request], p_kind[r.request], p_target[r.request],
           ARRAY (SELECT b.label_id
                    FROM unnest(p_before_request, p_before_label)
                         AS b (request, label_id)
                   WHERE b.request = r.request),
           ARRAY (SELECT n.label_id
                    FROM unnest(p_on_request, p_on_label)
                         AS n (request, label_id)
                   WHERE n.request = r.request),
           ARRAY (SELECT o.label_id
                    FROM unnest(p_off_request, p_off_label)
                         AS o (request, label_id)
                   WHERE o.request = r.request)
      FROM (SELECT DISTINCT c.request
              FROM unnest(p_changed) AS c (request)
             ORDER BY c.request) r
     WHERE EXISTS (SELECT FROM labels.subscription s
                    WHERE s.account_id = p_account[r.request] AND s.active
                   OFFSET 0);
END
$$;


-- The lists that were asked for, by p_want, request by request within a kind.
CREATE OR REPLACE FUNCTION labels.lists(
    p_account bigint[], p_kind "char"[], p_target bigint[], p_action text[],
    p_want integer[], p_item_request integer[], p_title text[],
    p_before_request integer[], p_before_label integer[],
    p_off_request integer[], p_off_label integer[],
    p_on_request integer[], p_on integer[],
    OUT request integer[], OUT list text[], OUT title text[])
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    v record;
BEGIN
    request := '{}';
    title := '{}';
    list := '{}';

    IF p_want && '{4,5,6,7}' THEN
        v := labels.titles(4, p_account, p_want, p_before_request,
                           p_before_label);
        request := v.request;
        title := v.title;
        list := array_fill('before'::text, ARRAY[cardinality(v.request)]);
    END IF;

    IF p_want && '{1,3,5,7}' THEN
        SELECT coalesce(array_agg(s.request), '{}') AS request,
               coalesce(array_agg(s.title), '{}') AS title
          INTO v
          FROM (SELECT r.request::integer, l.title
                  FROM unnest(p_target) WITH ORDINALITY
                       AS r (target_id, request)
                 CROSS JOIN LATERAL (
                       SELECT a.label_id, a."position"
                         FROM labels.attachment a
                        WHERE a.account_id = p_account[r.request]
                          AND a.target_id = r.target_id
                          AND a.target_kind = p_kind[r.request]
                       OFFSET 0) a
                 CROSS JOIN LATERAL (
                       SELECT l.title
                         FROM labels.label l
                        WHERE l.account_id = p_account[r.request]
                          AND l.label_id = a.label_id
                       OFFSET 0) l
                 WHERE p_want[r.request] & 1 <> 0
                   AND p_action[r.request] <> 'overwrite'
                 ORDER BY r.request, a."position") s;

        request := request || v.request;
        title := title || v.title;

        IF 'overwrite' = ANY (p_action) THEN
            SELECT coalesce(array_agg(e.request), '{}') AS request,
                   coalesce(array_agg(e.title), '{}') AS title
              INTO v
              FROM unnest(p_item_request, p_title) AS e (request, title)
             WHERE p_target[e.request] IS NOT NULL
               AND p_want[e.request] & 1 <> 0
               AND p_action[e.request] = 'overwrite';

            request := request || v.request;
            title := title || v.title;
        END IF;

        list := list || array_fill('after'::text,
                    ARRAY[cardinality(request) - cardinality(list)]);
    END IF;

    IF p_want && '{2,3,6,7}' THEN
        SELECT coalesce(array_agg(n.request), '{}') AS request,
               coalesce(array_agg(p_title[n.item]), '{}') AS title
          INTO v
          FROM unnest(p_on_request, p_on) AS n (request, item)
         WHERE p_want[n.request] & 2 <> 0;

        request := request || v.request;
        title := title || v.title;
        list := list || array_fill('added'::text,
                                   ARRAY[cardinality(v.request)]);

        IF p_off_request <> '{}' THEN
            v := labels.titles(2, p_account, p_want, p_off_request,
                               p_off_label);
            request := request || v.request;
            title := title || v.title;
            list := list || array_fill('removed'::text,
                                       ARRAY[cardinality(v.request)]);
        END IF;
    END IF;
END
$$;


-- The titles of labels, for the requests that want p_bit.
CREATE OR REPLACE FUNCTION labels.titles(
    p_bit integer, p_account bigint[], p_want integer[], p_request integer[],
    p_label integer[], OUT request integer[], OUT title text[])
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    SELECT coalesce(array_agg(s.request), '{}'),
           coalesce(array_agg(s.title), '{}')
      INTO request, title
      FROM (SELECT n.request, l.title
              FROM unnest(p_request, p_label) WITH ORDINALITY
                   AS n (request, label_id, n)
             CROSS JOIN LATERAL (
                   SELECT l.title
                     FROM labels.label l
                    WHERE l.account_id = p_account[n.request]
                      AND l.label_id = n.label_id
                   OFFSET 0) l
             WHERE p_want[n.request] & p_bit <> 0
             ORDER BY n.n) s;
END
$$;
