-- Bulk changes: the work on the targets of one request that are of one team,
-- and so mean the same labels by the same titles. The caller holds the locks
-- of the account and of the targets.

-- A row of an answer: what became of a target, or, with `list`, a title of one
-- of its lists. `target` is the ordinal of its reference.
DO $$
BEGIN
    CREATE TYPE labels.bulk_row AS (
        target integer,
        target_outcome text,
        list text,                  -- before, added, removed
        title text
    );
EXCEPTION
    WHEN duplicate_object THEN NULL;
END
$$;


-- What a request means by its items, for targets of one team. p_action: 'add'
-- or 'remove'. An item that says what an earlier one said is left out; one of
-- 'remove' has no label where it is a title. `same`: the labels that the item
-- speaks of, whichever of them a target has.
CREATE OR REPLACE FUNCTION labels.bulk_items(
    p_account bigint, p_team smallint, p_action text, p_match text,
    p_same_team boolean, p_title text[], p_folded text[])
RETURNS TABLE (item bigint, label_id integer, same integer[],
               other_team boolean)
LANGUAGE sql STABLE
AS $$
    SELECT DISTINCT ON (key)
           i.n, i.label_id,
           CASE WHEN p_match IN ('uuid', 'label_id') THEN ARRAY[i.label_id]
                ELSE ARRAY (SELECT l.label_id FROM labels.label l
                             WHERE l.account_id = p_account
                               AND l.folded = i.folded
                               AND (p_match <> 'exact'
                                    OR l.title = i.title)) END,
           i.other_team IS TRUE
      FROM (SELECT r.n, r.title, r.folded, r.label_id, r.other_team,
                   CASE WHEN p_match IN ('uuid', 'label_id')
                        THEN r.label_id::text
                        WHEN p_match = 'exact' THEN r.title
                        ELSE r.folded END AS key
              FROM ROWS FROM (
                       labels.items(
                           ARRAY[p_account], ARRAY[p_team], ARRAY[p_action],
                           ARRAY[p_match], ARRAY[p_same_team],
                           array_fill(1, ARRAY[cardinality(p_title)]),
                           p_title, p_folded),
                       unnest(p_title), unnest(p_folded))
                   WITH ORDINALITY
                   AS r (request, label_id, label_title, missing, unknown,
                         other_team, title, folded, n)) i
     ORDER BY key, i.n
$$;


-- What the targets carry, target by target in order of attachment; ctid: the
-- row of it. OFFSET keeps the planner from walking over the whole account
-- while it takes a young table for an empty one.
CREATE OR REPLACE FUNCTION labels.bulk_attached(
    p_account bigint, p_kind "char", p_ordinal integer[], p_target bigint[])
RETURNS TABLE (ordinal integer, label_id integer, "position" bigint,
               ctid tid)
LANGUAGE sql STABLE
AS $$
    SELECT t.ordinal, a.label_id, a."position", a.ctid
      FROM unnest(p_ordinal, p_target) AS t (ordinal, target_id)
     CROSS JOIN LATERAL (
           SELECT a.label_id, a."position", a.ctid
             FROM labels.attachment a
            WHERE a.account_id = p_account AND a.target_id = t.target_id
              AND a.target_kind = p_kind
           OFFSET 0) a
     ORDER BY t.ordinal, a."position"
$$;


-- An event per target whose set of labels has changed; the arrays pair the
-- ordinal of a target with a label. A label that was taken off and put on
-- again is no change.
CREATE OR REPLACE FUNCTION labels.bulk_events(
    p_account bigint, p_kind "char", p_ordinal integer[], p_target bigint[],
    p_before integer[], p_before_label integer[],
    p_off integer[], p_off_label integer[],
    p_on integer[], p_on_label integer[])
