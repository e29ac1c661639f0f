-- Changes of the labels of one contact or conversation per request.


-- p_action: 'add', 'remove', 'replace' (exactly the labels sent; what stays
-- keeps its place), 'overwrite' (the same, in the order sent).
-- p_match: how an item names a label: 'label_id' or 'uuid' (NULL: an id that
-- cannot exist), or by title, see labels.label_of_title(). A title without a
-- label makes one, except for 'remove'. By title, 'add' passes over what the
-- target has under that title, and 'remove' takes off all that has it.
-- p_same_team: refuses labels of another team than the target's.
-- p_want, bits: 1 the list afterwards, 2 what was added and removed, 4 the
-- list before.
-- p_key, p_fingerprint, p_request_id: see labels.claim_keys().
-- Items belong to the request p_item_request, whose items stand together.
-- p_nowait: a request whose target is locked becomes 'target_busy'; otherwise
-- locks are waited for, up to lock_timeout.
-- Requests for one target are applied in their order, each sees the former.
-- Out: per request a header row (request_id: of the first answer under its
-- key), then its lists.
CREATE OR REPLACE FUNCTION labels.change(
    p_dialect text[], p_digest bytea[], p_account text[], p_kinds text[],
    p_scopes text[],
    p_target text[], p_reference text[], p_via text[], p_action text[],
    p_match text[], p_same_team boolean[], p_want integer[],
    p_key text[], p_fingerprint bytea[], p_request_id uuid[],
    p_item_request integer[], p_item_title text[], p_item_folded text[],
    p_nowait boolean)
