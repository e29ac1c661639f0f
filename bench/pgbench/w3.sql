-- Attach what is attached, as KirimChat's route does.
\set n random(1, 200000)
\set a (:n - 1) / 200 + 1
\set l random(1, 3)
SELECT * FROM labels.change(
    ARRAY['kirimchat'],
    ARRAY[int8send(:a)
          || '\x6b0000000000000000000000000000000000000000000000'::bytea],
    ARRAY[NULL]::text[], ARRAY['key'], ARRAY[NULL]::text[],
    ARRAY['uuid'],
    ARRAY['01900000-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0')],
    ARRAY[NULL]::text[],
    ARRAY['add'], ARRAY['uuid'], ARRAY[true], ARRAY[0],
    ARRAY[NULL]::text[], ARRAY[NULL]::bytea[], ARRAY[NULL]::uuid[],
    ARRAY[1],
    ARRAY['01900000-0000-7000-9000-'
          || lpad(to_hex(:a * 128 + :l), 12, '0')],
    ARRAY[NULL]::text[], false);
