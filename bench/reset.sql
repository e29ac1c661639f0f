-- What a measurement starts from: every contact has the labels 1, 2 and 3 of
-- its account. No dead rows, statistics up to date, nothing left to write.

\set ON_ERROR_STOP on
\set QUIET on

TRUNCATE labels.attachment, labels.event, labels.idempotency_key;

INSERT INTO labels.attachment (account_id, target_id, label_id, target_kind)
SELECT c.account_id, c.contact_id, l, 'c'
  FROM labels.contact c
 CROSS JOIN generate_series(1, 3) l
 WHERE c.account_id <= 1000
 ORDER BY c.contact_id, l;

VACUUM (ANALYZE) labels.attachment, labels.event, labels.idempotency_key;
CHECKPOINT;
