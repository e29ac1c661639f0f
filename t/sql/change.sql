-- Changes of attachments: match rules, actions, order, creation, batches,
-- events, idempotency keys.

BEGIN;
SELECT plan(45);

DELETE FROM labels.attachment;
DELETE FROM labels.label;

INSERT INTO labels.credential (digest, dialect, account_id, kind)
VALUES (sha256('k'), 'd', 1, 'key');

INSERT INTO labels.label (account_id, label_id, team_id, uuid, short_id, title,
                          folded, color, listed)
VALUES (1, 1, 1, '00000000-0000-0000-0000-000000000001', 'a', 'VIP', 'vip',
        '#fff', true),
       (1, 2, 2, '00000000-0000-0000-0000-000000000002', 'b', 'vip', 'vip',
        '#fff', false),
       (1, 3, 2, '00000000-0000-0000-0000-000000000003', 'c', 'Two', 'two',
        '#fff', true),
       (1, 4, 1, '00000000-0000-0000-0000-000000000004', 'e', 'two', 'two',
        '#fff', false),
       (2, 1, 1, '00000000-0000-0000-0000-000000000005', 'f', 'Other', 'other',
        '#fff', true);
UPDATE labels.counter SET last_label_id = 10 WHERE account_id = 1;

-- One request on a contact of account 1: outcome, lists.
CREATE FUNCTION pg_temp.change(
    contact text, action text, match text, titles text[],
    want integer DEFAULT 1, same_team boolean DEFAULT false,
    target text DEFAULT 'contact', key text DEFAULT NULL,
    request text DEFAULT '00000000-0000-0000-0000-00000000000a',
    fingerprint text DEFAULT 'f', via text DEFAULT NULL)
RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(coalesce(c.list || ':' || c.title,
                               c.outcome || coalesce(' ' || right(
                                   c.request_id::text, 1), '')), ' '
                      ORDER BY c.n)
      FROM labels.change('{d}', ARRAY[sha256('k')], '{NULL}', '{key}',
               '{NULL}', ARRAY[target], ARRAY[contact], ARRAY[via],
               ARRAY[action], ARRAY[match], ARRAY[same_team], ARRAY[want],
               ARRAY[key], ARRAY[sha256(fingerprint::bytea)],
               ARRAY[CASE WHEN key IS NOT NULL THEN request::uuid END],
               array_fill(1, ARRAY[cardinality(titles)]), titles,
               array(SELECT lower(t) FROM unnest(titles)
                     WITH ORDINALITY AS u (t, i) ORDER BY i), false)
           WITH ORDINALITY AS c (request, refusal, outcome, list, title,
                                 request_id, n)
$$;

-- by title

SELECT is(pg_temp.change('1', 'add', 'exact', '{vip}'), 'ok after:vip',
          'exact: the very title, of another team too');
SELECT is(pg_temp.change('1', 'add', 'exact', '{two}'),
          'ok after:vip after:two', 'in order of attachment');
SELECT is(pg_temp.change('1', 'add', 'exact', '{vip,Vip}'),
          'ok after:vip after:two after:Vip', 'another case is another label');
SELECT is((SELECT team_id || color || listed::text FROM labels.label
            WHERE title = 'Vip'), '1#99b6c1false',
          'made in the contact''s team, unlisted, gray');
SELECT is(pg_temp.change('1', 'add', 'listed', '{VIP}'),
          'unchanged after:vip after:two after:Vip',
          'listed: passed over when it is there in another case');
SELECT is(pg_temp.change('2', 'add', 'listed', '{viP,TWO}'),
          'ok after:VIP after:Two', 'listed: the catalogue''s first');
SELECT is(pg_temp.change('3', 'add', 'folded', '{two,vip}'),
          'ok after:two after:VIP', 'folded: the team''s first');
SELECT is(pg_temp.change('5', 'add', 'folded', '{two,vip}'),
          'ok after:Two after:vip', 'whichever team it is');
SELECT is(pg_temp.change('3', 'add', 'folded', '{new}', 3),
          'ok after:two after:VIP after:new added:new', 'what was added');
SELECT is((SELECT max(label_id) FROM labels.label WHERE account_id = 1), 12,
          'ids rise from the counter');

-- remove

SELECT is(pg_temp.change('1', 'remove', 'exact', '{VIP,none}', 3),
          'unchanged after:vip after:two after:Vip',
          'exact: another case stays');
SELECT is(pg_temp.change('1', 'remove', 'folded', '{two,VIP}', 3),
          'ok removed:two removed:vip removed:Vip',
          'folded: all that reads so, in request order');
SELECT is((SELECT count(*)::integer FROM labels.label WHERE title = 'none'), 0,
          'makes nothing');

-- by id

SELECT is(pg_temp.change('1', 'add', 'label_id', '{1,3}'),
          'ok after:VIP after:Two', 'by number');
