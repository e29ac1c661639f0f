-- Renaming, merging, recolouring and deleting labels.

BEGIN;
SELECT plan(51);

INSERT INTO labels.credential (digest, dialect, account_id, kind)
VALUES (sha256('k'), 'd', 1, 'key');
INSERT INTO labels.subscription (account_id, dialect, url)
VALUES (1, 'd', 'http://127.0.0.1/');

UPDATE labels.label SET updated_at = '2025-01-01' WHERE account_id = 1;
UPDATE labels.counter SET last_label_id = 30 WHERE account_id = 1;

CREATE FUNCTION pg_temp.alter(
    label text, only_once text, title text DEFAULT NULL,
    color text DEFAULT NULL, unless text DEFAULT NULL,
    listed boolean DEFAULT false, by_name boolean DEFAULT false,
    description text DEFAULT NULL, show boolean DEFAULT NULL)
RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', u.outcome, u.label_id, u.title, u.color,
                     nullif(u.description, ''))
      FROM labels.label_update('{d}', ARRAY[sha256('k')], '{NULL}', '{key}',
               '{NULL}', '{label_id}', ARRAY[label], ARRAY[listed],
               ARRAY[by_name], ARRAY[only_once], ARRAY[title],
               ARRAY[lower(title)], ARRAY[color], ARRAY[unless],
               ARRAY[description], ARRAY[show]) u
$$;

CREATE FUNCTION pg_temp.touched(label integer)
RETURNS boolean LANGUAGE sql AS $$
    SELECT updated_at > '2026-01-01' FROM labels.label
     WHERE account_id = 1 AND label_id = touched.label
$$;

-- Titles of a contact, in order.
CREATE FUNCTION pg_temp.carries(contact integer)
RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(l.title || '/' || l.label_id, ' ' ORDER BY a."position")
      FROM labels.attachment a JOIN labels.label l USING (account_id, label_id)
     WHERE a.account_id = 1 AND a.target_id = carries.contact
       AND a.target_kind = 'c'
$$;

-- which label, and nothing to do

SELECT is(pg_temp.alter('99', 'team', 'x'), 'label_not_found', 'unknown');
SELECT is(pg_temp.alter(NULL, 'team', 'x'), 'label_not_found',
          'an id that cannot be');
SELECT is(pg_temp.alter('101', 'team', 'x'), 'label_not_found',
          'of another account');
SELECT is(pg_temp.alter('4', 'listed', 'x', listed => true),
          'label_not_found', 'not in the catalogue');
SELECT is(pg_temp.alter('1', 'team'), 'unchanged 1 VIP #64c4ff',
          'nothing was sent');
SELECT is(pg_temp.alter('1', 'team', 'VIP', '#64c4ff', description => '',
                        show => false), 'unchanged 1 VIP #64c4ff',
          'all was as wanted');
SELECT is(pg_temp.touched(1), false, 'updated_at stays');

-- other members

SELECT is(pg_temp.alter('3', 'listed', color => 'teal', description => 'call',
                        show => true, listed => true),
          'ok 3 To Follow Up teal call', 'recoloured, the title stays');
SELECT is(pg_temp.touched(3), true, 'updated_at moves');

-- colours that read alike

SELECT is(pg_temp.alter('1', 'team', color => '#64c4fe', unless => '17 1'),
          'unchanged 1 VIP #64c4ff', 'a colour that reads so stays');
SELECT is(pg_temp.alter('1', 'team', color => '#f74848', unless => '13'),
          'ok 1 VIP #f74848', 'another one goes');
SELECT is(pg_temp.alter('3', 'team', color => '#99b6c1', unless => '4'),
          'unchanged 3 To Follow Up teal call',
          'a text that is no colour reads as gray');

-- titles that are taken

INSERT INTO labels.label (account_id, label_id, team_id, uuid, short_id, title,
                          folded, color, listed, updated_at)
VALUES (1, 11, 2, gen_random_uuid(), 'a', 'VIP', 'vip', '#fff', false,
        '2025-01-01'),
       (1, 12, 1, gen_random_uuid(), 'b', 'gold', 'gold', '#fff', true,
        '2025-01-01');

SELECT is(pg_temp.alter('12', 'team', 'VIP'), 'title_taken 1',
          'team: taken within the team');
SELECT is(pg_temp.alter('12', 'team', 'Priority'), 'ok 12 Priority #fff',
          'another team''s is free');