RETURNS TABLE (
    request integer, refusal integer, outcome labels.outcome,
    list text, title text, request_id uuid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = labels, pg_catalog, pg_temp
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
    v record;
    v_account bigint[];
    v_refusal integer[];
    v_outcome labels.outcome[];
    v_kind "char"[];
    v_target bigint[];
    v_team smallint[];
    v_label integer[];
    v_title text[];
    v_replay uuid[];
    v_account_keys integer[];
    v_target_keys integer[];
    v_plain boolean;
    v_absent boolean;
    v_subscribed boolean;
    v_keyed boolean := array_remove(p_key, NULL) <> '{}';
    v_missing boolean;
    v_key integer;
    v_locked boolean;
    v_round integer[];
    v_rounds integer := 1;
    v_todo bigint[];
    v_changed integer[] := '{}';
    v_list_request integer[] := '{}';
    v_list text[] := '{}';
    v_list_title text[] := '{}';
BEGIN
    SELECT array_agg(r.account_id), array_agg(r.refusal),
           coalesce(array_agg(DISTINCT hashint8(r.account_id))
                    FILTER (WHERE r.account_id IS NOT NULL), '{}'),
           bool_or((SELECT true FROM labels.subscription s
                     WHERE s.account_id = r.account_id AND s.active
                     LIMIT 1))
      INTO v_account, v_refusal, v_account_keys, v_subscribed
      FROM (SELECT a.refusal,
                   CASE a.refusal WHEN 0 THEN a.account_id END AS account_id
              FROM labels.authorization(p_dialect, p_digest, p_account,
                                        p_kinds, p_scopes) a
            OFFSET 0) r;

    v_outcome := array_fill(NULL::labels.outcome,
                            ARRAY[cardinality(p_dialect)]);

    IF v_keyed THEN
        v := labels.claim_keys(v_account, p_key, p_fingerprint, p_request_id);
        v_outcome := v.outcome;
        v_replay := v.request_id;
    END IF;

    v := labels.find_targets(v_account, p_target, p_reference);
    v_kind := v.kind;
    v_target := v.target;
    v_team := v.team;
    v_target_keys := v.keys;

    -- whatever is out of the ordinary is looked at in statements of its own

    v_plain := NOT v_keyed AND NOT p_nowait
               AND cardinality(v_target_keys) = cardinality(v_target)
               AND array_remove(p_via, NULL) = '{}';

    IF NOT v_plain THEN
        SELECT array_agg(t.outcome),
               array_agg(CASE WHEN t.outcome IS NULL THEN t.target_id END),
               bool_or(t.outcome IS NULL AND t.target_id IS NULL
                       AND v_account[t.request] IS NOT NULL)
          INTO v_outcome, v_target, v_absent
          FROM (SELECT r.target_id, r.request,
                       coalesce(r.outcome,
                                CASE WHEN v_account[r.request] IS NOT NULL
                                THEN labels.target_outcome(
                                    p_dialect[r.request],
                                    v_account[r.request],
                                    p_target[r.request],
                                    p_reference[r.request],
                                    p_via[r.request], r.target_id) END)
                       AS outcome
                  FROM unnest(v_target, v_outcome) WITH ORDINALITY
                       AS r (target_id, outcome, request)
                OFFSET 0) t;
    END IF;

    -- an expression is evaluated without the executor: a batch takes its many
    -- locks one by one, in the order of their sorted keys

    FOREACH v_key IN ARRAY v_account_keys LOOP
        v_locked := pg_advisory_xact_lock_shared(76002, v_key) IS NOT NULL;
    END LOOP;

    v := labels.find_labels(v_account, v_team, p_action, p_match, p_same_team,
                            p_item_request, p_item_title, p_item_folded);
    v_label := v.label;
    v_title := v.title;
    v_missing := v.missing;

    IF v.unknown IS NOT NULL OR v.other_team IS NOT NULL THEN
        v_outcome := labels.settle(labels.settle(v_outcome, v.unknown,
                                                 'label_not_found'),
                                   v.other_team, 'other_team');
        v_plain := false;
    END IF;

    IF NOT v_plain OR v_missing THEN
        v := labels.lock_targets(v_account, v_kind, v_target, v_outcome,
                                 p_nowait);

        -- a label or a chat may have to be made; the targets come first, so
        -- that nobody waits for one while others wait to create

        IF v_missing OR v_absent THEN

            -- a row that somebody else has locked is waited for now, too; a
            -- batch of several is soon rolled back, this one has the isolation
            -- lane

            IF cardinality(v_account) = 1 AND p_action[1] <> 'add' THEN
                PERFORM
                   FROM labels.attachment a
                  WHERE a.account_id = v_account[1]
                    AND a.target_id = v_target[1]
                    AND a.target_kind = v_kind[1]
                    FOR UPDATE;
            END IF;

            SELECT m.target, m.team, m.label, m.title
              INTO v_target, v_team, v_label, v_title
              FROM labels.make_missing(v_account, v.outcome, v_target,
                                       v_team, v_label, v_title, p_reference,
                                       p_action, p_match, p_item_request,
                                       p_item_title, p_item_folded) m;

            -- nobody else can know a chat that has just been made

            v := labels.lock_targets(v_account, v_kind, v_target, v.outcome,
                                     p_nowait);
        END IF;

        v_outcome := v.outcome;
        v_round := v.round;
        v_rounds := v.rounds;
    ELSE
        FOREACH v_key IN ARRAY v_target_keys LOOP
            v_locked := pg_advisory_xact_lock(76003, v_key) IS NOT NULL;
        END LOOP;
    END IF;

    FOR i IN 1 .. v_rounds LOOP
        IF v_round IS NULL THEN
            v_todo := v_target;
        ELSE
            SELECT array_agg(CASE v_round[t.request] WHEN i
                             THEN t.target_id END)
              INTO v_todo
              FROM unnest(v_target) WITH ORDINALITY AS t (target_id, request);
        END IF;

        v := labels.apply_round(
                 v_account, v_kind, v_todo, p_action, p_match, p_want,
                 p_item_request, p_item_title, p_item_folded, v_label,
                 v_title, v_subscribed);

        v_changed := v_changed || v.changed;
        v_list_request := v_list_request || v.list_request;
        v_list := v_list || v.list;
        v_list_title := v_list_title || v.list_title;
    END LOOP;

    -- unchanged are also those who had nothing to do: no label off a chat that
    -- is not there

    IF v_keyed THEN
        SELECT array_agg(coalesce(
                   o.outcome, CASE WHEN o.request = ANY (v_changed)
                              THEN 'ok' ELSE 'unchanged' END::labels.outcome))
          INTO v_outcome
          FROM unnest(v_outcome) WITH ORDINALITY AS o (outcome, request);

        PERFORM labels.keep_answers(v_account, v_outcome, v_replay, p_key,
                                    p_fingerprint, p_request_id);
    END IF;

    IF v_list_request = '{}' THEN
        RETURN QUERY
        SELECT r.request::integer, r.refusal,
               coalesce(v_outcome[r.request],
                        CASE WHEN r.request = ANY (v_changed)
                        THEN 'ok' ELSE 'unchanged' END::labels.outcome),
               NULL::text, NULL::text,
               coalesce(v_replay[r.request], p_request_id[r.request])
          FROM unnest(v_refusal) WITH ORDINALITY AS r (refusal, request);
        RETURN;
    END IF;

    RETURN QUERY
    SELECT s.request, s.refusal, s.outcome, s.list, s.title, s.request_id
      FROM (SELECT r.request::integer, r.refusal,
                   coalesce(v_outcome[r.request],
                            CASE WHEN r.request = ANY (v_changed)
                            THEN 'ok' ELSE 'unchanged' END::labels.outcome)
                   AS outcome,
                   NULL::text AS list, NULL::text AS title,
                   coalesce(v_replay[r.request],
                            p_request_id[r.request]) AS request_id, 0 AS n
              FROM unnest(v_refusal) WITH ORDINALITY AS r (refusal, request)
             UNION ALL
            SELECT l.request, 0, 'ok', l.list, l.title, NULL, l.n
              FROM unnest(v_list_request, v_list, v_list_title)
                   WITH ORDINALITY AS l (request, list, title, n)) s
     ORDER BY s.request, s.n;
END
$$;
