-- Bulk changes: many targets, removals before items, lists, events, keys.

BEGIN;
SELECT plan(46);

DELETE FROM labels.attachment;
DELETE FROM labels.label WHERE account_id = 1 AND label_id > 3;

INSERT INTO labels.credential (digest, dialect, account_id, kind)
VALUES (sha256('k'), 'd', 1, 'key');
INSERT INTO labels.account_reference
VALUES ('d', 'phone_number', '100', 1), ('d', 'phone_number', '200', 2);

INSERT INTO labels.label (account_id, label_id, team_id, uuid, short_id, title,
                          folded, color, listed)
VALUES (1, 4, 2, gen_random_uuid(), 'a', 'vip', 'vip', '#fff', false);

-- One request: its outcome, then a piece per target, its lists in brackets.
CREATE FUNCTION pg_temp.bulk(
    refs text[], match text, items text[] DEFAULT '{}',
    removals text[] DEFAULT '{}', want integer DEFAULT 0,
    everything boolean DEFAULT false, same_team boolean DEFAULT false,
    target text DEFAULT 'contact', via text DEFAULT NULL,
    key text DEFAULT NULL, request text DEFAULT NULL,
    fingerprint text DEFAULT 'f', nowait boolean DEFAULT false,
    token bytea DEFAULT 'k')
RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(
               CASE WHEN b.target IS NULL
                    THEN concat_ws(' ', nullif(b.refusal, 0), b.outcome,
                                   right(b.request_id::text, 1))
                    WHEN b.list IS NULL
                    THEN ', ' || b.target || ' ' || b.target_outcome
                    ELSE ' ' || b.list || ':' || b.title END, ''
               ORDER BY b.n)
      FROM labels.bulk('{d}', ARRAY[sha256(token)], '{NULL}', '{key}',
               '{NULL}', ARRAY[target], ARRAY[via], ARRAY[match],
               ARRAY[same_team], ARRAY[everything], ARRAY[want], ARRAY[key],
               ARRAY[sha256(fingerprint::bytea)], ARRAY[request::uuid],
               array_fill(1, ARRAY[cardinality(refs)]), refs,
               array_fill(1, ARRAY[cardinality(items)]), items,
               array(SELECT lower(i) FROM unnest(items)
                     WITH ORDINALITY AS u (i, n) ORDER BY n),
               array_fill(1, ARRAY[cardinality(removals)]), removals,
               array(SELECT lower(i) FROM unnest(removals)
                     WITH ORDINALITY AS u (i, n) ORDER BY n), nowait)
           WITH ORDINALITY
           AS b (request, refusal, outcome, target, target_outcome, list,
                 title, request_id, n)
$$;

CREATE FUNCTION pg_temp.carries(target integer, kind "char" DEFAULT 'c')
RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(l.title || '/' || l.label_id, ' ' ORDER BY a."position")
      FROM labels.attachment a JOIN labels.label l USING (account_id, label_id)
     WHERE a.account_id = 1 AND a.target_id = carries.target
       AND a.target_kind = carries.kind
$$;

-- targets

SELECT is(pg_temp.bulk('{1,1001,2,1,99,NULL,-1,1}', 'label_id', '{1}'),
          'ok, 1 ok, 2 target_not_found, 3 ok, 4 ok, 5 target_not_found, '
          '6 target_not_found, 7 target_not_found, 8 ok',
          'foreign, unknown, impossible; repeated ones answer alike');
SELECT is(pg_temp.bulk('{1,3}', 'label_id', '{1}'),
          'ok, 1 unchanged, 2 ok', 'only what is missing');
SELECT is(pg_temp.carries(1), 'VIP/1', 'attached once');
SELECT is(pg_temp.bulk('{}', 'label_id', '{1}'), 'ok', 'no target at all');
SELECT is(pg_temp.bulk('{1,2}', 'label_id'),
          'ok, 1 unchanged, 2 unchanged', 'nothing to do');
SELECT is(pg_temp.bulk('{LlwrijREvzR1Bn2afHDH,Pl4DUSzR8Mi7JTuwNz9D}',
                       'label_id', '{}', '{1}', target => 'short_id'),
          'ok, 1 ok, 2 target_not_found', 'by short id');
SELECT is(pg_temp.bulk('{7,8,9}', 'label_id', '{1}',
                       target => 'conversation'),
          'ok, 1 ok, 2 ok, 3 target_not_found', 'conversations');
