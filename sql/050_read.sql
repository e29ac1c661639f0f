-- The labels of a contact or conversation.


-- Per request a header row (position NULL): refusal, outcome, the contact's
-- name in `title` and, when p_full, the account as the dialect spells it in
-- `team`. Then a row per label in order of attachment; without p_full only
-- position and title are filled.
-- p_limit: at most one row more than that, so that the caller sees whether
-- there is more. p_after: only rows behind this position.
-- A chat that does not exist has no labels.
CREATE OR REPLACE FUNCTION labels.read(
    p_dialect text[], p_digest bytea[], p_account text[], p_kinds text[],
    p_scopes text[],
    p_target text[], p_reference text[], p_via text[], p_full boolean[],
    p_limit integer[], p_after bigint[])
RETURNS TABLE (
    request integer, refusal integer, outcome labels.outcome,
    "position" bigint, title text, label_id integer, uuid uuid, color text,
    team text, created_at timestamptz, updated_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = labels, pg_catalog, pg_temp
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
    v_account bigint[];
    v_refusal integer[];
    v_kind "char"[];
    v_target bigint[];
    v_name text[];
    v_outcome labels.outcome[];
BEGIN
    SELECT array_agg(CASE a.refusal WHEN 0 THEN a.account_id END),
           array_agg(a.refusal)
      INTO v_account, v_refusal
      FROM labels.authorization(p_dialect, p_digest, p_account, p_kinds,
                                p_scopes) a;

    SELECT array_agg(t.kind), array_agg(t.target_id), array_agg(t.name),
           array_agg(labels.target_outcome(
                         p_dialect[t.request], v_account[t.request],
                         p_target[t.request], p_reference[t.request],
                         p_via[t.request], t.target_id))
      INTO v_kind, v_target, v_name, v_outcome
      FROM labels.targets(v_account, p_target, p_reference) t;

    RETURN QUERY
    SELECT r.request::integer, r.refusal, coalesce(r.outcome, 'ok'),
           i."position", coalesce(i.title, r.name), i.label_id, i.uuid,
           i.color,
           CASE WHEN i."position" IS NOT NULL THEN i.team
                WHEN r.is_full AND r.refusal = 0 THEN (
                     SELECT x.reference FROM labels.account_reference x
                      WHERE x.account_id = v_account[r.request]
                        AND x.dialect = p_dialect[r.request]
                        AND x.purpose = 'account' LIMIT 1)
                END,
           i.created_at, i.updated_at
      FROM unnest(v_refusal, v_outcome, v_name, p_full) WITH ORDINALITY
           AS r (refusal, outcome, name, is_full, request)
     CROSS JOIN LATERAL (
           SELECT NULL::bigint AS "position", NULL::text AS title,
                  NULL::integer AS label_id, NULL::uuid AS uuid,
                  NULL::text AS color, NULL::text AS team,
                  NULL::timestamptz AS created_at,
                  NULL::timestamptz AS updated_at
           UNION ALL
           (SELECT a."position", l.title,
                   CASE WHEN r.is_full THEN l.label_id END,
                   CASE WHEN r.is_full THEN l.uuid END,
                   CASE WHEN r.is_full THEN l.color END,
                   CASE WHEN r.is_full THEN (
                        SELECT t.reference FROM labels.team t
                         WHERE t.account_id = l.account_id
                           AND t.team_id = l.team_id) END,
                   CASE WHEN r.is_full THEN l.created_at END,
                   CASE WHEN r.is_full THEN l.updated_at END
              FROM labels.attachment a
              JOIN labels.label l ON l.account_id = a.account_id
                                 AND l.label_id = a.label_id
             WHERE r.outcome IS NULL
               AND a.account_id = v_account[r.request]
               AND a.target_id = v_target[r.request]
               AND a.target_kind = v_kind[r.request]
               AND a."position" > coalesce(p_after[r.request], 0)
             ORDER BY a."position"
             LIMIT p_limit[r.request] + 1)
           ) i
     ORDER BY r.request, i."position" NULLS FIRST;
END
$$;
