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
BEGIN
    RETURN QUERY
    SELECT r.request, r.refusal, coalesce(r.outcome, 'ok'),
           i."position",
           CASE WHEN i."position" IS NULL THEN r.name ELSE i.title END,
           i.label_id, i.uuid, i.color,
           CASE WHEN i."position" IS NOT NULL THEN i.team
                WHEN p_full[r.request] THEN (
                     SELECT x.reference FROM labels.account_reference x
                      WHERE x.account_id = r.account_id
                        AND x.dialect = p_dialect[r.request]
                        AND x.purpose = 'account' LIMIT 1)
                END,
           i.created_at, i.updated_at
      FROM labels.requests(p_dialect, p_digest, p_account, p_kinds, p_scopes,
                           p_target, p_reference, p_via) r
     CROSS JOIN LATERAL (
           SELECT NULL::bigint AS "position", NULL::text AS title,
                  NULL::integer AS label_id, NULL::uuid AS uuid,
                  NULL::text AS color, NULL::text AS team,
                  NULL::timestamptz AS created_at,
                  NULL::timestamptz AS updated_at
           UNION ALL
           (SELECT a."position", l.title,
                   CASE WHEN p_full[r.request] THEN l.label_id END,
                   CASE WHEN p_full[r.request] THEN l.uuid END,
                   CASE WHEN p_full[r.request] THEN l.color END,
                   CASE WHEN p_full[r.request] THEN (
                        SELECT t.reference FROM labels.team t
                         WHERE t.account_id = l.account_id
                           AND t.team_id = l.team_id) END,
                   CASE WHEN p_full[r.request] THEN l.created_at END,
                   CASE WHEN p_full[r.request] THEN l.updated_at END
              FROM (SELECT a.account_id, a.label_id, a."position"
                      FROM labels.attachment a
                     WHERE r.outcome IS NULL
                       AND a.account_id = r.account_id
                       AND a.target_id = r.target_id
                       AND a.target_kind = r.kind
                       AND a."position" > coalesce(p_after[r.request], 0)
                     ORDER BY a."position"
                     LIMIT p_limit[r.request] + 1) a
              JOIN labels.label l ON l.account_id = a.account_id
                                 AND l.label_id = a.label_id)
           ) i
     ORDER BY r.request, i."position" NULLS FIRST;
END
$$;