SELECT is(pg_temp.carries(7, 'v'), 'VIP/1', 'have their own labels');
SELECT is(pg_temp.carries(7), NULL, 'not those of a contact of that number');

-- label ids

SELECT is(pg_temp.bulk('{1}', 'label_id', '{1,99}'), 'label_not_found',
          'an unknown label refuses all');
SELECT is(pg_temp.bulk('{}', 'label_id', '{}', '{101}'), 'label_not_found',
          'to be taken off too, whoever the targets are');
SELECT is(pg_temp.bulk('{1}', 'uuid', '{NULL}'), 'label_not_found',
          'an id that cannot be');
SELECT is(pg_temp.carries(1), NULL, 'and nothing is done');
SELECT is(pg_temp.bulk('{1}', 'uuid', '{NULL}', via => '200'),
          'via_not_found', 'the number of the path comes before the label');
SELECT is(pg_temp.bulk('{1}', 'label_id', '{1}', via => '100'),
          'ok, 1 ok', 'the account''s number');

-- teams

SELECT is(pg_temp.bulk('{1,5,2}', 'label_id', '{2}', same_team => true),
          'ok, 1 other_team, 2 ok, 3 other_team', 'only its own team');
SELECT is(pg_temp.bulk('{1,5,5}', 'label_id', '{}', '{2}',
                       same_team => true),
          'ok, 1 other_team, 2 ok, 3 ok', 'to take off too');
SELECT is(pg_temp.bulk('{1,5}', 'folded', '{vip}'),
          'ok, 1 unchanged, 2 ok', 'by title each team means its own');
SELECT is(pg_temp.carries(5), 'vip/4', 'label');

-- titles

DELETE FROM labels.attachment;
SELECT is(pg_temp.bulk('{5,1}', 'listed', '{vip,New,new,VIP}', want => 2),
          'ok, 1 ok added:vip added:New, 2 ok added:vip added:New',
          'the exact title, made once, none twice');
SELECT is((SELECT string_agg(label_id || title || team_id || listed, ' ')
             FROM labels.label WHERE folded = 'new'), '9New2false',
          'made in the first target''s team');
SELECT is(pg_temp.bulk('{1,2}', 'listed', '{NEW,Vip}', want => 2),
          'ok, 1 unchanged, 2 ok added:New added:VIP',
          'passed over in any case; the catalogue''s first');
SELECT is(pg_temp.bulk('{3}', 'exact', '{vip,VIP}', want => 2),
          'ok, 1 ok added:vip added:VIP', 'exact: two titles');
SELECT is(pg_temp.bulk('{3}', 'exact', '{}', '{Vip}', want => 2),
          'ok, 1 unchanged', 'another case stays');
SELECT is(pg_temp.bulk('{3}', 'folded', '{}', '{Vip,none}', want => 2),
          'ok, 1 ok removed:vip removed:VIP', 'all that read so');
SELECT is(pg_temp.bulk('{99}', 'listed', '{Nobody}'),
          'ok, 1 target_not_found', 'without a target');
SELECT is((SELECT count(*)::integer FROM labels.label
            WHERE folded IN ('nobody', 'none')), 0, 'no label is made');

-- order, lists, all

DELETE FROM labels.attachment;
SELECT is(pg_temp.bulk('{1}', 'listed', '{a,b,c}', want => 6),
          'ok, 1 ok added:a added:b added:c', 'in request order');
SELECT is(pg_temp.bulk('{1,2}', 'listed', '{b,d}', '{c,b}', want => 6),
          'ok, 1 ok before:a before:b before:c added:b added:d removed:c '
          'removed:b, 2 ok added:b added:d', 'removals first');
SELECT is(pg_temp.carries(1), 'a/10 b/11 d/13', 'so b goes to the end');
SELECT is(pg_temp.bulk('{1,2,3,2}', 'listed', want => 6, everything => true),
          'ok, 1 ok before:a before:b before:d removed:a removed:b '
          'removed:d, 2 ok before:b before:d removed:b removed:d, '
          '3 unchanged, 4 ok', 'everything; lists once per target');

-- events

