-- The catalogue's lists, single labels, and who carries a label.

BEGIN;
SELECT plan(38);

INSERT INTO labels.credential (digest, dialect, account_id, kind)
VALUES (sha256('k'), 'd', 1, 'key');

INSERT INTO labels.label (account_id, label_id, team_id, uuid, short_id, title,
                          folded, color, listed)
VALUES (1, 11, 2, '00000000-0000-0000-0000-00000000000b', 'sb', 'vip', 'vip',
        '#fff', false),
       (1, 12, 1, '00000000-0000-0000-0000-00000000000c', 'sc', 'Été',
        'été', '#fff', true);

CREATE FUNCTION pg_temp.list(
    sort text, listed boolean DEFAULT false, by_name boolean DEFAULT false,
    team text DEFAULT NULL, max integer DEFAULT NULL,
    skip integer DEFAULT NULL, after bigint DEFAULT NULL,
    after_uuid uuid DEFAULT NULL, token bytea DEFAULT 'k')
RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(coalesce(l.label_id::text,
                               l.refusal || ' ' || l.outcome
                               || coalesce(' ' || l.total, '')), ' '
                      ORDER BY l.n)
      FROM labels.label_list('{d}', ARRAY[sha256(token)], '{NULL}', '{key}',
               '{NULL}', ARRAY[listed], ARRAY[by_name], ARRAY[team],
               ARRAY[sort], ARRAY[max], ARRAY[skip], ARRAY[after],
               ARRAY[after_uuid])
           WITH ORDINALITY
           AS l (request, refusal, outcome, label_id, uuid, short_id, title,
                 color, description, show_on_sidebar, team, created_at,
                 updated_at, total, request_id, replayed, n)
$$;

-- orders and filters

SELECT is(pg_temp.list('title'), '0 ok 5 4 6 7 8 2 3 1 11 12',
          'by folded title, by code points, then by id');
SELECT is(pg_temp.list('title', listed => true), '0 ok 2 3 1 12',
          'the catalogue alone');
SELECT is(pg_temp.list('title', by_name => true), '0 ok 5 4 6 7 8 2 3 1 12',
          'one per name, the oldest');
SELECT is(pg_temp.list('label_id'), '0 ok 10 1 2 3 4 5 6 7 8 11 12',
          'by id, with the total');
SELECT is(pg_temp.list('label_id', max => 3, skip => 2), '0 ok 10 3 4 5',
          'a page by offset, the total is that of all');
SELECT is(pg_temp.list('label_id', max => 3, skip => 99), '0 ok 10',
          'behind the end only the total');
SELECT is(pg_temp.list('label_id', team => 'Zq8LwN2kTy4b'), '0 ok 2 2 11',
          'of one team');
SELECT is(pg_temp.list('newest', team => 'Zq8LwN2kTy4b'), '0 ok 11 2',
          'of one team, the newest first');
SELECT is(pg_temp.list('newest', team => 'H7dPq0sXw3Rm'),
          '0 team_not_found', 'a team of another account');
SELECT is(pg_temp.list('title', token => 'x'), '1 ok', 'a refused request');

-- keyset pages

UPDATE labels.label
   SET created_at = '2025-01-01'::timestamptz
                    + least(label_id, 11) * interval '1 us'
 WHERE account_id = 1;

-- what a client remembers of the labels it has seen
CREATE TEMP TABLE cursors AS
    SELECT label_id, created_at, uuid FROM labels.label WHERE account_id = 1;

CREATE FUNCTION pg_temp.newest(max integer, after integer DEFAULT NULL)
RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.list('newest', max => newest.max,
               after => (extract(epoch FROM c.created_at) * 1000000)::bigint,
               after_uuid => c.uuid)
      FROM (SELECT) one
      LEFT JOIN pg_temp.cursors c ON c.label_id = newest.after
$$;

SELECT is(pg_temp.newest(3), '0 ok 12 11 8 7',
          'newest first, one row more than the limit; ties by uuid');
SELECT is(pg_temp.newest(3, 8), '0 ok 7 6 5 4', 'the page behind a label');
SELECT is(pg_temp.newest(3, 12), '0 ok 11 8 7 6', 'behind one of a tie');
SELECT is(pg_temp.newest(3, 3), '0 ok 2 1', 'the last page');
SELECT is(pg_temp.newest(3, 1), '0 ok', 'nothing is left');

DELETE FROM labels.label WHERE account_id = 1 AND label_id = 6;

SELECT is(pg_temp.newest(3, 6), '0 ok 5 4 3 2',
          'a cursor stays valid when its label is gone');

INSERT INTO labels.label (account_id, label_id, team_id, uuid, short_id, title,
                          folded, color, listed)
VALUES (1, 13, 1, '00000000-0000-0000-0000-00000000000d', 'sd', 'newer',
        'newer', '#fff', true);

SELECT is(pg_temp.newest(3, 6), '0 ok 5 4 3 2',
          'labels made meanwhile shift nothing');
SELECT is(pg_temp.list('newest', after => 9223372036854775807,
                       after_uuid => '00000000-0000-0000-0000-000000000000'),
          pg_temp.list('newest'), 'a time that cannot be is behind all');
SELECT is(pg_temp.list('newest', after => -9223372036854775807,
                       after_uuid => '00000000-0000-0000-0000-000000000000'),
          '0 ok', '... or before all');