SELECT is(pg_temp.alter('12', 'account', 'Priority'),
          'unchanged 12 Priority #fff', 'its own title is not in its way');
SELECT is(pg_temp.alter('12', 'account', 'VIP', '#000'), 'title_taken 1',
          'account: taken anywhere, the lowest of them');
SELECT is((SELECT color FROM labels.label
            WHERE account_id = 1 AND label_id = 12), '#fff',
          'a refused update changes nothing');
SELECT is(pg_temp.alter('12', 'account', 'vip'), 'ok 12 vip #fff',
          'another case is another title');
SELECT is(pg_temp.alter('3', 'listed', 'Vip', listed => true),
          'title_taken 1', 'listed: in any case');
SELECT is((SELECT folded FROM labels.label
            WHERE account_id = 1 AND label_id = 12), 'vip',
          'the folded form goes with the title');
DELETE FROM labels.label WHERE account_id = 1 AND label_id = 12;

-- renaming in the catalogue takes in unlisted labels

INSERT INTO labels.label (account_id, label_id, team_id, uuid, short_id, title,
                          folded, color, listed)
VALUES (1, 14, 1, gen_random_uuid(), 'c', 'Gold', 'gold', '#fff', false),
       (1, 15, 2, gen_random_uuid(), 'e', 'gold', 'gold', '#fff', false),
       (2, 14, 1, gen_random_uuid(), 'c', 'Gold', 'gold', '#fff', false);
DELETE FROM labels.attachment WHERE account_id = 1;
INSERT INTO labels.attachment (account_id, target_id, label_id, target_kind)
VALUES (1, 1, 4, 'c'), (1, 1, 3, 'c'), (1, 1, 5, 'c'),
       (1, 2, 14, 'c'), (1, 2, 5, 'c'), (1, 2, 15, 'c'),
       (1, 3, 14, 'c'), (1, 3, 5, 'c'), (1, 3, 3, 'c'),
       (1, 7, 15, 'v'), (2, 1001, 14, 'c');

SELECT is(pg_temp.alter('3', 'listed', 'gold', listed => true),
          'ok 3 gold teal call', 'renamed');
SELECT is(pg_temp.carries(1), 'existing-tag/4 gold/3 customer/5',
          'at its place');
SELECT is(pg_temp.carries(2), 'gold/3 customer/5',
          'what held an unlisted one holds it, once, at the first place');
SELECT is(pg_temp.carries(3), 'customer/5 gold/3',
          'what held it already holds it where it was');
SELECT is((SELECT label_id FROM labels.attachment
            WHERE account_id = 1 AND target_kind = 'v'), 3,
          'conversations too');
SELECT is((SELECT array_agg(label_id) FROM labels.label
            WHERE folded = 'gold' AND account_id = 1), '{3}',
          'the unlisted ones are gone');
SELECT is((SELECT count(*)::integer FROM labels.attachment
            WHERE account_id = 2 AND label_id = 14), 1,
          'another account''s stay');
SELECT is(pg_temp.alter('3', 'listed', 'GOLD', listed => true),
          'ok 3 GOLD teal call', 'its own title in another case is free');

-- by name

INSERT INTO labels.label (account_id, label_id, team_id, uuid, short_id, title,
                          folded, color, listed)
VALUES (1, 16, 1, gen_random_uuid(), 'g', 'hot', 'hot', '#fff', false),
       (1, 17, 1, gen_random_uuid(), 'h', 'HOT', 'hot', '#fff', true),
       (1, 18, 2, gen_random_uuid(), 'i', 'Hot', 'hot', '#fff', false);
INSERT INTO labels.attachment (account_id, target_id, label_id, target_kind)
VALUES (1, 4, 17, 'c'), (1, 4, 6, 'c'), (1, 4, 16, 'c'), (1, 4, 18, 'c'),
       (1, 5, 16, 'c'), (1, 6, 17, 'c');

SELECT is(pg_temp.alter('18', 'folded', 'HoT', by_name => true),
          'unchanged 16 hot #fff', 'the name it has changes nothing');
SELECT is(pg_temp.alter('18', 'folded', 'gold', by_name => true),
          'title_taken 3', 'another name is taken, in any case');
SELECT is(pg_temp.alter('18', 'folded', 'cold', by_name => true),
          'ok 16 cold #fff', 'renamed by any of its ids');
