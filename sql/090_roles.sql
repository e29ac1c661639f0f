-- Who may do what. labels_api may call the functions of the module and nothing
-- else: it reads no table. The functions run with the rights of labels_owner,
-- which owns the schema and cannot log in.

DO $$
BEGIN
    CREATE ROLE labels_owner NOLOGIN;
EXCEPTION
    WHEN duplicate_object THEN NULL;
END
$$;

DO $$
BEGIN
    CREATE ROLE labels_api NOLOGIN;
EXCEPTION
    WHEN duplicate_object THEN NULL;
END
$$;

-- The role that the module logs in as. It has no password: how it proves
-- itself (peer, certificate, SCRAM) is the operator's choice.
DO $$
BEGIN
    CREATE ROLE labels_module LOGIN IN ROLE labels_api;
EXCEPTION
    WHEN duplicate_object THEN NULL;
END
$$;

ALTER SCHEMA labels OWNER TO labels_owner;
REVOKE ALL ON SCHEMA labels FROM PUBLIC;
GRANT USAGE ON SCHEMA labels TO labels_api;

DO $$
DECLARE
    r record;
BEGIN
    FOR r IN
        SELECT c.oid::regclass AS name,
               CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind
          FROM pg_class c
         WHERE c.relnamespace = 'labels'::regnamespace
           AND c.relkind IN ('r', 'S')
           -- sequences of identity columns follow their tables
           AND NOT EXISTS (SELECT FROM pg_depend d
                            WHERE d.objid = c.oid AND d.deptype = 'i'
                              AND c.relkind = 'S')
    LOOP
        EXECUTE format('ALTER %s %s OWNER TO labels_owner', r.kind, r.name);
        EXECUTE format('REVOKE ALL ON %s FROM PUBLIC', r.name);
    END LOOP;

    FOR r IN
        SELECT p.oid::regprocedure AS name
          FROM pg_proc p
         WHERE p.pronamespace = 'labels'::regnamespace
    LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO labels_owner', r.name);
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', r.name);
    END LOOP;

    FOR r IN
        SELECT p.oid::regprocedure AS name
          FROM pg_proc p
         WHERE p.pronamespace = 'labels'::regnamespace AND p.prosecdef
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO labels_api', r.name);
    END LOOP;
END
$$;