SELECT is(pg_temp.change('1', 'add', 'uuid',
              '{00000000-0000-0000-0000-000000000004}'),
          'ok after:VIP after:Two after:two', 'by uuid');
SELECT is(pg_temp.change('1', 'add', 'label_id', '{2,99}'),
          'label_not_found', 'one unknown id: nothing is done');
SELECT is(pg_temp.change('1', 'remove', 'label_id', '{99}'),
          'label_not_found', 'for removal too');
SELECT is(pg_temp.change('1', 'add', 'label_id', ARRAY[NULL]::text[]),
          'label_not_found', 'an id that cannot be');
SELECT is(pg_temp.change('1', 'add', 'label_id', '{3}', 0, true), 'other_team',
          'of another team');
SELECT is(pg_temp.change('1', 'remove', 'label_id', '{3}', 1),
          'ok after:VIP after:two', 'removed');

-- replace and overwrite

SELECT is(pg_temp.change('1', 'replace', 'label_id', '{2,1}', 7),
          'ok before:VIP before:two after:VIP after:vip added:vip removed:two',
          'replace: what stays keeps its place');
SELECT is(pg_temp.change('1', 'overwrite', 'listed', '{new,vip}'),
          'ok after:new after:vip', 'overwrite');
SELECT is(pg_temp.change('1', 'overwrite', 'listed', '{vip,new}'),
          'ok after:vip after:new', 'in another order');
SELECT is(pg_temp.change('1', 'add', 'exact', '{}'),
          'unchanged after:vip after:new', 'as the table has it');
SELECT is(pg_temp.change('1', 'overwrite', 'listed', '{vip,new}'),
          'unchanged after:vip after:new', 'repeated');
SELECT is(pg_temp.change('1', 'overwrite', 'listed', '{}'), 'ok', 'cleared');

-- targets

SELECT is(pg_temp.change('999', 'add', 'exact', '{a}'), 'target_not_found',
          'no contact');
SELECT is(pg_temp.change(NULL, 'add', 'exact', '{a}'), 'target_not_found',
          'an id that cannot be');
SELECT is(pg_temp.change((SELECT short_id FROM labels.contact
                           WHERE account_id = 2), 'add', 'exact', '{a}', 1,
                         false, 'short_id'), 'target_foreign', 'foreign');
SELECT is(pg_temp.change('1', 'add', 'exact', '{a}', via => 'x'),
          'via_not_found', 'a number of nobody''s');
SELECT is(pg_temp.change('8', 'add', 'exact', '{vip}',
                         target => 'conversation'), 'ok after:vip',
          'a conversation');
SELECT is(pg_temp.change('123@x', 'remove', 'label_id', '{1}', 1, false,
                         'chat_id'), 'unchanged', 'nothing off a new chat');
SELECT is((SELECT count(*)::integer FROM labels.contact
            WHERE chat_id = '123@x'), 0, 'which is not made');
SELECT is(pg_temp.change('123@x', 'add', 'label_id', '{1}', 1, false,
                         'chat_id'), 'ok after:VIP', 'it is by adding');
SELECT is((SELECT count(*)::integer FROM labels.contact
            WHERE chat_id = '123@x'), 1, 'once');

-- a batch: one target twice, a stranger, an order of arrival

SELECT results_eq(
    $$ SELECT request, outcome::text, list, title FROM labels.change(
           '{d,d,d}', ARRAY[sha256('k'), sha256('x'), sha256('k')],
           '{NULL,NULL,NULL}', '{key,key,key}', '{NULL,NULL,NULL}',
           '{contact,contact,contact}', '{4,4,4}', '{NULL,NULL,NULL}',
           '{add,add,overwrite}', '{exact,exact,listed}', '{f,f,f}',
           '{1,1,5}', '{NULL,NULL,NULL}', '{NULL,NULL,NULL}',
           '{NULL,NULL,NULL}', '{1,2,3}', '{first,second,third}',
           '{first,second,third}', false) $$,
    $$ VALUES (1, 'ok', NULL, NULL), (1, 'ok', 'after', 'first'),
              (2, 'unchanged', NULL, NULL), (3, 'ok', NULL, NULL),
              (3, 'ok', 'before', 'first'), (3, 'ok', 'after', 'third') $$,
    'each sees the former');

-- a batch of every kind

