-- Making a label in the catalogue.


-- The oldest label that keeps others from taking this title, NULL: it is free.
-- p_unique says where a title may be only once: 'team' (the exact title within
-- the team), 'account' (the exact title), 'listed' (its folded form among the
-- catalogue's), 'folded' (its folded form). p_except: labels that may keep it.
CREATE OR REPLACE FUNCTION labels.label_in_the_way(
    p_account bigint, p_unique text, p_team smallint, p_title text,
    p_folded text, p_except integer[])
RETURNS integer
LANGUAGE sql STABLE
AS $$
    SELECT min(l.label_id)
      FROM labels.label l
     WHERE l.account_id = p_account AND l.folded = p_folded
       AND l.label_id <> ALL (p_except)
       AND CASE p_unique
           WHEN 'team' THEN l.team_id = p_team AND l.title = p_title
           WHEN 'account' THEN l.title = p_title
           WHEN 'listed' THEN l.listed
           ELSE true
           END
$$;


-- One label; the caller holds the account's lock exclusively. Parameters and
-- outcomes as in labels.label_create(); label_id: of the label that was made,
-- or of the one that has the title.
CREATE OR REPLACE FUNCTION labels.create_label(
    p_dialect text, p_account bigint, p_unique text, p_team text,
    p_title text, p_folded text, p_color text, p_description text,
    p_show boolean, p_listed boolean, p_cap integer,
    OUT outcome labels.outcome, OUT label_id integer)
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
DECLARE
    v_team smallint;
    v_teams bigint;
    v_now timestamptz;
BEGIN
    SELECT min(t.team_id), count(*) INTO v_team, v_teams
      FROM labels.team t WHERE t.account_id = p_account;

    IF p_unique = 'team' AND p_team IS NOT NULL THEN
        SELECT t.team_id INTO v_team
          FROM labels.team t
         WHERE t.account_id = p_account AND t.reference = p_team;

        IF NOT FOUND THEN
            outcome := 'team_not_found';
            RETURN;
        END IF;

    ELSIF p_unique = 'team' AND v_teams > 1 THEN
        outcome := 'team_missing';
        RETURN;
    END IF;

    IF p_cap > 0
       AND (SELECT count(*) FROM labels.label l
             WHERE l.account_id = p_account AND l.origin = p_dialect) >= p_cap
    THEN
        outcome := 'label_limit';
        RETURN;
    END IF;

    label_id := labels.label_in_the_way(p_account, p_unique, v_team, p_title,
                                        p_folded, '{}');

    IF label_id IS NOT NULL THEN
        outcome := 'title_taken';
        RETURN;
    END IF;

    outcome := 'ok';
    v_now := clock_timestamp();

    -- a label that came into being by being attached enters the catalogue with
    -- all that holds it

    IF p_unique = 'listed' THEN
        SELECT l.label_id INTO label_id
          FROM labels.label l
         WHERE l.account_id = p_account AND l.folded = p_folded
         ORDER BY (l.title = p_title) DESC, l.label_id
         LIMIT 1;

        IF FOUND THEN
            UPDATE labels.label l
               SET title = p_title, color = p_color,
                   description = coalesce(p_description, ''),
                   show_on_sidebar = coalesce(p_show, false),
                   listed = true, updated_at = v_now
             WHERE l.account_id = p_account
               AND l.label_id = create_label.label_id;
            RETURN;
        END IF;
    END IF;

    label_id := labels.next_label_id(p_account);

    INSERT INTO labels.label
           (account_id, label_id, team_id, uuid, short_id, title, folded,
            color, description, show_on_sidebar, listed, origin, created_at,
            updated_at)
    VALUES (p_account, create_label.label_id, v_team, labels.new_uuid(),
            labels.new_short_id(), p_title, p_folded, p_color,
            coalesce(p_description, ''), coalesce(p_show, false),
            coalesce(p_listed, false), p_dialect, v_now, v_now);
END
$$;


-- Makes labels.
-- p_unique: see labels.label_in_the_way(). 'team' makes the label in the team
-- with the reference p_team, which may be NULL where the account has a single
-- team; all others in the account's first team. 'listed' takes an unlisted
-- label of that folded title, the title itself before the oldest, into the
-- catalogue instead of making a second one.
-- p_listed: into the catalogue. p_cap: how many labels the account may have
-- that were made through this dialect; 0 or NULL: any number.
-- p_key, p_fingerprint, p_request_id: see labels.claim_keys().
-- Outcomes in their order: key_reused, key_in_progress, team_not_found,
-- team_missing, label_limit, title_taken (label_id is of the label that has
-- the title), ok.
CREATE OR REPLACE FUNCTION labels.label_create(
    p_dialect text[], p_digest bytea[], p_account text[], p_kinds text[],
    p_scopes text[],
    p_unique text[], p_team text[], p_title text[], p_folded text[],
    p_color text[], p_description text[], p_show boolean[],
    p_listed boolean[], p_cap integer[],
    p_key text[], p_fingerprint bytea[], p_request_id uuid[])
RETURNS SETOF labels.label_answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = labels, pg_catalog, pg_temp
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
AS $$
DECLARE
    v_account bigint[];
    v_refusal integer[];
    v_outcome labels.outcome[];
    v_replay uuid[];
    v_answer jsonb[] := array_fill(NULL::jsonb,
                                   ARRAY[cardinality(p_dialect)]);
    v_made record;
    v labels.label_answer;
BEGIN
    SELECT array_agg(CASE a.refusal WHEN 0 THEN a.account_id END),
           array_agg(a.refusal)
      INTO v_account, v_refusal
      FROM labels.authorization(p_dialect, p_digest, p_account, p_kinds,
                                p_scopes) a;

    SELECT k.outcome, k.request_id INTO v_outcome, v_replay
      FROM labels.claim_keys(v_account, p_key, p_fingerprint,
                             p_request_id) k;

    PERFORM labels.lock_accounts(v_account, true);

    FOR i IN 1 .. cardinality(p_dialect) LOOP
        v := NULL;

        IF v_replay[i] IS NOT NULL THEN
            SELECT r.* INTO v
              FROM labels.idempotency_key h
             CROSS JOIN jsonb_populate_record(NULL::labels.label_answer,
                                              h.answer) r
             WHERE h.account_id = v_account[i] AND h.key = p_key[i];

        ELSIF v_outcome[i] IS NULL AND v_refusal[i] = 0 THEN
            v_made := labels.create_label(
                          p_dialect[i], v_account[i], p_unique[i], p_team[i],
                          p_title[i], p_folded[i], p_color[i],
                          p_description[i], p_show[i], p_listed[i],
                          p_cap[i]);
            v_outcome[i] := v_made.outcome;

            IF v_made.outcome = 'ok' THEN
                SELECT * INTO v
                  FROM labels.label_rows(i, v_account[i],
                                         ARRAY[v_made.label_id]);
            END IF;

            v.label_id := v_made.label_id;
            v_answer[i] := jsonb_strip_nulls(to_jsonb(v));
        END IF;

        v.request := i;
        v.refusal := v_refusal[i];
        v.outcome := coalesce(v_outcome[i], 'unchanged');
        v.request_id := coalesce(v_replay[i], p_request_id[i]);
        v.replayed := v_replay[i] IS NOT NULL;
        RETURN NEXT v;
    END LOOP;

    IF array_remove(p_key, NULL) <> '{}' THEN
        PERFORM labels.keep_answers(v_account, v_outcome, v_replay, p_key,
                                    p_fingerprint, p_request_id, v_answer);
    END IF;
END
$$;