RETURNS void
LANGUAGE sql VOLATILE
AS $$
    INSERT INTO labels.event
           (account_id, target_kind, target_id, before, added, removed)
    SELECT p_account, p_kind, e.target_id, e.before,
           ARRAY (SELECT u FROM unnest(e.added) u
                   WHERE u <> ALL (e.removed)),
           ARRAY (SELECT u FROM unnest(e.removed) u
                   WHERE u <> ALL (e.added))
      FROM (SELECT max(s.target_id) AS target_id,
                   coalesce(array_agg(s.label_id ORDER BY s.n)
                            FILTER (WHERE s.list = 'before'), '{}') AS before,
                   coalesce(array_agg(s.label_id ORDER BY s.n)
                            FILTER (WHERE s.list = 'added'), '{}') AS added,
                   coalesce(array_agg(s.label_id ORDER BY s.n)
                            FILTER (WHERE s.list = 'removed'), '{}')
                            AS removed
              FROM (SELECT t.ordinal, t.target_id, NULL AS list,
                           NULL::integer AS label_id, NULL::bigint AS n
                      FROM unnest(p_ordinal, p_target)
                           AS t (ordinal, target_id)
                     UNION ALL
                    SELECT b.ordinal, NULL, 'before', b.label_id, b.n
                      FROM unnest(p_before, p_before_label) WITH ORDINALITY
                           AS b (ordinal, label_id, n)
                     UNION ALL
                    SELECT o.ordinal, NULL, 'removed', o.label_id, o.n
                      FROM unnest(p_off, p_off_label) WITH ORDINALITY
                           AS o (ordinal, label_id, n)
                     UNION ALL
                    SELECT o.ordinal, NULL, 'added', o.label_id, o.n
                      FROM unnest(p_on, p_on_label) WITH ORDINALITY
                           AS o (ordinal, label_id, n)) s
             GROUP BY s.ordinal) e
     WHERE NOT (e.added <@ e.removed AND e.removed <@ e.added)
$$;


-- Takes labels off and puts labels on.
-- p_ordinal, p_first, p_target: the references of the group, the first
-- reference to the same target (a target is changed once), and the target.
-- Everything else as in labels.bulk().
-- Out: per reference its outcome, then for first references the lists.
CREATE OR REPLACE FUNCTION labels.bulk_group(
    p_account bigint, p_kind "char", p_team smallint, p_ordinal integer[],
    p_first integer[], p_target bigint[], p_match text, p_same_team boolean,
    p_all boolean, p_want integer,
    p_item_title text[], p_item_folded text[],
    p_removal_title text[], p_removal_folded text[])
RETURNS SETOF labels.bulk_row
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_ordinal integer[];
    v_target bigint[];
    v_subscribed boolean;
    v_before integer[];
    v_before_label integer[];
    v_off integer[];
    v_off_label integer[];
    v_on integer[];
    v_on_label integer[];
    v_changed boolean[];
    i integer;
BEGIN
    IF p_same_team
       AND EXISTS (SELECT FROM labels.bulk_items(
                                   p_account, p_team, 'add', p_match, true,
                                   p_item_title, p_item_folded) n
                    WHERE n.other_team
                    UNION ALL
                   SELECT FROM labels.bulk_items(
                                   p_account, p_team, 'remove', p_match, true,
                                   p_removal_title, p_removal_folded) n
                    WHERE n.other_team)
    THEN
        RETURN QUERY
        SELECT o, 'other_team', NULL::text, NULL::text
          FROM unnest(p_ordinal) o;
        RETURN;
    END IF;

    SELECT array_agg(t.ordinal ORDER BY t.ordinal),
           array_agg(t.target_id ORDER BY t.ordinal)
      INTO v_ordinal, v_target
      FROM unnest(p_ordinal, p_first, p_target)
           AS t (ordinal, first, target_id)
     WHERE t.ordinal = t.first;

    v_subscribed := EXISTS (SELECT FROM labels.subscription s
                             WHERE s.account_id = p_account AND s.active);

    IF v_subscribed OR p_want & 4 <> 0 THEN
        SELECT array_agg(a.ordinal), array_agg(a.label_id)
          INTO v_before, v_before_label
          FROM labels.bulk_attached(p_account, p_kind, v_ordinal,
                                    v_target) a;
    END IF;

    IF p_all OR p_removal_title <> '{}' THEN
        SELECT o.off, o.off_label INTO v_off, v_off_label
          FROM labels.bulk_take_off(p_account, p_kind, p_team, v_ordinal,
                                    v_target, p_match, p_all,
                                    p_removal_title, p_removal_folded) o;
    END IF;

    IF p_item_title <> '{}' THEN
        SELECT o."on", o.on_label INTO v_on, v_on_label
          FROM labels.bulk_put_on(p_account, p_kind, p_team, v_ordinal,
                                  v_target, p_match, p_item_title,
                                  p_item_folded) o;
    END IF;

    IF v_subscribed AND (v_off IS NOT NULL OR v_on IS NOT NULL) THEN
        PERFORM labels.bulk_events(p_account, p_kind, v_ordinal, v_target,
                                   v_before, v_before_label, v_off,
                                   v_off_label, v_on, v_on_label);
    END IF;

    v_changed := array_fill(
        false, ARRAY[(SELECT coalesce(max(o), 0) FROM unnest(p_ordinal) o)]);

    FOR i IN SELECT DISTINCT c FROM unnest(v_off || v_on) c LOOP
        v_changed[i] := true;
    END LOOP;

    RETURN QUERY
    SELECT t.ordinal, CASE WHEN v_changed[t.first] THEN 'ok'
                           ELSE 'unchanged' END,
           NULL::text, NULL::text
      FROM unnest(p_ordinal, p_first) AS t (ordinal, first);

    RETURN QUERY
    SELECT s.ordinal, NULL::text, s.list,
           (SELECT l.title FROM labels.label l
             WHERE l.account_id = p_account AND l.label_id = s.label_id)
      FROM (SELECT b.ordinal, 'before' AS list, b.label_id
              FROM unnest(v_before, v_before_label) AS b (ordinal, label_id)
             WHERE p_want & 4 <> 0
             UNION ALL
            SELECT o.ordinal, 'added', o.label_id
              FROM unnest(v_on, v_on_label) AS o (ordinal, label_id)
             WHERE p_want & 2 <> 0
             UNION ALL
            SELECT o.ordinal, 'removed', o.label_id
              FROM unnest(v_off, v_off_label) AS o (ordinal, label_id)
             WHERE p_want & 2 <> 0) s;
