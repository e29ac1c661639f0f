-- Add one tag, mostly fresh, as LeadLex's route does.
\set n random(1, 200000)
\set a (:n - 1) / 200 + 1
\set l random(4, 100)
SELECT * FROM labels.change(
    ARRAY['leadlex'],
    ARRAY[int8send(:a)
          || '\x6c0000000000000000000000000000000000000000000000'::bytea],
    ARRAY[NULL]::text[], ARRAY['key'],
    ARRAY[translate('contacts;write write;contacts write', ';', ':')]::text[],
    ARRAY['uuid'],
    ARRAY['01900000-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0')],
    ARRAY[NULL]::text[],
    ARRAY['add'], ARRAY['exact'], ARRAY[false], ARRAY[1],
    ARRAY[NULL]::text[], ARRAY[NULL]::bytea[], ARRAY[NULL]::uuid[],
    ARRAY[1], ARRAY['Label-' || :l], ARRAY['label-' || :l], false);
