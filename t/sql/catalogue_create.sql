-- Making labels: titles that are taken, adoption, teams, caps, keys.

BEGIN;
SELECT plan(37);

INSERT INTO labels.credential (digest, dialect, account_id, kind)
VALUES (sha256('k'), 'd', 1, 'key'), (sha256('k2'), 'd', 2, 'key');

CREATE FUNCTION pg_temp.make(
    only_once text, title text, team text DEFAULT NULL,
    color text DEFAULT '#fff', listed boolean DEFAULT true,
    cap integer DEFAULT 0, key text DEFAULT NULL,
    request text DEFAULT NULL, fingerprint text DEFAULT 'f',
    token bytea DEFAULT 'k', description text DEFAULT NULL,
    show boolean DEFAULT NULL)
RETURNS labels.label_answer LANGUAGE sql AS $$
    SELECT c
      FROM labels.label_create('{d}', ARRAY[sha256(token)], '{NULL}',
               '{key}', '{NULL}', ARRAY[only_once], ARRAY[team],
               ARRAY[title], ARRAY[lower(title)], ARRAY[color],
               ARRAY[description], ARRAY[show], ARRAY[listed], ARRAY[cap],
               ARRAY[key], ARRAY[sha256(fingerprint::bytea)],
               ARRAY[request::uuid]) c
$$;

CREATE FUNCTION pg_temp.text(a labels.label_answer)
RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', a.outcome, a.label_id, a.title, a.team)
$$;

-- within a team

SELECT is(pg_temp.text(pg_temp.make('team', 'New')), 'team_missing',
          'team: has to be named where there are several');
SELECT is(pg_temp.text(pg_temp.make('team', 'New', 'H7dPq0sXw3Rm')),
          'team_not_found', 'and has to be of the account');
SELECT is(pg_temp.text(pg_temp.make('team', 'New', 'Zq8LwN2kTy4b')),
          'ok 9 New Zq8LwN2kTy4b', 'made in the team');
SELECT is(pg_temp.text(pg_temp.make('team', 'New', 'V1StGXR8Z5jd')),
          'ok 10 New V1StGXR8Z5jd', 'another team may have it too');
SELECT is(pg_temp.text(pg_temp.make('team', 'New', 'V1StGXR8Z5jd')),
          'title_taken 10', 'but no team twice');
SELECT is(pg_temp.text(pg_temp.make('team', 'new', 'V1StGXR8Z5jd')),
          'ok 11 new V1StGXR8Z5jd', 'another case is another title');
SELECT is(pg_temp.text(pg_temp.make('team', 'Solo', token => 'k2')),
          'ok 103 Solo H7dPq0sXw3Rm', 'a single team need not be named');

-- within the account

SELECT is(pg_temp.text(pg_temp.make('account', 'New')), 'title_taken 9',
          'account: the exact title anywhere, the lowest of them');
SELECT is(pg_temp.text(pg_temp.make('account', 'NEW')),
          'ok 12 NEW V1StGXR8Z5jd', 'in the first team');

-- ignoring case

SELECT is(pg_temp.text(pg_temp.make('folded', 'vip')), 'title_taken 1',
          'folded: in any case');
SELECT is(pg_temp.text(pg_temp.make('folded', 'hot lead', listed => false)),
          'ok 13 hot lead V1StGXR8Z5jd', 'a new name');
SELECT is((SELECT listed::text || origin FROM labels.label
            WHERE account_id = 1 AND label_id = 13), 'falsed',
          'not in the catalogue, and where it comes from');

-- in the catalogue

SELECT is(pg_temp.text(pg_temp.make('listed', 'vip')), 'title_taken 1',
          'listed: in any case');

INSERT INTO labels.label (account_id, label_id, team_id, uuid, short_id, title,
                          folded, color, listed, updated_at)
VALUES (1, 20, 1, gen_random_uuid(), 't', 'Loose', 'loose', '#abc', false,
        '2025-01-01'),
       (1, 21, 2, gen_random_uuid(), 'u', 'loose', 'loose', '#abc', false,
        '2025-01-01'),
       (1, 22, 2, gen_random_uuid(), 'v', 'ODD', 'odd', '#abc', false,
        '2025-01-01'),
       (1, 23, 2, gen_random_uuid(), 'w', 'Odd', 'odd', '#abc', false,
        '2025-01-01');
UPDATE labels.counter SET last_label_id = 30 WHERE account_id = 1;
INSERT INTO labels.attachment (account_id, target_id, label_id, target_kind)
VALUES (1, 1, 21, 'c'), (1, 2, 22, 'c');

SELECT is(pg_temp.text(pg_temp.make('listed', 'loose', color => '#123',
                                    description => 'x', show => true)),
          'ok 21 loose Zq8LwN2kTy4b', 'adopted: the very title');
SELECT is((SELECT concat_ws(' ', listed, color, description, show_on_sidebar,
                            updated_at > '2026-01-01', origin)
             FROM labels.label WHERE account_id = 1 AND label_id = 21),
          't #123 x t t', 'with what was sent');
SELECT is(pg_temp.text(pg_temp.make('listed', 'odd')),
          'ok 22 odd Zq8LwN2kTy4b', 'else the oldest, spelled anew');
SELECT is((SELECT string_agg(l.title, ' ' ORDER BY a.target_id)
             FROM labels.attachment a JOIN labels.label l
                  USING (account_id, label_id)
            WHERE a.account_id = 1 AND a.label_id IN (21, 22)), 'loose odd',
          'what held it keeps it');