INSERT INTO labels.subscription (account_id, dialect, url)
VALUES (1, 'd', 'http://127.0.0.1/');
SELECT is(pg_temp.bulk('{1,1,2,3}', 'listed', '{a,b}'),
          'ok, 1 ok, 2 ok, 3 ok, 4 ok', 'with a subscriber');
SELECT is((SELECT string_agg(target_id || before::text || added::text
                             || removed::text,
                             ' ' ORDER BY event_id) FROM labels.event),
          '1{}{10,11}{} 2{}{10,11}{} 3{}{10,11}{}', 'an event per target');
DELETE FROM labels.event;
SELECT is(pg_temp.bulk('{1,2}', 'listed', '{c,a}', '{a,b}'),
          'ok, 1 ok, 2 ok', 'off and on again');
SELECT is((SELECT string_agg(target_id || before::text || added::text
                             || removed::text,
                             ' ' ORDER BY event_id) FROM labels.event),
          '1{10,11}{12}{11} 2{10,11}{12}{11}', 'one event, of the difference');
DELETE FROM labels.event;
SELECT is(pg_temp.bulk('{1}', 'listed', '{a}', '{a}'), 'ok, 1 ok',
          'a mere change of order');
SELECT is(pg_temp.bulk('{1,2}', 'listed', '{c}'),
          'ok, 1 unchanged, 2 unchanged', 'and nothing');
SELECT is((SELECT count(*)::integer FROM labels.event), 0, 'are no events');

-- keys

DELETE FROM labels.attachment;
SELECT is(pg_temp.bulk('{1,99,5}', 'label_id', '{1}', same_team => true,
                       key => 'x', request =>
                       '00000000-0000-0000-0000-00000000000a'),
          'ok a, 1 ok, 2 target_not_found, 3 other_team', 'the first time');
DELETE FROM labels.attachment;
SELECT is(pg_temp.bulk('{1,99,5}', 'label_id', '{1}', same_team => true,
                       key => 'x', request =>
                       '00000000-0000-0000-0000-00000000000b'),
          'ok a, 1 ok, 2 target_not_found, 3 other_team',
          'the second time: the first answer');
SELECT is((SELECT count(*)::integer FROM labels.attachment), 0,
          'and nothing is done');
SELECT is(pg_temp.bulk('{1}', 'label_id', '{1}', key => 'x',
                       fingerprint => 'g'), 'key_reused', 'another request');
SELECT is(pg_temp.bulk('{1}', 'label_id', '{99}', key => 'y', request =>
                       '00000000-0000-0000-0000-00000000000a')
          || ' ' || pg_temp.bulk('{1}', 'label_id', '{99}', key => 'y'),
          'label_not_found a label_not_found a', 'a refusal is kept');

-- batches

SELECT is((SELECT string_agg(concat_ws(' ', b.request, b.refusal, b.outcome,
                                       b.target, b.target_outcome), ', '
                             ORDER BY b.n)
             FROM labels.bulk('{d,d,d}',
                      ARRAY[sha256('k'), sha256('x'), sha256('k')],
                      '{NULL,NULL,NULL}', '{key,key,key}',
                      '{NULL,NULL,NULL}', '{contact,contact,contact}',
                      '{NULL,NULL,NULL}', '{label_id,label_id,listed}',
                      '{f,f,f}', '{f,f,f}', '{0,0,0}', '{NULL,NULL,NULL}',
                      ARRAY[NULL, NULL, NULL]::bytea[], '{NULL,NULL,NULL}',
                      '{1,1,2,3,3}', '{1,2,3,2,3}', '{1,2,3}', '{1,1,VIP}',
                      '{NULL,NULL,vip}', '{3}', '{a}', '{a}', false)
                  WITH ORDINALITY
                  AS b (request, refusal, outcome, target, target_outcome,
                        list, title, request_id, n)),
          '1 0 ok, 1 0 ok 1 ok, 1 0 ok 2 ok, 2 1 unchanged, 3 0 ok, '
          '3 0 ok 1 unchanged, 3 0 ok 2 ok',
          'a later request sees the earlier ones');
SELECT is(pg_temp.bulk('{1,2}', 'label_id', '{3}', nowait => true),
          'ok, 1 ok, 2 ok', 'without waiting, when nobody is in the way');
SELECT is(pg_temp.bulk('{1}', 'label_id', '{1}', token => 'x'),
          '1 unchanged', 'a refused request');

SELECT * FROM finish();
ROLLBACK;