DELETE FROM labels.attachment WHERE account_id = 1 AND target_id IN (1, 2, 3);
SELECT results_eq(
    $$ SELECT request, outcome::text, list, title FROM labels.change(
           array_fill('d'::text, '{8}'), array_fill(sha256('k'), '{8}'),
           array_fill(NULL::text, '{8}'), array_fill('key'::text, '{8}'),
           array_fill(NULL::text, '{8}'),
           '{contact,uuid,short_id,chat_id,contact,contact,contact,contact}',
           ARRAY['1', (SELECT uuid::text FROM labels.contact
                        WHERE account_id = 1 AND contact_id = 2),
                 (SELECT short_id FROM labels.contact
                   WHERE account_id = 1 AND contact_id = 3),
                 'new@x', '1', '1', '1', '999'],
           '{NULL,NULL,NULL,NULL,NULL,NULL,x,NULL}',
           '{add,add,overwrite,add,remove,add,add,remove}',
           '{exact,label_id,listed,uuid,folded,label_id,exact,exact}',
           array_fill(false, '{8}'), '{3,1,1,1,3,1,1,1}',
           array_fill(NULL::text, '{8}'), array_fill(NULL::bytea, '{8}'),
           array_fill(NULL::uuid, '{8}'), '{1,2,3,3,4,5,6,7,8}',
           '{m1,1,vip,M1,00000000-0000-0000-0000-000000000004,M1,99,a,a}',
           '{m1,NULL,vip,m1,NULL,m1,NULL,a,a}', false) $$,
    $$ VALUES (1, 'ok', NULL, NULL), (1, 'ok', 'after', 'm1'),
              (1, 'ok', 'added', 'm1'),
              (2, 'ok', NULL, NULL), (2, 'ok', 'after', 'VIP'),
              (3, 'ok', NULL, NULL), (3, 'ok', 'after', 'vip'),
              (3, 'ok', 'after', 'm1'),
              (4, 'ok', NULL, NULL), (4, 'ok', 'after', 'two'),
              (5, 'ok', NULL, NULL), (5, 'ok', 'removed', 'm1'),
              (6, 'label_not_found', NULL, NULL),
              (7, 'via_not_found', NULL, NULL),
              (8, 'target_not_found', NULL, NULL) $$,
    'each as if it were alone');
SELECT is(pg_temp.change('2', 'add', 'folded', '{m1,vip,M1}', 3),
          'ok after:VIP after:m1 added:m1', 'a label that is meant twice');

-- events

INSERT INTO labels.subscription (account_id, dialect, url)
VALUES (1, 'd', 'http://localhost/');
SELECT pg_temp.change('6', 'add', 'label_id', '{1,2}'),
       pg_temp.change('6', 'add', 'label_id', '{1}'),
       pg_temp.change('6', 'replace', 'label_id', '{2,3}') \g /dev/null
SELECT results_eq(
    $$ SELECT before, added, removed FROM labels.event ORDER BY event_id $$,
    $$ VALUES ('{}'::integer[], '{1,2}'::integer[], '{}'::integer[]),
              ('{1,2}', '{3}', '{1}') $$,
    'an event per change of the set, when somebody listens');

-- idempotency keys

SELECT is(pg_temp.change('7', 'add', 'label_id', '{1}', key => 'k1')
          || ' ' || pg_temp.change('7', 'remove', 'label_id', '{1}')
          || ' ' || pg_temp.change('7', 'add', 'label_id', '{1}', key => 'k1',
                        request => '00000000-0000-0000-0000-00000000000b')
          || ' ' || pg_temp.change('7', 'remove', 'label_id', '{1}'),
          'ok a after:VIP ok ok a unchanged',
          'the first answer again, and nothing is done');
SELECT matches(pg_temp.change('7', 'add', 'label_id', '{1}', key => 'k1',
                              fingerprint => 'g'), '^key_reused',
               'another request under the key');
SELECT is(pg_temp.change('7', 'add', 'label_id', '{99}', key => 'k2')
          || ' ' || pg_temp.change('7', 'add', 'label_id', '{99}',
                        key => 'k2', request =>
                        '00000000-0000-0000-0000-00000000000c'),
          'label_not_found a label_not_found a', 'problems are kept too');
UPDATE labels.idempotency_key SET created_at = now() - interval '25 h';
SELECT is(pg_temp.change('7', 'add', 'label_id', '{1}', key => 'k1',
                         fingerprint => 'g', request =>
                         '00000000-0000-0000-0000-00000000000d'),
          'ok d after:VIP', 'after a day the key is free');

-- whatever plan the statistics lead to

INSERT INTO labels.attachment (account_id, target_id, label_id, target_kind)
SELECT 1, 8, 1000 + g, 'c' FROM generate_series(1, 2000) AS g;
ANALYZE labels.attachment, labels.label;
DELETE FROM labels.attachment WHERE target_id = 8;
SELECT is(pg_temp.change('8', 'overwrite', 'label_id', '{3,1,4}') || ' '
          || pg_temp.change('8', 'add', 'label_id', '{2}'),
          'ok after:Two after:VIP after:two '
          || 'ok after:Two after:VIP after:two after:vip',
          'in order of attachment, with other labels before it');
SELECT is(pg_temp.change('8', 'replace', 'label_id', '{}', want => 2)
          || ' ' || pg_temp.change('8', 'remove', 'label_id', '{1}'),
          'ok removed:Two removed:VIP removed:two removed:vip unchanged',
          'what a replacement takes off, too');

SELECT * FROM finish();
ROLLBACK;
