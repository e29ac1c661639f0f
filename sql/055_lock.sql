-- Locks. Transaction-level advisory locks instead of row locks: they live in
-- shared memory alone, write no WAL and dirty no page, and obey lock_timeout.
-- They are taken in the order of their classes, and sorted within a class, so
-- that no two transactions wait for each other:
--     1 an idempotency key
--     2 an account: shared for changes of attachments, exclusive for changes
--       of the catalogue; while it is held no label vanishes or is renamed
--     3 a contact or conversation: what happens to one is serial
--     4 creation in an account: only where a label or a chat has to be made
-- Keys are hashes; a collision makes two transactions wait that need not.


CREATE OR REPLACE FUNCTION labels.lock_accounts(
    p_account bigint[], p_exclusive boolean)
RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
    IF p_exclusive THEN
        PERFORM pg_advisory_xact_lock(76002, s.key)
           FROM (SELECT DISTINCT hashint8(a.account_id) AS key
                   FROM unnest(p_account) AS a (account_id)
                  WHERE a.account_id IS NOT NULL
                  ORDER BY key) s;
    ELSE
        PERFORM pg_advisory_xact_lock_shared(76002, s.key)
           FROM (SELECT DISTINCT hashint8(a.account_id) AS key
                   FROM unnest(p_account) AS a (account_id)
                  WHERE a.account_id IS NOT NULL
                  ORDER BY key) s;
    END IF;
END
$$;


CREATE OR REPLACE FUNCTION labels.lock_creation(p_account bigint[])
RETURNS void
LANGUAGE sql VOLATILE
AS $$
    SELECT pg_advisory_xact_lock(76004, s.key)
      FROM (SELECT DISTINCT hashint8(a.account_id) AS key
              FROM unnest(p_account) AS a (account_id)
             WHERE a.account_id IS NOT NULL
             ORDER BY key) s
$$;


CREATE OR REPLACE FUNCTION labels.target_key(
    p_account bigint, p_kind "char", p_target bigint)
RETURNS integer
LANGUAGE sql IMMUTABLE
AS $$
    SELECT hashint8(p_account) # hashint8(p_target)
           # CASE p_kind WHEN 'v' THEN 1 ELSE 0 END
$$;


-- Whether the target is free: nobody holds its lock, nor a row of it.
CREATE OR REPLACE FUNCTION labels.try_target(
    p_account bigint, p_kind "char", p_target bigint)
RETURNS boolean
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_all bigint;
    v_free bigint;
BEGIN
    IF NOT pg_try_advisory_xact_lock(
               76003, labels.target_key(p_account, p_kind, p_target))
    THEN
        RETURN false;
    END IF;

    SELECT count(*) INTO v_all
      FROM labels.attachment a
     WHERE a.account_id = p_account AND a.target_id = p_target
       AND a.target_kind = p_kind;

    SELECT count(*) INTO v_free
      FROM (SELECT FROM labels.attachment a
             WHERE a.account_id = p_account AND a.target_id = p_target
               AND a.target_kind = p_kind
               FOR UPDATE SKIP LOCKED) s;

    RETURN v_free = v_all;
END
$$;
