-- The data of make bench, by set-based statements:
--     1,000 accounts of 200 contacts and 100 labels each, contact n in account
--     (n - 1) / 200 + 1, its id n; and account 1001 of 10,000 contacts for
--     the bulk calls.
-- Ids and tokens follow from the numbers, so that a load generator can make
-- them up without a list; wrk/load.lua and pgbench/ spell them alike.

\set ON_ERROR_STOP on
\set QUIET on

BEGIN;

INSERT INTO labels.account (account_id, name)
SELECT a, 'Account ' || a FROM generate_series(1, 1001) a;

INSERT INTO labels.account_reference (dialect, reference, account_id)
SELECT d, CASE d WHEN 'chatwoot' THEN a.account_id::text
                 ELSE 'account-' || a.account_id END, a.account_id
  FROM labels.account a
 CROSS JOIN unnest(ARRAY['chatwoot', 'leadlex', 'highlevel', 'wawp']) d;

INSERT INTO labels.team (account_id, team_id, reference, name)
SELECT account_id, 1, 'team-' || account_id, 'main' FROM labels.account;

INSERT INTO labels.contact
       (account_id, contact_id, team_id, uuid, short_id, chat_id, name)
SELECT CASE WHEN n <= 200000 THEN (n - 1) / 200 + 1 ELSE 1001 END, n, 1,
       ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
       'bench' || lpad(n::text, 15, '0'), 20000000000 + n || '@c.us',
       'Contact ' || n
  FROM generate_series(1, 210000) n;

INSERT INTO labels.label
       (account_id, label_id, team_id, uuid, short_id, title, folded, color,
        listed)
SELECT a.account_id, l, 1,
       ('01900000-0000-7000-9000-'
        || lpad(to_hex(a.account_id * 128 + l), 12, '0'))::uuid,
       'bench' || lpad((a.account_id * 128 + l)::text, 15, '0'),
       'Label-' || l, 'label-' || l, '#64c4ff', true
  FROM labels.account a
 CROSS JOIN generate_series(1, 100) l;

INSERT INTO labels.counter (account_id, last_label_id, last_contact_id)
SELECT account_id, 100, 210000 FROM labels.account;

-- tokens: the vendor's prefix, then the account's number; with chatwoot in an
-- alphabet without zero

INSERT INTO labels.credential
       (digest, dialect, account_id, kind, scopes, prefix)
SELECT sha256(convert_to(c.token, 'UTF8')), c.dialect, c.account_id, c.kind,
       c.scopes, left(c.token, 4)
  FROM labels.account a
 CROSS JOIN LATERAL (VALUES
       ('kirimchat', a.account_id, 'key', '{}'::text[],
        'kdv_live_' || lpad(a.account_id::text, 24, '0')),
       ('leadlex', a.account_id, 'key', '{contacts:write}',
        'wbk_live_' || lpad(a.account_id::text, 32, '0')),
       ('chatwoot', a.account_id, 'user', '{administrator,agent}',
        lpad(translate(a.account_id::text, '0', 'A'), 24, 'B'))
       ) c (dialect, account_id, kind, scopes, token);

-- pgbench has no SHA-256, and a digest that the server has to make would
-- count against it: digests that are the number itself, which no token has

INSERT INTO labels.credential
       (digest, dialect, account_id, kind, scopes, prefix)
SELECT int8send(a.account_id) || d.tail, d.dialect, a.account_id, d.kind,
       d.scopes, 'none'
  FROM labels.account a
 CROSS JOIN (VALUES
       ('kirimchat', 'key', '{}'::text[],
        '\x6b0000000000000000000000000000000000000000000000'::bytea),
       ('leadlex', 'key', '{contacts:write}',
        '\x6c0000000000000000000000000000000000000000000000'),
       ('chatwoot', 'user', '{administrator,agent}',
        '\x630000000000000000000000000000000000000000000000')
       ) d (dialect, kind, scopes, tail);

COMMIT;

VACUUM (ANALYZE);
