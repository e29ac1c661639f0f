-- Bulk changes: the same labels on or off many contacts or conversations.


-- The references of a batch, in order; target_id NULL: the account has no such
-- target. ordinal: within the request; first: that of the first reference to
-- the same target. References of requests that have an outcome already are
-- not looked up.
CREATE OR REPLACE FUNCTION labels.bulk_references(
    p_account bigint[], p_target text[], p_outcome labels.outcome[],
    p_reference_request integer[], p_reference text[])
RETURNS TABLE (request integer, ordinal integer, first integer,
               account_id bigint, kind "char", target_id bigint,
               team_id smallint)
LANGUAGE sql STABLE
AS $$
    SELECT r.request, r.ordinal,
           min(r.ordinal) OVER (PARTITION BY r.request, r.target_id),
           r.account_id, r.kind, r.target_id, r.team_id
      FROM (SELECT p_reference_request[t.request] AS request,
                   row_number() OVER (
                       PARTITION BY p_reference_request[t.request]
                       ORDER BY t.request)::integer AS ordinal,
                   t.request AS n,
                   p_account[p_reference_request[t.request]] AS account_id,
                   t.kind, t.target_id, t.team_id
              FROM labels.targets(
                       ARRAY (SELECT CASE WHEN p_outcome[r] IS NULL
                                          THEN p_account[r] END
                                FROM unnest(p_reference_request) r),
                       ARRAY (SELECT p_target[r]
                                FROM unnest(p_reference_request) r),
                       p_reference) t) r
     ORDER BY r.n
$$;


-- p_target, p_via, p_match, p_same_team, p_want (2, 4), the items, and
-- p_key, p_fingerprint, p_request_id, p_nowait: as in labels.change(); the
-- references, items and removals of a request stand together. Every target
-- loses what the removals name (p_all: every label) and then gets the items. A
-- title that nothing bears becomes a label of the first target's team.
-- p_nowait: a request with a locked target becomes 'target_busy'.
-- Out: per request a header row (target NULL) with key_reused,
-- key_in_progress, via_not_found, label_not_found, target_busy or ok; if ok,
-- per reference a row with target_not_found, other_team, unchanged or ok (list
-- NULL), then its lists. Later references to a target answer what the first
-- did, without lists.
CREATE OR REPLACE FUNCTION labels.bulk(
    p_dialect text[], p_digest bytea[], p_account text[], p_kinds text[],
    p_scopes text[],
    p_target text[], p_via text[], p_match text[], p_same_team boolean[],
    p_all boolean[], p_want integer[],
    p_key text[], p_fingerprint bytea[], p_request_id uuid[],
    p_reference_request integer[], p_reference text[],
    p_item_request integer[], p_item_title text[], p_item_folded text[],
    p_removal_request integer[], p_removal_title text[],
    p_removal_folded text[], p_nowait boolean)
RETURNS TABLE (
    request integer, refusal integer, outcome labels.outcome, target integer,
    target_outcome text, list text, title text, request_id uuid)
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
    v_replay uuid[];
    v_refs record;
    v_unknown integer[];
    v_busy integer[];
    v_rows labels.bulk_row[];
    v_requests CONSTANT integer[] := ARRAY[cardinality(p_dialect)];
    v_answer jsonb[] := array_fill(NULL::jsonb, v_requests);
