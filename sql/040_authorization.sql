-- Who asks, for which account, and may they?


-- One row per request, in order: the account and a bit mask of everything that
-- speaks against the credential; 0 lets it in. Which bit is answered first is
-- the dialect's order.
--     1 unknown        2 revoked      4 expired      8 kind not allowed
--    16 no such account             32 account suspended
--    64 not of this account        128 scope missing
--   256 beside 64: of a kind that is not the first one allowed
--   512 beside 16 or 64: its own account is suspended
-- p_digest NULL: the module has verified the bearer for the account p_account;
-- scopes that are asked for then are those that the bearer lacks.
-- p_account NULL: the credential's own account.
CREATE OR REPLACE FUNCTION labels.authorization(
    p_dialect text[], p_digest bytea[], p_account text[], p_kinds text[],
    p_scopes text[])
RETURNS TABLE (request integer, refusal integer, account_id bigint)
LANGUAGE sql STABLE
AS $$
    SELECT r.request::integer,
           CASE
           WHEN r.digest IS NULL THEN
               CASE WHEN a.account_id IS NULL THEN 1
                    WHEN a.status = 'suspended' THEN 32
                    ELSE 0 END
             | CASE WHEN r.scopes IS NULL THEN 0 ELSE 128 END
           WHEN c.digest IS NULL THEN 1
           ELSE
               CASE WHEN c.revoked_at <= now() THEN 2 ELSE 0 END
             | CASE WHEN c.expires_at <= now() THEN 4 ELSE 0 END
             | CASE WHEN c.kind = ANY (string_to_array(r.kinds, ' ')) THEN 0
                    ELSE 8 END
             | CASE WHEN a.account_id IS NULL THEN 16
                    WHEN a.status = 'suspended' THEN 32
                    ELSE 0 END
             | CASE WHEN (a.account_id IS NULL
                          OR (a.account_id <> c.account_id
                              AND m.digest IS NULL))
                         AND (SELECT o.status FROM labels.account o
                               WHERE o.account_id = c.account_id)
                             = 'suspended' THEN 512
                    ELSE 0 END
             | CASE WHEN a.account_id IS NULL
                         OR a.account_id = c.account_id
                         OR m.digest IS NOT NULL THEN 0
                    WHEN c.kind = split_part(r.kinds, ' ', 1) THEN 64
                    ELSE 64 + 256 END
             | CASE WHEN r.scopes IS NULL
                         OR coalesce(m.scopes, c.scopes)
                            && string_to_array(r.scopes, ' ') THEN 0
                    ELSE 128 END
           END,
           a.account_id
      FROM (SELECT u.request, u.dialect, p_digest[u.request] AS digest,
                   p_account[u.request] AS account,
                   p_kinds[u.request] AS kinds, p_scopes[u.request] AS scopes
              FROM unnest(p_dialect) WITH ORDINALITY
                   AS u (dialect, request)) r
      LEFT JOIN labels.credential c
             ON c.digest = r.digest AND c.dialect = r.dialect
      LEFT JOIN labels.account_reference x
             ON x.dialect = r.dialect AND x.purpose = 'account'
            AND x.reference = r.account
      LEFT JOIN labels.account a
             ON a.account_id = CASE WHEN r.account IS NULL THEN c.account_id
                                    ELSE x.account_id END
      LEFT JOIN labels.membership m
             ON m.digest = r.digest
            AND m.account_id = CASE WHEN a.account_id <> c.account_id
                                    THEN a.account_id END
     ORDER BY r.request
$$;


-- For answers that are settled but for the credential.
CREATE OR REPLACE FUNCTION labels.authorize(
    p_dialect text[], p_digest bytea[], p_account text[], p_kinds text[],
    p_scopes text[])
RETURNS TABLE (request integer, refusal integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = labels, pg_catalog, pg_temp
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
AS $$
BEGIN
    RETURN QUERY
    SELECT a.request, a.refusal
      FROM labels.authorization(p_dialect, p_digest, p_account, p_kinds,
                                p_scopes) a;
END
$$;
