-- The catalogue: what its functions share, the list of an account's labels and
-- a single one of them.


-- Serves the list of the newest labels.
CREATE INDEX IF NOT EXISTS label_newest
    ON labels.label (account_id, created_at, uuid);


-- A row of an answer. The first row of a request is its header: it holds the
-- label that was asked for, made or changed, or of a list the total; in a list
-- a row per label follows.
DO $$
BEGIN
    CREATE TYPE labels.label_answer AS (
        request integer,
        refusal integer,
        outcome labels.outcome,
        label_id integer,
        uuid uuid,
        short_id text,
        title text,
        color text,
        description text,
        show_on_sidebar boolean,
        team text,
        created_at timestamptz,
        updated_at timestamptz,
        total bigint,           -- header row of a list
        request_id uuid,        -- header row: of the first answer under a key
        replayed boolean        -- header row: nothing was done again
    );
EXCEPTION
    WHEN duplicate_object THEN NULL;
END
$$;


-- Rows of labels for the answer to a request, in the order of the ids; ids
-- that do not exist are passed over.
CREATE OR REPLACE FUNCTION labels.label_rows(
    p_request integer, p_account bigint, p_label integer[])
RETURNS SETOF labels.label_answer
LANGUAGE sql STABLE
AS $$
    SELECT p_request, 0, 'ok'::labels.outcome, l.label_id, l.uuid, l.short_id,
           l.title, l.color, l.description, l.show_on_sidebar,
           (SELECT t.reference FROM labels.team t
             WHERE t.account_id = l.account_id AND t.team_id = l.team_id),
           l.created_at, l.updated_at, NULL::bigint, NULL::uuid,
           NULL::boolean
      FROM unnest(p_label) WITH ORDINALITY AS i (label_id, n)
     CROSS JOIN LATERAL (
           SELECT l.*
             FROM labels.label l
            WHERE l.account_id = p_account AND l.label_id = i.label_id
           OFFSET 0) l
     ORDER BY i.n
$$;


-- The labels that an id stands for, the oldest first; empty: there is none.
-- p_match says how p_label spells the id: 'label_id', 'uuid', 'short_id'; NULL
-- is an id that cannot exist. p_listed: only what is in the catalogue counts.
-- p_by_name: a label stands for all that fold to the same title.
CREATE OR REPLACE FUNCTION labels.labels_of_id(
    p_account bigint, p_match text, p_label text, p_listed boolean,
    p_by_name boolean)
RETURNS integer[]
LANGUAGE sql STABLE
AS $$
    SELECT coalesce(array_agg(o.label_id ORDER BY o.label_id), '{}')
      FROM (SELECT l.label_id, l.folded, l.listed
              FROM labels.label l
             WHERE p_match = 'label_id' AND l.account_id = p_account
               AND l.label_id = CASE p_match WHEN 'label_id'
                                             THEN p_label::bigint END
             UNION ALL
            SELECT l.label_id, l.folded, l.listed
              FROM labels.label l
             WHERE p_match = 'uuid' AND l.account_id = p_account
               AND l.uuid = CASE p_match WHEN 'uuid' THEN p_label::uuid END
             UNION ALL
            SELECT l.label_id, l.folded, l.listed
              FROM labels.label l
             WHERE p_match = 'short_id' AND l.account_id = p_account
               AND l.short_id = p_label) l
      JOIN labels.label o ON o.account_id = p_account
                         AND o.folded = l.folded
                         AND (p_by_name IS TRUE OR o.label_id = l.label_id)
     WHERE p_listed IS NOT TRUE OR l.listed
$$;


-- What a list shows of an account. p_by_name: of labels that fold to the same
-- title the oldest; p_team NULL: of all teams.
CREATE OR REPLACE FUNCTION labels.shown_labels(
    p_account bigint, p_listed boolean, p_by_name boolean, p_team smallint)
RETURNS SETOF labels.label
LANGUAGE sql STABLE
AS $$
    SELECT l.*
      FROM labels.label l
     WHERE l.account_id = p_account
       AND (p_listed IS NOT TRUE OR l.listed)
       AND (p_team IS NULL OR l.team_id = p_team)
       AND (p_by_name IS NOT TRUE
            OR NOT EXISTS (SELECT FROM labels.label o
                            WHERE o.account_id = l.account_id
                              AND o.folded = l.folded
                              AND o.label_id < l.label_id))
$$;


-- The labels of a page of the list, in order; p_order as in label_list().
CREATE OR REPLACE FUNCTION labels.label_page(
    p_account bigint, p_listed boolean, p_by_name boolean, p_team smallint,
    p_order text, p_limit integer, p_offset integer, p_after bigint,
    p_after_uuid uuid)
