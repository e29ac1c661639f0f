-- What can become of a request. Expected outcomes are rows, never errors: an
-- error would fail the whole batch.

DO $$
BEGIN
    CREATE TYPE labels.outcome AS ENUM (
        'ok',
        'unchanged',            -- all was as wanted: nothing was written
        'via_not_found',        -- the path's phone number is not the account's
        'target_not_found',
        'target_foreign',       -- it exists, in another account
        'label_not_found',
        'other_team',           -- label and target are of different teams
        'team_missing',         -- the account has several, and none is named
        'team_not_found',
        'title_taken',
        'label_limit',          -- the account may not have more of them
        'key_reused',           -- an idempotency key of another request
        'key_in_progress',
        'target_busy'           -- locked by somebody, and waiting is not meant
    );
EXCEPTION
    WHEN duplicate_object THEN NULL;
END
$$;