SELECT is(pg_temp.text(pg_temp.make('listed', 'loose')), 'title_taken 21',
          'adopted once');
SELECT is(pg_temp.text(pg_temp.make('listed', 'fresh')),
          'ok 31 fresh V1StGXR8Z5jd', 'without one it is made');

-- what a new label is

SELECT results_eq(
    $$ SELECT c.label_id, c.title, c.color, c.description, c.show_on_sidebar,
              c.team, c.created_at = c.updated_at, c.refusal, c.request_id,
              c.replayed
         FROM pg_temp.make('listed', 'plain', request =>
                  '00000000-0000-0000-0000-00000000000f') c $$,
    $$ VALUES (32, 'plain', '#fff', '', false, 'V1StGXR8Z5jd', true, 0,
               '00000000-0000-0000-0000-00000000000f'::uuid, false) $$,
    'the whole label');
SELECT is((SELECT length(short_id) FROM labels.label
            WHERE account_id = 1 AND label_id = 32), 20, 'a short id');

-- caps

DELETE FROM labels.label WHERE account_id = 1 AND origin = 'd';

SELECT is(pg_temp.text(pg_temp.make('account', 'c1', cap => 2)),
          'ok 33 c1 V1StGXR8Z5jd', 'labels from elsewhere do not count');
SELECT is((pg_temp.make('account', 'c2', cap => 2)).outcome::text, 'ok',
          'up to the cap');
SELECT is(pg_temp.text(pg_temp.make('account', 'c3', cap => 2)),
          'label_limit', 'and not beyond');
SELECT is(pg_temp.text(pg_temp.make('account', 'c2', cap => 2)),
          'label_limit', 'the cap comes before the title');
DELETE FROM labels.label WHERE account_id = 1 AND title = 'c1';
SELECT is(pg_temp.text(pg_temp.make('account', 'c3', cap => 2)),
          'ok 35 c3 V1StGXR8Z5jd', 'deleting frees a place, not an id');
SELECT is((pg_temp.make('account', 'c4', cap => 0)).outcome::text, 'ok',
          '0 is no cap');

-- idempotency keys

CREATE FUNCTION pg_temp.keyed(key text, title text, request text,
                              fingerprint text DEFAULT 'f')
RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', c.outcome, c.label_id, c.title,
                     right(c.request_id::text, 1), c.replayed)
      FROM pg_temp.make('team', title, 'V1StGXR8Z5jd', key => keyed.key,
                        request => '00000000-0000-0000-0000-00000000000'
                                   || keyed.request,
                        fingerprint => keyed.fingerprint) c
$$;

SELECT is(pg_temp.keyed('k', 'Once', 'a'), 'ok 37 Once a f', 'the first time');
CREATE TEMP TABLE first_answer AS
    SELECT uuid, short_id, created_at, updated_at FROM labels.label
     WHERE account_id = 1 AND label_id = 37;
UPDATE labels.label SET title = 'Changed', color = '#000',
                        updated_at = clock_timestamp()
 WHERE account_id = 1 AND label_id = 37;
SELECT is(pg_temp.keyed('k', 'Once', 'b'), 'ok 37 Once a t',
          'the second time: the first answer, whatever has changed since');
SELECT results_eq(
    $$ SELECT c.uuid, c.short_id, c.color, c.created_at, c.updated_at, c.team
         FROM pg_temp.make('team', 'Once', 'V1StGXR8Z5jd', key => 'k') c $$,
    $$ SELECT uuid, short_id::text COLLATE "default", '#fff'::text, created_at,
              updated_at, 'V1StGXR8Z5jd'::text
         FROM pg_temp.first_answer $$, 'to the microsecond');
SELECT is(pg_temp.keyed('k', 'Once', 'c', 'g'), 'key_reused c f',
          'another request');
SELECT is(pg_temp.keyed('taken', 'VIP', 'a'), 'title_taken 1 a f',
          'a refusal of the title is kept');
DELETE FROM labels.label WHERE account_id = 1 AND label_id = 1;
SELECT is(pg_temp.keyed('taken', 'VIP', 'b'), 'title_taken 1 a t',
          'and repeated');
UPDATE labels.idempotency_key SET created_at = now() - interval '25 hours';
SELECT is(pg_temp.keyed('taken', 'VIP', 'b'), 'ok 38 VIP b f',
          'a day later the key is free');
SELECT is((SELECT count(*)::integer FROM labels.idempotency_key
            WHERE key = 'k'), 0, 'and old answers are gone');

-- batches

SELECT is((SELECT string_agg(concat_ws(' ', c.request, c.refusal, c.outcome,
                                       c.label_id), ', ' ORDER BY c.request)
             FROM labels.label_create('{d,d,d}',
                      ARRAY[sha256('k'), sha256('x'), sha256('k')],
                      '{NULL,NULL,NULL}', '{key,key,key}',
                      '{NULL,NULL,NULL}', '{folded,folded,folded}',
                      '{NULL,NULL,NULL}', '{b,b,B}', '{b,b,b}',
                      '{#fff,#fff,#fff}', '{NULL,NULL,NULL}',
                      '{NULL,NULL,NULL}', '{t,t,t}', '{0,0,0}',
                      '{NULL,NULL,NULL}',
                      ARRAY[NULL, NULL, NULL]::bytea[],
                      '{NULL,NULL,NULL}') c),
          '1 0 ok 39, 2 1 unchanged, 3 0 title_taken 39',
          'a later request sees the earlier ones');
SELECT is((SELECT count(*)::integer FROM labels.event), 0,
          'the catalogue raises no events');

SELECT * FROM finish();
ROLLBACK;