RETURNS integer[]
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    -- a cursor comes from outside: no time that cannot be
    v_after CONSTANT timestamptz :=
        CASE WHEN p_after IS NULL THEN 'infinity'
             ELSE 'epoch'::timestamptz
                  + least(greatest(p_after, 0), 253402300799000000)
                    * interval '1 microsecond' END;
    v_after_uuid CONSTANT uuid :=
        coalesce(p_after_uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
BEGIN
    IF p_order = 'newest' THEN
        RETURN ARRAY (
            SELECT l.label_id
              FROM labels.shown_labels(p_account, p_listed, p_by_name,
                                       p_team) l
             WHERE (l.created_at, l.uuid) < (v_after, v_after_uuid)
             ORDER BY l.created_at DESC, l.uuid DESC
             LIMIT p_limit + 1);

    ELSIF p_order = 'label_id' THEN
        RETURN ARRAY (
            SELECT l.label_id
              FROM labels.shown_labels(p_account, p_listed, p_by_name,
                                       p_team) l
             ORDER BY l.label_id
             LIMIT p_limit OFFSET coalesce(p_offset, 0));
    END IF;

    RETURN ARRAY (
        SELECT l.label_id
          FROM labels.shown_labels(p_account, p_listed, p_by_name, p_team) l
         ORDER BY l.folded, l.label_id
         LIMIT p_limit OFFSET coalesce(p_offset, 0));
END
$$;


-- An account's labels.
-- p_listed, p_by_name: see labels.shown_labels(). p_team: only labels of the
-- team with this reference; NULL: of all.
-- p_order: 'title' (folded, by code points), 'label_id' (the header row has
-- the total without limit and offset), 'newest' (one row more than p_limit, so
-- that the caller sees whether there is more; p_after, in microseconds since
-- 1970, and p_after_uuid are the creation and the uuid of the last label of
-- the page before, which need not exist any more).
-- Outcomes: ok, team_not_found.
CREATE OR REPLACE FUNCTION labels.label_list(
    p_dialect text[], p_digest bytea[], p_account text[], p_kinds text[],
    p_scopes text[],
    p_listed boolean[], p_by_name boolean[], p_team text[], p_order text[],
    p_limit integer[], p_offset integer[], p_after bigint[],
    p_after_uuid uuid[])
RETURNS SETOF labels.label_answer
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = labels, pg_catalog, pg_temp
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
AS $$
DECLARE
    v_asked record;
    v_team smallint;
    v labels.label_answer;
BEGIN
    FOR v_asked IN
        SELECT a.request, a.refusal, a.account_id
          FROM labels.authorization(p_dialect, p_digest, p_account, p_kinds,
                                    p_scopes) a
    LOOP
        v := NULL;
        v.request := v_asked.request;
        v.refusal := v_asked.refusal;
        v.outcome := 'ok';

        IF v.refusal <> 0 THEN
            RETURN NEXT v;
            CONTINUE;
        END IF;

        v_team := NULL;

        IF p_team[v.request] IS NOT NULL THEN
            SELECT t.team_id INTO v_team
              FROM labels.team t
             WHERE t.account_id = v_asked.account_id
               AND t.reference = p_team[v.request];

            IF NOT FOUND THEN
                v.outcome := 'team_not_found';
                RETURN NEXT v;
                CONTINUE;
            END IF;
        END IF;

        IF p_order[v.request] = 'label_id' THEN
            SELECT count(*) INTO v.total
              FROM labels.shown_labels(
                       v_asked.account_id, p_listed[v.request],
                       p_by_name[v.request], v_team);
        END IF;

        RETURN NEXT v;

        RETURN QUERY
        SELECT *
          FROM labels.label_rows(
                   v.request, v_asked.account_id,
                   labels.label_page(
                       v_asked.account_id, p_listed[v.request],
                       p_by_name[v.request], v_team, p_order[v.request],
                       p_limit[v.request], p_offset[v.request],
                       p_after[v.request], p_after_uuid[v.request]));
    END LOOP;
END
$$;


-- One label, by an id as in labels.labels_of_id(); of several that it stands
-- for, the oldest. Outcomes: ok, label_not_found.
CREATE OR REPLACE FUNCTION labels.label_get(
    p_dialect text[], p_digest bytea[], p_account text[], p_kinds text[],
    p_scopes text[],
    p_match text[], p_label text[], p_listed boolean[], p_by_name boolean[])
RETURNS SETOF labels.label_answer
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = labels, pg_catalog, pg_temp
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
AS $$
DECLARE
    v_asked record;
    v_labels integer[];
    v labels.label_answer;
BEGIN
    FOR v_asked IN
        SELECT a.request, a.refusal, a.account_id
          FROM labels.authorization(p_dialect, p_digest, p_account, p_kinds,
                                    p_scopes) a
    LOOP
        v := NULL;
        v.outcome := 'ok';

        IF v_asked.refusal = 0 THEN
            v_labels := labels.labels_of_id(
                            v_asked.account_id, p_match[v_asked.request],
                            p_label[v_asked.request],
                            p_listed[v_asked.request],
                            p_by_name[v_asked.request]);

            IF v_labels = '{}' THEN
                v.outcome := 'label_not_found';
            ELSE
                SELECT * INTO v
                  FROM labels.label_rows(v_asked.request, v_asked.account_id,
                                         v_labels[1:1]);
            END IF;
        END IF;

        v.request := v_asked.request;
        v.refusal := v_asked.refusal;
        RETURN NEXT v;
    END LOOP;
END
$$;
