-- Ids of rows that come into being while requests are served.


-- A time-ordered id: milliseconds since 1970 in 48 bits, then random bits, so
-- that its ULID spelling sorts by creation.
CREATE OR REPLACE FUNCTION labels.new_uuid()
RETURNS uuid
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT encode(
        substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)
                           ::bigint) FROM 3)
        || substring(uuid_send(gen_random_uuid()) FROM 1 FOR 6)
        || substring(uuid_send(gen_random_uuid()) FROM 1 FOR 4),
        'hex')::uuid
$$;


-- Twenty random characters of [0-9A-Za-z]: about 119 bits. A byte of 248 or
-- more is passed over, since 62 does not divide 256 evenly.
CREATE OR REPLACE FUNCTION labels.new_short_id()
RETURNS text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    alphabet CONSTANT text := '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'
                              'abcdefghijklmnopqrstuvwxyz';
    bits bytea;
    id text := '';
BEGIN
    WHILE length(id) < 20 LOOP
        bits := uuid_send(gen_random_uuid());

        FOR i IN 0 .. 15 LOOP
            -- bytes 6 and 8 hold the version and the variant
            CONTINUE WHEN i IN (6, 8) OR get_byte(bits, i) >= 248;
            id := id || substr(alphabet, get_byte(bits, i) % 62 + 1, 1);
        END LOOP;
    END LOOP;

    RETURN left(id, 20);
END
$$;
