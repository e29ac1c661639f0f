-- Overwrite a list of three, as Chatwoot's route does.
\set n random(1, 200000)
\set a (:n - 1) / 200 + 1
\set l random(4, 100)
\set m (:l + random(1, 30)) % 100 + 1
\set o (:l + 32 + random(1, 30)) % 100 + 1
SELECT * FROM labels.change(
    ARRAY['chatwoot'],
    ARRAY[int8send(:a)
          || '\x630000000000000000000000000000000000000000000000'::bytea],
    ARRAY[(:a)::text]::text[], ARRAY['user'], ARRAY['agent']::text[],
    ARRAY['contact'], ARRAY[(:n)::text], ARRAY[NULL]::text[],
    ARRAY['overwrite'], ARRAY['listed'], ARRAY[false], ARRAY[1],
    ARRAY[NULL]::text[], ARRAY[NULL]::bytea[], ARRAY[NULL]::uuid[],
    ARRAY[1, 1, 1],
    ARRAY['Label-' || :l, 'Label-' || :m, 'Label-' || :o],
    ARRAY['label-' || :l, 'label-' || :m, 'label-' || :o], false);
