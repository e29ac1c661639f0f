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
    v_account bigint[];
    v_refusal integer[];
    v_outcome labels.outcome[];
    v_kind "char"[];
    v_target bigint[];
    v_team smallint[];
    v_label integer[];
    v_title text[];
    v_claim record;
    v_replay uuid[];
    v_account_keys integer[];
    v_target_keys integer[];
    v_targets bigint;
    v_absent boolean;
    v_subscribed boolean;
    v_keyed boolean := array_remove(p_key, NULL) <> '{}';
    v_missing boolean;
    v_unknown integer[];
    v_other_team integer[];
    v_key integer;
    v_locked boolean;
    v_lock record;
    v_round integer[];
    v_rounds integer := 1;
    v_todo bigint[];
    v_done record;
    v_changed integer[] := '{}';
    v_list_request integer[] := '{}';
    v_list text[] := '{}';
    v_list_title text[] := '{}';
BEGIN
    SELECT array_agg(r.account_id), array_agg(r.refusal), array_agg(r.kind),
           array_agg(r.team_id), array_agg(r.outcome),
           array_agg(CASE WHEN r.outcome IS NULL THEN r.target_id END),
           count(r.target_id) FILTER (WHERE r.outcome IS NULL),
           coalesce(array_agg(DISTINCT labels.target_key(
                                  r.account_id, r.kind, r.target_id))
                    FILTER (WHERE r.target_id IS NOT NULL
                                  AND r.outcome IS NULL), '{}'),
           coalesce(array_agg(DISTINCT hashint8(r.account_id))
                    FILTER (WHERE r.account_id IS NOT NULL), '{}'),
           bool_or(r.target_id IS NULL AND r.account_id IS NOT NULL
                   AND r.outcome IS NULL),
           bool_or((SELECT true FROM labels.subscription s
                     WHERE s.account_id = r.account_id AND s.active
                     LIMIT 1))
      INTO v_account, v_refusal, v_kind, v_team, v_outcome, v_target,
           v_targets, v_target_keys, v_account_keys, v_absent, v_subscribed
      FROM labels.requests(p_dialect, p_digest, p_account, p_kinds, p_scopes,
                           p_target, p_reference, p_via) r;

    IF v_keyed THEN
        v_claim := labels.claim_keys(v_account, p_key, p_fingerprint,
                                     p_request_id);
        v_replay := v_claim.request_id;

        SELECT array_agg(coalesce(k.outcome, v_outcome[k.request])),
               array_agg(CASE WHEN k.outcome IS NULL
                              THEN v_target[k.request] END)
          INTO v_outcome, v_target
          FROM unnest(v_claim.outcome) WITH ORDINALITY
               AS k (outcome, request);
    END IF;

    -- an expression is evaluated without the executor: a batch takes its many
    -- locks one by one, in the order of their sorted keys

    FOREACH v_key IN ARRAY v_account_keys LOOP
        v_locked := pg_advisory_xact_lock_shared(76002, v_key) IS NOT NULL;
    END LOOP;

    SELECT coalesce(array_agg(i.label_id), '{}'),
           coalesce(array_agg(i.title), '{}'),
           coalesce(bool_or(i.missing), false),
           array_agg(i.request) FILTER (WHERE i.unknown),
           array_agg(i.request) FILTER (WHERE i.other_team)
      INTO v_label, v_title, v_missing, v_unknown, v_other_team
      FROM labels.items(v_account, v_team, p_action, p_match, p_same_team,
                        p_item_request, p_item_title, p_item_folded) i;

    IF v_unknown IS NOT NULL OR v_other_team IS NOT NULL THEN
        v_outcome := labels.settle(labels.settle(v_outcome, v_unknown,
                                                 'label_not_found'),
                                   v_other_team, 'other_team');
    END IF;

    IF v_keyed OR v_missing OR v_absent OR p_nowait
       OR v_unknown IS NOT NULL OR v_other_team IS NOT NULL
       OR cardinality(v_target_keys) <> v_targets
    THEN
        v_lock := labels.lock_targets(v_account, v_kind, v_target, v_outcome,
                                      p_nowait);

        -- a label or a chat may have to be made; the targets come first, so
        -- that nobody waits for one while others wait to create

        IF v_missing OR v_absent THEN
            SELECT m.target, m.team, m.label, m.title
              INTO v_target, v_team, v_label, v_title
              FROM labels.make_missing(v_account, v_lock.outcome, v_target,
                                       v_team, v_label, v_title, p_reference,
                                       p_action, p_match, p_item_request,
                                       p_item_title, p_item_folded) m;

            -- nobody else can know a chat that has just been made

            v_lock := labels.lock_targets(v_account, v_kind, v_target,
                                          v_lock.outcome, p_nowait);
        END IF;

        v_outcome := v_lock.outcome;
        v_round := v_lock.round;
        v_rounds := v_lock.rounds;
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

        v_done := labels.apply_round(
                      v_account, v_kind, v_todo, p_action, p_match, p_want,
                      p_item_request, p_item_title, p_item_folded, v_label,
                      v_title, v_subscribed);

        v_changed := v_changed || v_done.changed;
        v_list_request := v_list_request || v_done.list_request;
        v_list := v_list || v_done.list;
        v_list_title := v_list_title || v_done.list_title;
    END LOOP;

    -- unchanged are also those who had nothing to do: no label off a chat that
    -- is not there

    SELECT array_agg(CASE WHEN o.outcome IS NOT NULL THEN o.outcome
                          WHEN o.request = ANY (v_changed) THEN 'ok'
                          ELSE 'unchanged' END)
      INTO v_outcome
      FROM unnest(v_outcome) WITH ORDINALITY AS o (outcome, request);

    IF v_keyed THEN
        PERFORM labels.keep_answers(v_account, v_outcome, v_replay, p_key,
                                    p_fingerprint, p_request_id);
    END IF;

    IF v_list_request = '{}' THEN
        RETURN QUERY
        SELECT r.request::integer, r.refusal, v_outcome[r.request],
               NULL::text, NULL::text,
               coalesce(v_replay[r.request], p_request_id[r.request])
          FROM unnest(v_refusal) WITH ORDINALITY AS r (refusal, request);
        RETURN;
    END IF;

    RETURN QUERY
    SELECT s.request, s.refusal, s.outcome, s.list, s.title, s.request_id
      FROM (SELECT r.request::integer, r.refusal,
                   v_outcome[r.request] AS outcome,
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