-- what a row holds

SELECT results_eq(
    $$ SELECT label_id, uuid, short_id, title, color, description,
              show_on_sidebar, team, updated_at >= created_at, total,
              request_id
         FROM labels.label_list('{d}', ARRAY[sha256('k')], '{NULL}', '{key}',
                  '{NULL}', '{t}', '{f}', '{NULL}', '{label_id}', '{1}',
                  '{0}', '{NULL}', '{NULL}') $$,
    $$ VALUES (NULL::integer, NULL::uuid, NULL::text, NULL::text, NULL::text,
               NULL::text, NULL::boolean, NULL::text, NULL::boolean,
               5::bigint, NULL::uuid),
              (1, '018f7df5-2d8d-73e1-194e-95b5f19d6f9d',
               '7kfVQrFC2RkkUH28FJoA', 'VIP', '#64c4ff', '', false,
               'V1StGXR8Z5jd', true, NULL, NULL) $$, 'the whole label');

-- one label

CREATE FUNCTION pg_temp.get(match text, label text,
                            listed boolean DEFAULT false,
                            by_name boolean DEFAULT false)
RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', g.outcome, g.label_id, g.title, g.team)
      FROM labels.label_get('{d}', ARRAY[sha256('k')], '{NULL}', '{key}',
               '{NULL}', ARRAY[match], ARRAY[label], ARRAY[listed],
               ARRAY[by_name]) g
$$;

SELECT is(pg_temp.get('label_id', '3'), 'ok 3 To Follow Up V1StGXR8Z5jd',
          'by number');
SELECT is(pg_temp.get('uuid', '018f7df5-1111-7000-8000-000000000002'),
          'ok 2 Priority Zq8LwN2kTy4b', 'by uuid');
SELECT is(pg_temp.get('short_id', 'sb'), 'ok 11 vip Zq8LwN2kTy4b',
          'by short id');
SELECT is(pg_temp.get('short_id', 'sb', by_name => true),
          'ok 1 VIP V1StGXR8Z5jd', 'by name the oldest stands for all');
SELECT is(pg_temp.get('label_id', '4'), 'ok 4 existing-tag V1StGXR8Z5jd',
          'unlisted');
SELECT is(pg_temp.get('label_id', '4', listed => true), 'label_not_found',
          'is not in the catalogue');
SELECT is(pg_temp.get('label_id', '101'), 'label_not_found',
          'of another account');
SELECT is(pg_temp.get('label_id', '9223372036854775807'), 'label_not_found',
          'of a number that no label has');
SELECT is(pg_temp.get('uuid', NULL), 'label_not_found',
          'of an id that cannot be');
SELECT is((SELECT string_agg(g.refusal || coalesce(g.title, ''), ' '
                             ORDER BY g.request)
             FROM labels.label_get('{d,d,d}',
                      ARRAY[sha256('k'), sha256('x'), sha256('k')],
                      '{NULL,NULL,NULL}', '{key,key,key}',
                      '{NULL,NULL,NULL}', '{label_id,label_id,label_id}',
                      '{1,1,2}', '{f,f,f}', '{f,f,f}') g),
          '0VIP 1 0Priority', 'several in a batch');

-- who carries a label

INSERT INTO labels.attachment (account_id, target_id, label_id, target_kind)
VALUES (1, 6, 1, 'c'), (1, 2, 1, 'c'), (1, 7, 1, 'v'), (1, 1, 1, 'c'),
       (1, 5, 2, 'c');
UPDATE labels.contact SET chat_id = NULL
 WHERE account_id = 1 AND contact_id = 2;
UPDATE labels.contact SET name = NULL
 WHERE account_id = 1 AND contact_id = 1;

CREATE FUNCTION pg_temp.targets(label text, max integer DEFAULT NULL,
                                skip integer DEFAULT NULL,
                                token bytea DEFAULT 'k')
RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(coalesce(t.chat_id || coalesce(' ' || t.name, ''),
                               concat_ws(' ', t.refusal, t.outcome,
                                         t.total)), ', ' ORDER BY t.n)
      FROM labels.label_targets('{d}', ARRAY[sha256(token)], '{NULL}',
               '{key}', '{NULL}', '{label_id}', ARRAY[label], ARRAY[max],
               ARRAY[skip])
           WITH ORDINALITY
           AS t (request, refusal, outcome, total, chat_id, name, n)
$$;

SELECT is(pg_temp.targets('1'),
          '0 ok 2, 201234567890@c.us Wa User, 201000000001@c.us',
          'contacts with a chat id, in order of attachment');
SELECT is(pg_temp.targets('1', 1),
          '0 ok 2, 201234567890@c.us Wa User', 'the first page');
SELECT is(pg_temp.targets('1', 1, 1), '0 ok 2, 201000000001@c.us',
          'the second page');
SELECT is(pg_temp.targets('1', 1, 2), '0 ok 2', 'behind the end');
SELECT is(pg_temp.targets('3'), '0 ok 0', 'of a label that nothing carries');
SELECT is(pg_temp.targets('101'), '0 label_not_found', 'of another account');
SELECT is(pg_temp.targets(NULL), '0 label_not_found', 'of no id');
SELECT is(pg_temp.targets('1', token => 'x'), '1 ok', 'a refused request');

SELECT * FROM finish();
ROLLBACK;
