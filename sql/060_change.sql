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
    v_replay uuid[];
    v_round integer[];
    v_rounds integer := 1;
    v_keyed boolean := array_remove(p_key, NULL) <> '{}';
    v_missing boolean;
    v_unknown integer[];
    v_other_team integer[];
    v_done labels.round_result;
    v_list_request integer[] := '{}';
    v_list text[] := '{}';
    v_list_title text[] := '{}';
BEGIN
    SELECT array_agg(CASE a.refusal WHEN 0 THEN a.account_id END),
           array_agg(a.refusal)
      INTO v_account, v_refusal
      FROM labels.authorization(p_dialect, p_digest, p_account, p_kinds,
                                p_scopes) a;

    IF v_keyed THEN
        SELECT k.outcome, k.request_id INTO v_outcome, v_replay
          FROM labels.claim_keys(v_account, p_key, p_fingerprint,
                                 p_request_id) k;
    END IF;

    PERFORM labels.lock_accounts(v_account, false);

    SELECT array_agg(t.kind), array_agg(t.target_id), array_agg(t.team_id),
           array_agg(coalesce(v_outcome[t.request],
                              CASE WHEN v_account[t.request] IS NOT NULL
                              THEN labels.target_outcome(
                                  p_dialect[t.request], v_account[t.request],
                                  p_target[t.request], p_reference[t.request],
                                  p_via[t.request], t.target_id) END))
      INTO v_kind, v_target, v_team, v_outcome
      FROM labels.targets(v_account, p_target, p_reference) t;

    SELECT coalesce(array_agg(i.label_id), '{}'),
           coalesce(array_agg(i.title), '{}'),
           coalesce(bool_or(i.missing), false),
           array_agg(DISTINCT i.request) FILTER (WHERE i.unknown),
           array_agg(DISTINCT i.request) FILTER (WHERE i.other_team)
      INTO v_label, v_title, v_missing, v_unknown, v_other_team
      FROM labels.items(v_account, v_team, p_action, p_match, p_same_team,
                        p_item_request, p_item_title, p_item_folded) i;

    IF v_unknown IS NOT NULL OR v_other_team IS NOT NULL THEN
        SELECT array_agg(CASE WHEN o.outcome IS NOT NULL THEN o.outcome
                              WHEN o.request = ANY (v_unknown)
                              THEN 'label_not_found'
                              WHEN o.request = ANY (v_other_team)
                              THEN 'other_team' END)
          INTO v_outcome
          FROM unnest(v_outcome) WITH ORDINALITY AS o (outcome, request);
    END IF;

    SELECT l.outcome, l.round, l.rounds INTO v_outcome, v_round, v_rounds
      FROM labels.lock_targets(v_account, v_kind, v_target, v_outcome,
                               p_nowait) l;

    -- a label or a chat may have to be made; the targets come first, so that
    -- nobody waits for one while others wait to create

    IF v_missing OR array_position(p_target, 'chat_id') IS NOT NULL THEN

        -- a row that somebody else has locked is waited for now, too; a batch
        -- of several is soon rolled back, this one has the isolation lane

        IF cardinality(v_account) = 1 AND p_action[1] <> 'add' THEN
            PERFORM
               FROM labels.attachment a
              WHERE a.account_id = v_account[1] AND a.target_id = v_target[1]
                AND a.target_kind = v_kind[1]
                FOR UPDATE;
        END IF;

        SELECT m.target, m.team, m.label, m.title
          INTO v_target, v_team, v_label, v_title
          FROM labels.make_missing(v_account, v_outcome, v_target, v_team,
                                   v_label, v_title, p_reference, p_action,
                                   p_match, p_item_request, p_item_title,
                                   p_item_folded) m;

        -- nobody else can know a chat that has just been made

        SELECT l.outcome, l.round, l.rounds INTO v_outcome, v_round, v_rounds
          FROM labels.lock_targets(v_account, v_kind, v_target, v_outcome,
                                   p_nowait) l;
    END IF;

    FOR i IN 1 .. v_rounds LOOP
        v_done := labels.apply_round(
                      i, v_round, v_account, v_kind, v_target, p_action,
                      p_match, p_want, p_item_request, p_item_title,
                      p_item_folded, v_label, v_title);

        v_list_request := v_list_request || v_done.list_request;
        v_list := v_list || v_done.list;
        v_list_title := v_list_title || v_done.list_title;

        SELECT array_agg(CASE WHEN v_round[o.request] <> i
                                   OR v_round[o.request] IS NULL
                              THEN o.outcome
                              WHEN v_done.changed[o.request]
                              THEN 'ok'::labels.outcome
                              ELSE 'unchanged' END)
          INTO v_outcome
          FROM unnest(v_outcome) WITH ORDINALITY AS o (outcome, request);
    END LOOP;

    -- what is left had nothing to do: no label off a chat that is not there

    v_outcome := array_replace(v_outcome, NULL, 'unchanged');

    IF v_keyed THEN
        PERFORM labels.keep_answers(v_account, v_outcome, v_replay, p_key,
                                    p_fingerprint, p_request_id);
    END IF;

    RETURN QUERY
    SELECT r.request::integer, r.refusal, r.outcome, NULL::text, NULL::text,
           coalesce(v_replay[r.request], p_request_id[r.request])
      FROM unnest(v_refusal, v_outcome) WITH ORDINALITY
           AS r (refusal, outcome, request)
     WHERE v_list_request = '{}'
     UNION ALL
    (SELECT s.request, s.refusal, s.outcome, s.list, s.title, s.request_id
       FROM (SELECT r.request::integer, r.refusal, r.outcome,
                    NULL::text AS list, NULL::text AS title,
                    coalesce(v_replay[r.request],
                             p_request_id[r.request]) AS request_id,
                    0 AS n
               FROM unnest(v_refusal, v_outcome) WITH ORDINALITY
                    AS r (refusal, outcome, request)
              WHERE v_list_request <> '{}'
              UNION ALL
             SELECT l.request, 0, 'ok', l.list, l.title, NULL, l.n
               FROM unnest(v_list_request, v_list, v_list_title)
                    WITH ORDINALITY AS l (request, list, title, n)) s
      ORDER BY s.request, s.n);
END
$$;
