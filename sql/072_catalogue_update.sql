-- Renaming, recolouring and deleting labels.


-- Gives the attachments of labels to another label, none twice, and removes
-- the labels. What held the other label keeps it at its place; p_first: at the
-- place of the first of them all. It is in the catalogue if one of them was.
-- The caller holds the account's lock exclusively.
CREATE OR REPLACE FUNCTION labels.merge_labels(
    p_account bigint, p_into integer, p_from integer[], p_first boolean)
RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
    IF p_from = '{}' THEN
        RETURN;
    END IF;

    DELETE FROM labels.attachment a
     WHERE a.ctid = ANY (ARRAY (
               SELECT d.ctid
                 FROM (SELECT s.ctid,
                              row_number() OVER (
                                  PARTITION BY s.target_id, s.target_kind
                                  ORDER BY (s.label_id = p_into
                                            AND NOT p_first) DESC,
                                           s."position") AS n
                         FROM labels.attachment s
                        WHERE s.account_id = p_account
                          AND s.label_id = ANY (p_from || p_into)) d
                WHERE d.n > 1));

    UPDATE labels.attachment a
       SET label_id = p_into
     WHERE a.account_id = p_account AND a.label_id = ANY (p_from);

    UPDATE labels.label l
       SET listed = true
     WHERE l.account_id = p_account AND l.label_id = p_into AND NOT l.listed
       AND EXISTS (SELECT FROM labels.label f
                    WHERE f.account_id = p_account
                      AND f.label_id = ANY (p_from) AND f.listed);

    DELETE FROM labels.label l
     WHERE l.account_id = p_account AND l.label_id = ANY (p_from);
END
$$;


-- Makes room for a new title: merges what would bear it twice, and answers the
-- labels that are to take it. p_labels, the oldest first, are those that are
-- renamed; p_unique as in labels.label_update().
CREATE OR REPLACE FUNCTION labels.make_room(
    p_account bigint, p_labels integer[], p_unique text, p_folded text)
RETURNS integer[]
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_team record;
    v_left integer[] := '{}';
BEGIN
    IF p_unique = 'listed' THEN
        PERFORM labels.merge_labels(
                    p_account, p_labels[1],
                    ARRAY (SELECT l.label_id FROM labels.label l
                            WHERE l.account_id = p_account
                              AND l.folded = p_folded AND NOT l.listed
                              AND l.label_id <> ALL (p_labels)),
                    false);
    END IF;

    -- a team cannot have two labels of one title: its oldest one stays

    FOR v_team IN
        SELECT array_agg(l.label_id ORDER BY l.label_id) AS labels
          FROM labels.label l
         WHERE l.account_id = p_account AND l.label_id = ANY (p_labels)
         GROUP BY l.team_id
    LOOP
        PERFORM labels.merge_labels(p_account, v_team.labels[1],
                                    v_team.labels[2:], true);
        v_left := v_left || v_team.labels[1];
    END LOOP;

    RETURN v_left;
END
$$;


-- One update; the caller holds the account's lock exclusively. p_labels: what
-- the id stands for, the oldest first. Everything else and the outcomes as in
-- labels.label_update(); label_id: of the label, or of the one that has the
-- title.
CREATE OR REPLACE FUNCTION labels.update_labels(
    p_account bigint, p_labels integer[], p_by_name boolean, p_unique text,
    p_title text, p_folded text, p_color text, p_color_unless text,
    p_description text, p_show boolean,
    OUT outcome labels.outcome, OUT label_id integer)
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
DECLARE
    v_labels integer[] := p_labels;
    v_title text := p_title;
    v_old labels.label;
BEGIN
    SELECT * INTO v_old FROM labels.label l
     WHERE l.account_id = p_account AND l.label_id = p_labels[1];

    IF (p_by_name IS TRUE AND p_folded = v_old.folded)
       OR (p_by_name IS NOT TRUE AND p_title = v_old.title)
    THEN
        v_title := NULL;
    END IF;

    IF v_title IS NOT NULL THEN
        label_id := labels.label_in_the_way(
                        p_account, p_unique, v_old.team_id, v_title, p_folded,
                        p_labels);

        IF label_id IS NOT NULL THEN
            outcome := 'title_taken';
            RETURN;
        END IF;

        v_labels := labels.make_room(p_account, p_labels, p_unique, p_folded);
    END IF;

    UPDATE labels.label l
       SET title = n.title, folded = n.folded, color = n.color,
           description = n.description, show_on_sidebar = n.show_on_sidebar,
           updated_at = clock_timestamp()
      FROM (SELECT o.label_id,
                   coalesce(v_title, o.title) AS title,
                   CASE WHEN v_title IS NULL THEN o.folded
                        ELSE p_folded END AS folded,
                   CASE WHEN p_color IS NULL
                             OR labels.palette_index(o.color) = ANY (
                                    string_to_array(p_color_unless, ' ')
                                    ::integer[])
                        THEN o.color ELSE p_color END AS color,
                   coalesce(p_description, o.description) AS description,
                   coalesce(p_show, o.show_on_sidebar) AS show_on_sidebar
              FROM labels.label o
             WHERE o.account_id = p_account AND o.label_id = ANY (v_labels)) n
     WHERE l.account_id = p_account AND l.label_id = n.label_id
       AND (l.title, l.folded, l.color, l.description, l.show_on_sidebar)
           <> (n.title, n.folded, n.color, n.description, n.show_on_sidebar);

    outcome := CASE WHEN FOUND THEN 'ok' ELSE 'unchanged' END;
    label_id := p_labels[1];