END
$$;


-- Deletes the attachments that the removals name, or p_all of them; what was
-- deleted, in the order of the removals, else in order of attachment.
CREATE OR REPLACE FUNCTION labels.bulk_take_off(
    p_account bigint, p_kind "char", p_team smallint, p_ordinal integer[],
    p_target bigint[], p_match text, p_all boolean, p_title text[],
    p_folded text[],
    OUT off integer[], OUT off_label integer[])
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_label integer[];
    v_item bigint[];
    v_row tid[];
BEGIN
    IF NOT p_all THEN
        SELECT array_agg(u.label_id), array_agg(i.item)
          INTO v_label, v_item
          FROM labels.bulk_items(p_account, p_team, 'remove', p_match, false,
                                 p_title, p_folded) i
         CROSS JOIN unnest(i.same) AS u (label_id);
    END IF;

    SELECT array_agg(s.ordinal), array_agg(s.label_id), array_agg(s.ctid)
      INTO off, off_label, v_row
      FROM (SELECT a.ordinal, a.label_id, a.ctid
              FROM labels.bulk_attached(p_account, p_kind, p_ordinal,
                                        p_target) a
             WHERE p_all
                OR array_position(v_label, a.label_id) IS NOT NULL
             ORDER BY a.ordinal,
                      v_item[array_position(v_label, a.label_id)],
                      a."position") s;

    -- nobody else writes to the targets: the rows are where they were

    DELETE FROM labels.attachment a WHERE a.ctid = ANY (v_row);
END
$$;


-- Attaches what the targets do not have yet, in the order of the items; what
-- was attached.
CREATE OR REPLACE FUNCTION labels.bulk_put_on(
    p_account bigint, p_kind "char", p_team smallint, p_ordinal integer[],
    p_target bigint[], p_match text, p_title text[], p_folded text[],
    OUT "on" integer[], OUT on_label integer[])
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_target bigint[];
BEGIN
    WITH wanted AS MATERIALIZED (
        SELECT i.item, i.label_id, i.same
          FROM labels.bulk_items(p_account, p_team, 'add', p_match, false,
                                 p_title, p_folded) i),
    present AS MATERIALIZED (
        SELECT t.ordinal, t.target_id,
               ARRAY (SELECT a.label_id
                        FROM labels.attachment a
                       WHERE a.account_id = p_account
                         AND a.target_id = t.target_id
                         AND a.target_kind = p_kind) AS labels
          FROM unnest(p_ordinal, p_target) AS t (ordinal, target_id))
    SELECT array_agg(s.ordinal), array_agg(s.target_id),
           array_agg(s.label_id)
      INTO "on", v_target, on_label
      FROM (SELECT p.ordinal, p.target_id, w.label_id
              FROM present p
             CROSS JOIN wanted w
             WHERE NOT p.labels && w.same
             ORDER BY p.ordinal, w.item) s;

    -- nobody else writes to the targets: what was missing still is

    INSERT INTO labels.attachment
           (account_id, target_id, label_id, target_kind)
    SELECT p_account, n.target_id, n.label_id, p_kind
      FROM unnest(v_target, on_label) AS n (target_id, label_id);
END
$$;
