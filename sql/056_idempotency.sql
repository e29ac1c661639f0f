-- Idempotency keys: the first request under a key leaves its answer behind, in
-- the transaction of its change; for 24 hours the same request gets the same
-- answer, and nothing is done again.


CREATE OR REPLACE FUNCTION labels.key_hash(p_account bigint, p_key text)
RETURNS integer
LANGUAGE sql IMMUTABLE
AS $$
    SELECT hashint8(p_account) # hashtext(p_key)
$$;


-- Two arrays with an element per request. outcome: NULL where the request is
-- to be carried out, else what to answer; request_id: of the first answer.
-- A request that carries no key, or has no account, is left alone.
CREATE OR REPLACE FUNCTION labels.claim_keys(
    p_account bigint[], p_key text[], p_fingerprint bytea[],
    p_request_id uuid[],
    OUT outcome labels.outcome[], OUT request_id uuid[])
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_request integer;
    v_held labels.idempotency_key;
    v_seen text[] := '{}';
    v_name text;
BEGIN
    outcome := array_fill(NULL::labels.outcome, ARRAY[cardinality(p_key)]);
    request_id := array_fill(NULL::uuid, ARRAY[cardinality(p_key)]);

    FOR v_request IN
        SELECT s.request
          FROM unnest(p_account, p_key) WITH ORDINALITY
               AS s (account_id, key, request)
         WHERE s.account_id IS NOT NULL AND s.key IS NOT NULL
         ORDER BY labels.key_hash(s.account_id, s.key), s.request
    LOOP
        v_name := p_account[v_request] || ' ' || p_key[v_request];

        -- twice in a batch: the second one waits for the first one's commit

        IF v_name = ANY (v_seen)
           OR NOT pg_try_advisory_xact_lock(
                  76001, labels.key_hash(p_account[v_request],
                                         p_key[v_request]))
        THEN
            outcome[v_request] := 'key_in_progress';
            CONTINUE;
        END IF;

        v_seen := v_seen || v_name;

        SELECT * INTO v_held FROM labels.idempotency_key h
         WHERE h.account_id = p_account[v_request]
           AND h.key = p_key[v_request]
           AND h.created_at > now() - interval '24 hours';

        CONTINUE WHEN NOT FOUND;

        IF v_held.fingerprint <> p_fingerprint[v_request] THEN
            outcome[v_request] := 'key_reused';
        ELSE
            outcome[v_request] := v_held.outcome::labels.outcome;
            request_id[v_request] := v_held.request_id;
        END IF;
    END LOOP;
END
$$;


-- Keeps the outcomes of the requests that were carried out under a key, and
-- removes the account's keys that have expired.
CREATE OR REPLACE FUNCTION labels.keep_answers(
    p_account bigint[], p_outcome labels.outcome[], p_replay uuid[],
    p_key text[], p_fingerprint bytea[], p_request_id uuid[],
    p_answer jsonb[] DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
    INSERT INTO labels.idempotency_key
           (account_id, key, fingerprint, request_id, outcome, answer)
    SELECT s.account_id, s.key, s.fingerprint, s.request_id, s.outcome,
           coalesce(p_answer[s.request], '{}')
      FROM unnest(p_account, p_key, p_fingerprint, p_request_id, p_outcome,
                  p_replay) WITH ORDINALITY
           AS s (account_id, key, fingerprint, request_id, outcome, replay,
                 request)
     WHERE s.account_id IS NOT NULL AND s.key IS NOT NULL
       AND s.replay IS NULL
       AND s.outcome NOT IN ('key_reused', 'key_in_progress', 'target_busy')
        ON CONFLICT (account_id, key) DO UPDATE
       SET fingerprint = excluded.fingerprint,
           request_id = excluded.request_id,
           outcome = excluded.outcome,
           answer = excluded.answer,
           created_at = excluded.created_at;

    -- last, so that no expired key of another request is held while this one
    -- waits for its own

    DELETE FROM labels.idempotency_key h
     USING (SELECT h.account_id, h.key
              FROM labels.idempotency_key h
             WHERE h.created_at <= now() - interval '24 hours'
             ORDER BY h.created_at
             LIMIT 100
               FOR UPDATE SKIP LOCKED) old
     WHERE h.account_id = old.account_id AND h.key = old.key;
END
$$;