END
$$;


-- Changes labels; NULL keeps what is there.
-- p_match, p_label, p_listed, p_by_name: see labels.labels_of_id().
-- p_unique: see labels.label_in_the_way(); what the id stands for is not in
-- its own way. 'listed': unlisted labels of the new folded title give what
-- holds them to the label and cease to exist. p_by_name: all labels of the
-- name take the new title, and two of one team become one; the name it has,
-- however it is spelled, changes nothing.
-- p_color_unless: entries of the chat palette, separated by spaces; a colour
-- that reads as one of them stays.
-- Outcomes in their order: label_not_found, title_taken (label_id is of the
-- label that has the title), unchanged (updated_at stays), ok.
CREATE OR REPLACE FUNCTION labels.label_update(
    p_dialect text[], p_digest bytea[], p_account text[], p_kinds text[],
    p_scopes text[],
    p_match text[], p_label text[], p_listed boolean[], p_by_name boolean[],
    p_unique text[], p_title text[], p_folded text[], p_color text[],
    p_color_unless text[], p_description text[], p_show boolean[])
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
    v_labels integer[];
    v_done record;
    v labels.label_answer;
BEGIN
    SELECT array_agg(CASE a.refusal WHEN 0 THEN a.account_id END),
           array_agg(a.refusal)
      INTO v_account, v_refusal
      FROM labels.authorization(p_dialect, p_digest, p_account, p_kinds,
                                p_scopes) a;

    PERFORM labels.lock_accounts(v_account, true);

    FOR i IN 1 .. cardinality(p_dialect) LOOP
        v := NULL;
        v.outcome := 'unchanged';

        IF v_refusal[i] = 0 THEN
            v_labels := labels.labels_of_id(v_account[i], p_match[i],
                                            p_label[i], p_listed[i],
                                            p_by_name[i]);

            IF v_labels = '{}' THEN
                v.outcome := 'label_not_found';
            ELSE
                v_done := labels.update_labels(
                              v_account[i], v_labels, p_by_name[i],
                              p_unique[i], p_title[i], p_folded[i],
                              p_color[i], p_color_unless[i],
                              p_description[i], p_show[i]);

                IF v_done.outcome <> 'title_taken' THEN
                    SELECT * INTO v
                      FROM labels.label_rows(i, v_account[i],
                                             ARRAY[v_done.label_id]);
                END IF;

                v.outcome := v_done.outcome;
                v.label_id := v_done.label_id;
            END IF;
        END IF;

        v.request := i;
        v.refusal := v_refusal[i];
        RETURN NEXT v;
    END LOOP;
END
$$;


-- Deletes labels and all that holds them.
-- p_match, p_label, p_listed, p_by_name: see labels.labels_of_id(); all labels
-- that the id stands for go. Outcomes: ok, label_not_found.
CREATE OR REPLACE FUNCTION labels.label_delete(
    p_dialect text[], p_digest bytea[], p_account text[], p_kinds text[],
    p_scopes text[],
    p_match text[], p_label text[], p_listed boolean[], p_by_name boolean[])
RETURNS TABLE (request integer, refusal integer, outcome labels.outcome)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = labels, pg_catalog, pg_temp
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
AS $$
DECLARE
    v_account bigint[];
    v_refusal integer[];
    v_labels integer[];
BEGIN
    SELECT array_agg(CASE a.refusal WHEN 0 THEN a.account_id END),
           array_agg(a.refusal)
      INTO v_account, v_refusal
      FROM labels.authorization(p_dialect, p_digest, p_account, p_kinds,
                                p_scopes) a;

    PERFORM labels.lock_accounts(v_account, true);

    FOR i IN 1 .. cardinality(p_dialect) LOOP
        request := i;
        refusal := v_refusal[i];
        outcome := 'unchanged';

        IF refusal = 0 THEN
            v_labels := labels.labels_of_id(v_account[i], p_match[i],
                                            p_label[i], p_listed[i],
                                            p_by_name[i]);

            DELETE FROM labels.attachment a
             WHERE a.account_id = v_account[i]
               AND a.label_id = ANY (v_labels);

            DELETE FROM labels.label l
             WHERE l.account_id = v_account[i]
               AND l.label_id = ANY (v_labels);

            outcome := CASE WHEN FOUND THEN 'ok'
                            ELSE 'label_not_found' END;
        END IF;

        RETURN NEXT;
    END LOOP;
END
$$;
