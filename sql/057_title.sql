-- Which label a title means, and labels that come into being by being attached.


-- At most one row. p_match:
--   'exact'   the same title; the team's first
--   'listed'  the same title, else one that folds to the same; the catalogue's
--             first
--   'folded'  one that folds to the same; the team's first, then the title
--             itself
-- Among equals the oldest wins.
CREATE OR REPLACE FUNCTION labels.label_of_title(
    p_account bigint, p_team smallint, p_title text, p_folded text,
    p_match text)
RETURNS TABLE (label_id integer, team_id smallint, title text)
LANGUAGE sql STABLE
AS $$
    SELECT l.label_id, l.team_id, l.title
      FROM labels.label l
     WHERE l.account_id = p_account AND l.folded = p_folded
       AND (p_match <> 'exact' OR l.title = p_title)
     ORDER BY CASE p_match
              WHEN 'listed' THEN (l.title <> p_title)::integer * 2
                                 + (NOT l.listed)::integer
              WHEN 'exact' THEN (l.team_id <> p_team)::integer
              ELSE (l.team_id <> p_team)::integer * 2
                   + (l.title <> p_title)::integer
              END,
              l.label_id
     LIMIT 1
$$;


-- The next label id of an account. The caller holds its creation lock.
CREATE OR REPLACE FUNCTION labels.next_label_id(p_account bigint)
RETURNS integer
LANGUAGE sql VOLATILE
AS $$
    INSERT INTO labels.counter AS n (account_id, last_label_id)
    VALUES (p_account, 1)
        ON CONFLICT (account_id) DO UPDATE
       SET last_label_id = n.last_label_id + 1
    RETURNING last_label_id
$$;


-- The label that the title means, made when there is none: unlisted, in the
-- team, in the colour of labels that nobody gave one. The caller holds the
-- account's creation lock.
CREATE OR REPLACE FUNCTION labels.make_label(
    p_account bigint, p_team smallint, p_title text, p_folded text,
    p_match text, OUT label_id integer, OUT title text)
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
    SELECT l.label_id, l.title INTO make_label.label_id, make_label.title
      FROM labels.label_of_title(p_account, p_team, p_title, p_folded,
                                 p_match) l;

    IF FOUND THEN
        RETURN;
    END IF;

    make_label.label_id := labels.next_label_id(p_account);
    make_label.title := p_title;

    INSERT INTO labels.label
           (account_id, label_id, team_id, uuid, short_id, title, folded,
            color, listed)
    VALUES (p_account, make_label.label_id, p_team, labels.new_uuid(),
            labels.new_short_id(), p_title, p_folded, '#99b6c1', false);
END
$$;
