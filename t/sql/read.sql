-- Reading labels: the header row, the list, pages.

BEGIN;
SELECT plan(6);

INSERT INTO labels.credential (digest, dialect, account_id, kind)
VALUES (sha256('k'), 'd', 1, 'key');
INSERT INTO labels.account_reference VALUES ('d', 'account', 'acme', 1);

CREATE FUNCTION pg_temp.read(target text, reference text, is_full boolean,
                             max integer DEFAULT NULL,
                             after bigint DEFAULT NULL)
RETURNS SETOF record LANGUAGE sql AS $$
    SELECT r.outcome::text, r."position" IS NULL, r.title, r.color, r.team
      FROM labels.read('{d}', ARRAY[sha256('k')], '{NULL}', '{key}', '{NULL}',
               ARRAY[target], ARRAY[reference], '{NULL}', ARRAY[is_full],
               ARRAY[max], ARRAY[after]) r
$$;

SELECT results_eq(
    $$ SELECT * FROM pg_temp.read('contact', '8', false)
       AS r (o text, h boolean, t text, c text, m text) $$,
    $$ VALUES ('ok', true, 'Keeps Labels', NULL, NULL),
              ('ok', false, 'keep1', NULL, NULL),
              ('ok', false, 'keep2', NULL, NULL) $$, 'titles');
SELECT results_eq(
    $$ SELECT * FROM pg_temp.read('conversation', '8', true)
       AS r (o text, h boolean, t text, c text, m text) $$,
    $$ VALUES ('ok', true, NULL, NULL, 'acme'),
              ('ok', false, 'open-case', '#99b6c1', 'V1StGXR8Z5jd') $$,
    'everything');
SELECT results_eq(
    $$ SELECT t FROM pg_temp.read('contact', '8', false, 0)
       AS r (o text, h boolean, t text, c text, m text) $$,
    $$ VALUES ('Keeps Labels'), ('keep1') $$, 'one more than the limit');
SELECT results_eq(
    $$ SELECT t FROM pg_temp.read('contact', '8', false, 5,
           (SELECT "position" FROM labels.attachment JOIN labels.label
                   USING (account_id, label_id) WHERE title = 'keep1'))
       AS r (o text, h boolean, t text, c text, m text) $$,
    $$ VALUES ('Keeps Labels'), ('keep2') $$, 'behind a position');
SELECT results_eq(
    $$ SELECT o FROM pg_temp.read('contact', '1001', false)
       AS r (o text, h boolean, t text, c text, m text) $$,
    $$ VALUES ('target_not_found') $$, 'of another account');
SELECT results_eq(
    $$ SELECT o FROM pg_temp.read('chat_id', '1@c.us', false)
       AS r (o text, h boolean, t text, c text, m text) $$,
    $$ VALUES ('ok') $$, 'chats need not exist');

SELECT * FROM finish();
ROLLBACK;
