-- Who carries a label.


-- Per request a header row with the total, then the contacts with a chat id
-- that carry the label, in order of attachment, from p_offset at most p_limit
-- of them (NULL: all).
-- p_match, p_label: see labels.labels_of_id(). Outcomes: ok, label_not_found.
CREATE OR REPLACE FUNCTION labels.label_targets(
    p_dialect text[], p_digest bytea[], p_account text[], p_kinds text[],
    p_scopes text[],
    p_match text[], p_label text[], p_limit integer[], p_offset integer[])
RETURNS TABLE (
    request integer, refusal integer, outcome labels.outcome, total bigint,
    chat_id text, name text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = labels, pg_catalog, pg_temp
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
    v_asked record;
    v_label integer;
BEGIN
    FOR v_asked IN
        SELECT a.request, a.refusal, a.account_id
          FROM labels.authorization(p_dialect, p_digest, p_account, p_kinds,
                                    p_scopes) a
    LOOP
        v_label := NULL;

        IF v_asked.refusal = 0 THEN
            v_label := (labels.labels_of_id(
                            v_asked.account_id, p_match[v_asked.request],
                            p_label[v_asked.request], false, false))[1];
        END IF;

        IF v_label IS NULL THEN
            RETURN QUERY
            SELECT v_asked.request, v_asked.refusal,
                   CASE v_asked.refusal WHEN 0 THEN 'label_not_found'
                                        ELSE 'ok' END::labels.outcome,
                   NULL::bigint, NULL::text, NULL::text;
            CONTINUE;
        END IF;

        RETURN QUERY
        WITH carried AS MATERIALIZED (
            SELECT a."position", c.chat_id, c.name
              FROM labels.attachment a
             CROSS JOIN LATERAL (
                   SELECT c.chat_id, c.name
                     FROM labels.contact c
                    WHERE c.account_id = a.account_id
                      AND c.contact_id = a.target_id
                      AND c.chat_id IS NOT NULL
                   OFFSET 0) c
             WHERE a.account_id = v_asked.account_id
               AND a.label_id = v_label
               AND a.target_kind = 'c')
        SELECT v_asked.request, 0, 'ok'::labels.outcome, s.total, s.chat_id,
               s.name
          FROM (SELECT NULL::bigint AS "position", count(*) AS total,
                       NULL AS chat_id, NULL AS name
                  FROM carried
                UNION ALL
               (SELECT c."position", NULL, c.chat_id, c.name
                  FROM carried c
                 ORDER BY c."position"
                 LIMIT p_limit[v_asked.request]
                OFFSET coalesce(p_offset[v_asked.request], 0))) s
         ORDER BY s."position" NULLS FIRST;
    END LOOP;
END
$$;
