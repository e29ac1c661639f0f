-- Every bit of a refusal, and what the module's role may do.

BEGIN;
SELECT plan(24);

CREATE FUNCTION pg_temp.digest(token text) RETURNS bytea LANGUAGE sql
AS $$ SELECT sha256(convert_to(token, 'UTF8')) $$;

CREATE FUNCTION pg_temp.refusal(dialect text, token text, account text,
                                kinds text, scopes text)
RETURNS integer LANGUAGE sql AS $$
    SELECT refusal FROM labels.authorize(
        ARRAY[dialect], ARRAY[pg_temp.digest(token)], ARRAY[account],
        ARRAY[kinds], ARRAY[scopes])
$$;

INSERT INTO labels.credential
       (digest, dialect, account_id, kind, scopes, expires_at, revoked_at)
VALUES (pg_temp.digest('good'), 'd', 1, 'user', '{a,b}', NULL, NULL),
       (pg_temp.digest('bot'), 'd', 1, 'bot', '{c}', NULL, NULL),
       (pg_temp.digest('old'), 'd', 1, 'user', '{a}', now(), NULL),
       (pg_temp.digest('later'), 'd', 1, 'user', '{a}',
        now() + interval '1 h', now() + interval '1 h'),
       (pg_temp.digest('dead'), 'd', 1, 'user', '{a}', now(), now()),
       (pg_temp.digest('sleeper'), 'd', 9, 'user', '{a}', NULL, NULL);
INSERT INTO labels.account_reference VALUES
       ('d', 'account', 'one', 1), ('d', 'account', 'two', 2),
       ('d', 'account', 'nine', 9), ('d', 'other', 'three', 1);
INSERT INTO labels.membership VALUES (9, pg_temp.digest('good'), '{z}');

SELECT is(pg_temp.refusal('d', 'good', NULL, 'user', 'a'), 0, 'let in');
SELECT is(pg_temp.refusal('d', 'good', 'one', 'user', 'x b'), 0, 'any scope');
SELECT is(pg_temp.refusal('d', 'good', NULL, 'user', NULL), 0, 'none needed');
SELECT is(pg_temp.refusal('d', 'later', NULL, 'user', 'a'), 0, 'not yet');
SELECT is(pg_temp.refusal('d', 'nobody', NULL, 'user', 'a'), 1, 'unknown');
SELECT is(pg_temp.refusal('e', 'good', NULL, 'user', 'a'), 1,
          'of another dialect');
SELECT is(pg_temp.refusal('d', 'dead', NULL, 'user', 'a'), 6,
          'revoked and expired');
SELECT is(pg_temp.refusal('d', 'old', NULL, 'user', 'a'), 4, 'expired');
SELECT is(pg_temp.refusal('d', 'bot', NULL, 'user', 'c'), 8, 'kind');
SELECT is(pg_temp.refusal('d', 'bot', NULL, 'user bot', 'a c'), 0,
          'a second kind');
SELECT is(pg_temp.refusal('d', 'good', 'none', 'user', 'a'), 16,
          'no such account');
SELECT is(pg_temp.refusal('d', 'good', 'three', 'user', 'a'), 16,
          'a reference for another purpose');
SELECT is(pg_temp.refusal('d', 'good', 'two', 'user', 'a'), 64, 'foreign');
SELECT is(pg_temp.refusal('d', 'bot', 'two', 'user bot', 'c'), 64 + 256,
          'foreign, of the second kind');
SELECT is(pg_temp.refusal('d', 'good', 'nine', 'user', 'z'), 32,
          'a member of a suspended account');
SELECT is(pg_temp.refusal('d', 'good', 'nine', 'user', 'a'), 32 + 128,
          'scopes are those of the membership');
SELECT is(pg_temp.refusal('d', 'sleeper', NULL, 'user', 'a'), 32,
          'suspended');
SELECT is(pg_temp.refusal('d', 'sleeper', 'two', 'user', 'a'), 64 + 512,
          'foreign, its own account suspended');
SELECT is(pg_temp.refusal('d', 'good', NULL, 'user', 'x'), 128, 'scope');

SELECT results_eq(
    $$ SELECT request, refusal FROM labels.authorize(
           '{d,d,d,d}', ARRAY[NULL, NULL, NULL, pg_temp.digest('good')],
           '{one,one,none,NULL}', '{user,user,user,user}',
           '{NULL,a,NULL,a}') $$,
    $$ VALUES (1, 0), (2, 128), (3, 1), (4, 0) $$,
    'in order; without a digest the account decides, and no scope is left');

SELECT is(array(
    SELECT c.relname::text FROM pg_class c
     WHERE c.relnamespace = 'labels'::regnamespace AND c.relkind IN ('r', 'S')
       AND (has_table_privilege('labels_module', c.oid, 'SELECT')
            OR has_table_privilege('labels_module', c.oid, 'INSERT')
            OR has_table_privilege('labels_module', c.oid, 'UPDATE')
            OR has_table_privilege('labels_module', c.oid, 'DELETE'))),
    '{}', 'the module reads and writes no table');
SELECT is(array(
    SELECT p.proname::text FROM pg_proc p
     WHERE p.pronamespace = 'labels'::regnamespace
       AND has_function_privilege('labels_module', p.oid, 'EXECUTE')
     ORDER BY 1),
    '{authorize,bulk,change,label_create,label_delete,label_get,label_list,'
    'label_targets,label_update,read}', 'and calls these functions alone');
SELECT is(array(
    SELECT p.proname::text FROM pg_proc p
     WHERE p.pronamespace = 'labels'::regnamespace AND p.prosecdef
       AND NOT coalesce(p.proconfig::text LIKE '%search_path=%', false)),
    '{}', 'which have a fixed search_path');
SELECT is(array(
    SELECT p.proname::text FROM pg_proc p JOIN pg_roles o ON o.oid = p.proowner
     WHERE p.pronamespace = 'labels'::regnamespace
       AND (o.rolname <> 'labels_owner' OR o.rolsuper OR o.rolcanlogin)),
    '{}', 'and an owner that cannot log in');

SELECT * FROM finish();
ROLLBACK;
