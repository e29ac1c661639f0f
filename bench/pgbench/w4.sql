-- Read a contact's labels, as LeadLex's route does.
\set n random(1, 200000)
\set a (:n - 1) / 200 + 1
SELECT * FROM labels.read(
    ARRAY['leadlex'],
    ARRAY[int8send(:a)
          || '\x6c0000000000000000000000000000000000000000000000'::bytea],
    ARRAY[NULL]::text[], ARRAY['key'],
    ARRAY[translate('contacts;write write;contacts write contacts;read '
                    'read;contacts read', ';', ':')],
    ARRAY['uuid'],
    ARRAY['01900000-0000-7000-8000-' || lpad(to_hex(:n::bigint), 12, '0')],
    ARRAY[NULL]::text[], ARRAY[false], ARRAY[NULL]::integer[],
    ARRAY[NULL]::bigint[]);
