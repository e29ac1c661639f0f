-- The chat palette: the twenty colours that chats know. A label's colour is
-- kept as the text it was given as; who knows the palette alone sees the
-- nearest entry.


-- The entry nearest to a colour by squared RGB distance, the lowest of equals;
-- 4, the gray of labels that nobody gave a colour, for a text that is neither
-- #rgb nor #rrggbb.
CREATE OR REPLACE FUNCTION labels.palette_index(p_color text)
RETURNS integer
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(
        (SELECT p.index::integer - 1
           FROM (SELECT decode(
                     CASE WHEN p_color ~ '^#[0-9A-Fa-f]{6}$'
                          THEN substr(p_color, 2)
                          WHEN p_color ~ '^#[0-9A-Fa-f]{3}$'
                          THEN regexp_replace(substr(p_color, 2), '(.)',
                                              '\1\1', 'g')
                     END, 'hex') AS rgb) c
          CROSS JOIN unnest(ARRAY[
                '\xff9485', '\x64c4ff', '\xffd429', '\xdfaef0', '\x99b6c1',
                '\x55ccb3', '\xff9dff', '\xd3a91d', '\x6d7cce', '\xd7e752',
                '\x00d0e2', '\xffc5c7', '\x93ceac', '\xf74848', '\x00a0f2',
                '\x83e422', '\xffaf04', '\xb5ebff', '\x9ba6ff', '\x9368cf'
                ]::bytea[]) WITH ORDINALITY AS p (rgb, index)
          WHERE c.rgb IS NOT NULL
          ORDER BY (get_byte(c.rgb, 0) - get_byte(p.rgb, 0)) ^ 2
                   + (get_byte(c.rgb, 1) - get_byte(p.rgb, 1)) ^ 2
                   + (get_byte(c.rgb, 2) - get_byte(p.rgb, 2)) ^ 2,
                   p.index
          LIMIT 1),
        4)
$$;