SELECT is((SELECT array_agg(label_id || title || team_id || listed
                            ORDER BY label_id)
             FROM labels.label WHERE account_id = 1 AND folded = 'cold'),
          '{16cold1true,18cold2false}',
          'all of the name; two of one team are one, the oldest, listed if '
          'one was');
SELECT is(pg_temp.carries(4), 'cold/16 keep1/6 cold/18',
          'at the place of the first');
SELECT is(pg_temp.carries(5), 'cold/16', 'the oldest stays where it was');
SELECT is(pg_temp.carries(6), 'cold/16', 'the other one''s come to it');
SELECT is(pg_temp.touched(18), true, 'updated_at of all of them moves');

-- batches

SELECT is((SELECT string_agg(concat_ws(' ', u.request, u.refusal, u.outcome,
                                       u.title), ', ' ORDER BY u.request)
             FROM labels.label_update('{d,d,d}',
                      ARRAY[sha256('k'), sha256('x'), sha256('k')],
                      '{NULL,NULL,NULL}', '{key,key,key}',
                      '{NULL,NULL,NULL}', '{label_id,label_id,label_id}',
                      '{6,6,7}', '{f,f,f}', '{f,f,f}',
                      '{account,account,account}', '{b,b,b}', '{b,b,b}',
                      '{NULL,NULL,NULL}', '{NULL,NULL,NULL}',
                      '{NULL,NULL,NULL}', '{NULL,NULL,NULL}') u),
          '1 0 ok b, 2 1 unchanged, 3 0 title_taken',
          'a later request sees the earlier ones');

-- deletion

CREATE FUNCTION pg_temp.remove(label text, listed boolean DEFAULT false,
                               by_name boolean DEFAULT false)
RETURNS text LANGUAGE sql AS $$
    SELECT d.refusal || ' ' || d.outcome
      FROM labels.label_delete('{d}', ARRAY[sha256('k')], '{NULL}', '{key}',
               '{NULL}', '{label_id}', ARRAY[label], ARRAY[listed],
               ARRAY[by_name]) d
$$;

SELECT is(pg_temp.remove('99'), '0 label_not_found', 'unknown');
SELECT is(pg_temp.remove('101'), '0 label_not_found', 'of another account');
SELECT is(pg_temp.remove('5', listed => true), '0 label_not_found',
          'not in the catalogue');
SELECT is(pg_temp.remove('3', listed => true), '0 ok', 'deleted');
SELECT is(pg_temp.remove('3', listed => true), '0 label_not_found',
          'a second time');
SELECT is(pg_temp.carries(3), 'customer/5', 'no contact has it');
SELECT is(pg_temp.remove('18', by_name => true), '0 ok',
          'by name, by any of its ids');
SELECT is((SELECT count(*)::integer FROM labels.label
            WHERE account_id = 1 AND folded = 'cold'), 0,
          'all labels of the name are gone');
SELECT is((SELECT count(*)::integer FROM labels.attachment a
            WHERE NOT EXISTS (SELECT FROM labels.label l
                               WHERE l.account_id = a.account_id
                                 AND l.label_id = a.label_id)), 0,
          'no attachment is left behind');
SELECT is((SELECT count(*)::integer FROM labels.contact
            WHERE account_id = 1), 8, 'the contacts stay');
SELECT is((SELECT string_agg(d.request || d.outcome::text, ' '
                             ORDER BY d.request)
             FROM labels.label_delete('{d,d}',
                      ARRAY[sha256('k'), sha256('k')], '{NULL,NULL}',
                      '{key,key}', '{NULL,NULL}', '{label_id,label_id}',
                      '{5,5}', '{f,f}', '{f,f}') d),
          '1ok 2label_not_found', 'twice in a batch');
SELECT is((SELECT d.refusal FROM labels.label_delete('{d}',
               ARRAY[sha256('x')], '{NULL}', '{key}', '{NULL}',
               '{label_id}', '{1}', '{f}', '{f}') d), 1, 'a refused request');
SELECT is((SELECT title FROM labels.label
            WHERE account_id = 1 AND label_id = 1), 'VIP', 'deletes nothing');
SELECT is((SELECT count(*)::integer FROM labels.event), 0,
          'the catalogue raises no events');

SELECT * FROM finish();
ROLLBACK;