BEGIN
    SELECT array_agg(CASE a.refusal WHEN 0 THEN a.account_id END),
           array_agg(a.refusal)
      INTO v_account, v_refusal
      FROM labels.authorization(p_dialect, p_digest, p_account, p_kinds,
                                p_scopes) a;

    SELECT k.outcome, k.request_id INTO v_outcome, v_replay
      FROM labels.claim_keys(v_account, p_key, p_fingerprint,
                             p_request_id) k;

    PERFORM labels.lock_accounts(v_account, false);

    -- the number of the path is looked at, a single target there is not

    SELECT array_agg(CASE WHEN o.outcome IS NULL
                               AND v_account[o.request] IS NOT NULL
                          THEN labels.target_outcome(
                                   p_dialect[o.request],
                                   v_account[o.request], 'chat_id', NULL,
                                   p_via[o.request], NULL)
                          ELSE o.outcome END)
      INTO v_outcome
      FROM unnest(v_outcome) WITH ORDINALITY AS o (outcome, request);

    SELECT coalesce(array_agg(r.request), '{}') AS request,
           coalesce(array_agg(r.ordinal), '{}') AS ordinal,
           coalesce(array_agg(r.first), '{}') AS first,
           coalesce(array_agg(r.account_id), '{}') AS account,
           coalesce(array_agg(r.kind), '{}') AS kind,
           coalesce(array_agg(r.target_id), '{}') AS target,
           coalesce(array_agg(r.team_id), '{}') AS team
      INTO v_refs
      FROM labels.bulk_references(v_account, p_target, v_outcome,
                                  p_reference_request, p_reference) r;

    SELECT array_agg(DISTINCT n.request) INTO v_unknown
      FROM labels.items(v_account, NULL,
                        array_fill('remove'::text, v_requests), p_match, NULL,
                        p_item_request || p_removal_request,
                        p_item_title || p_removal_title,
                        p_item_folded || p_removal_folded) n
     WHERE n.unknown;

    v_outcome := labels.settle(v_outcome, v_unknown, 'label_not_found');

    SELECT array_agg(DISTINCT v_refs.request[o.n]) INTO v_busy
      FROM labels.lock_targets(
               v_refs.account, v_refs.kind, v_refs.target,
               ARRAY (SELECT v_outcome[r] FROM unnest(v_refs.request) r),
               p_nowait) l
     CROSS JOIN unnest(l.outcome) WITH ORDINALITY AS o (outcome, n)
     WHERE o.outcome = 'target_busy';

    v_outcome := labels.settle(v_outcome, v_busy, 'target_busy');

    PERFORM labels.bulk_make(v_account, v_outcome, p_match, v_refs.request,
                             v_refs.target, v_refs.team, p_item_request,
                             p_item_title, p_item_folded);

    FOR i IN 1 .. cardinality(p_dialect) LOOP
        v_rows := '{}';

        IF v_replay[i] IS NOT NULL THEN
            SELECT array_agg(r) INTO v_rows
              FROM labels.idempotency_key h
             CROSS JOIN jsonb_populate_recordset(NULL::labels.bulk_row,
                                                 h.answer -> 'rows') r
             WHERE h.account_id = v_account[i] AND h.key = p_key[i];

        ELSIF v_outcome[i] IS NULL AND v_refusal[i] = 0 THEN
            v_outcome[i] := 'ok';
            v_rows := labels.bulk_request(
                          i, v_account[i], p_match[i], p_same_team[i],
                          p_all[i], p_want[i], v_refs.request,
                          v_refs.ordinal, v_refs.first, v_refs.kind,
                          v_refs.target, v_refs.team, p_item_request,
                          p_item_title, p_item_folded, p_removal_request,
                          p_removal_title, p_removal_folded);

            IF p_key[i] IS NOT NULL THEN
                v_answer[i] := jsonb_build_object('rows', to_jsonb(v_rows));
            END IF;
        END IF;

        RETURN QUERY
        SELECT i, v_refusal[i], coalesce(v_outcome[i], 'unchanged'),
               NULL::integer, NULL::text, NULL::text, NULL::text,
               coalesce(v_replay[i], p_request_id[i]);

        RETURN QUERY
        SELECT i, 0, 'ok'::labels.outcome, r.target, r.target_outcome,
               r.list, r.title, NULL::uuid
          FROM unnest(v_rows) r;
    END LOOP;

    IF array_remove(p_key, NULL) <> '{}' THEN
        PERFORM labels.keep_answers(v_account, v_outcome, v_replay, p_key,
                                    p_fingerprint, p_request_id, v_answer);
    END IF;
END
$$;


-- Makes the labels whose titles nothing bears, in the team of the request's
-- first target; without a target nothing is made.
CREATE OR REPLACE FUNCTION labels.bulk_make(
    p_account bigint[], p_outcome labels.outcome[], p_match text[],
    p_reference_request integer[], p_target bigint[], p_team_id smallint[],
    p_item_request integer[], p_item_title text[], p_item_folded text[])
RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_requests CONSTANT integer[] := ARRAY[cardinality(p_account)];
    v_target bigint[] := array_fill(NULL::bigint, v_requests);
    v_team smallint[] := array_fill(NULL::smallint, v_requests);
    v_action text[] := array_fill('remove'::text, v_requests);
    v_label integer[];
    v_title text[];
    v_missing boolean;
BEGIN
    FOR i IN REVERSE cardinality(p_target) .. 1 LOOP
        IF p_target[i] IS NOT NULL THEN
            v_target[p_reference_request[i]] := p_target[i];
            v_team[p_reference_request[i]] := p_team_id[i];
            v_action[p_reference_request[i]] := 'add';
        END IF;
    END LOOP;

    SELECT array_agg(n.label_id), array_agg(n.title), bool_or(n.missing)
      INTO v_label, v_title, v_missing
      FROM labels.items(p_account, v_team, v_action, p_match, NULL,
                        p_item_request, p_item_title, p_item_folded) n;

    IF v_missing THEN
        PERFORM labels.make_missing(p_account, p_outcome, v_target, v_team,
                                    v_label, v_title, NULL, v_action, p_match,
                                    p_item_request, p_item_title,
                                    p_item_folded);
    END IF;
END
$$;


-- One request of a batch, team by team; the rows of its answer, in order.
CREATE OR REPLACE FUNCTION labels.bulk_request(
    p_request integer, p_account bigint, p_match text, p_same_team boolean,
    p_all boolean, p_want integer,
    p_reference_request integer[], p_ordinal integer[], p_first integer[],
    p_kind "char"[], p_target bigint[], p_team smallint[],
    p_item_request integer[], p_item_title text[], p_item_folded text[],
    p_removal_request integer[], p_removal_title text[],
    p_removal_folded text[])
RETURNS labels.bulk_row[]
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_item record;
    v_removal record;
    v_group record;
    v_rows labels.bulk_row[] := '{}';
BEGIN
    SELECT coalesce(array_agg(i.title ORDER BY i.n), '{}') AS title,
           coalesce(array_agg(i.folded ORDER BY i.n), '{}') AS folded
      INTO v_item
      FROM unnest(p_item_request, p_item_title, p_item_folded)
           WITH ORDINALITY AS i (request, title, folded, n)
     WHERE i.request = p_request;

    SELECT coalesce(array_agg(i.title ORDER BY i.n), '{}') AS title,
           coalesce(array_agg(i.folded ORDER BY i.n), '{}') AS folded
      INTO v_removal
      FROM unnest(p_removal_request, p_removal_title, p_removal_folded)
           WITH ORDINALITY AS i (request, title, folded, n)
     WHERE i.request = p_request;

    FOR v_group IN
        SELECT r.team_id, r.kind, array_agg(r.ordinal) AS ordinal,
               array_agg(r.first) AS first, array_agg(r.target_id) AS target
          FROM unnest(p_reference_request, p_ordinal, p_first, p_kind,
                      p_target, p_team)
               AS r (request, ordinal, first, kind, target_id, team_id)
         WHERE r.request = p_request
         GROUP BY r.team_id, r.kind
    LOOP
        IF v_group.team_id IS NULL THEN
            v_rows := v_rows || ARRAY (
                SELECT ROW (o, 'target_not_found', NULL, NULL)
                       ::labels.bulk_row
                  FROM unnest(v_group.ordinal) o);
        ELSE
            v_rows := v_rows || ARRAY (
                SELECT g::labels.bulk_row
                  FROM labels.bulk_group(
                           p_account, v_group.kind, v_group.team_id,
                           v_group.ordinal, v_group.first, v_group.target,
                           p_match, p_same_team IS TRUE, p_all IS TRUE,
                           p_want, v_item.title, v_item.folded,
                           v_removal.title, v_removal.folded) g);
        END IF;
    END LOOP;

    -- an outcome comes before the lists of its target

    RETURN ARRAY (
        SELECT ROW (s.target, s.target_outcome, s.list, s.title)
               ::labels.bulk_row
          FROM unnest(v_rows) WITH ORDINALITY
               AS s (target, target_outcome, list, title, n)
         ORDER BY s.target, s.n);
END
$$;
