-- The chat palette: which entry a colour reads as.

BEGIN;
SELECT plan(12);

SELECT is(labels.palette_index('#ff9485'), 0, 'the first entry');
SELECT is(labels.palette_index('#9368cf'), 19, 'the last entry');
SELECT is(labels.palette_index('#9368CF'), 19, 'in any letter case');
SELECT is(labels.palette_index('#f74849'), 13, 'the nearest entry');
SELECT is(labels.palette_index('#f44'), 13, '#rgb is #rrggbb');
SELECT is(labels.palette_index('#8ab59d'), 12, 'by distance in all of RGB');

SELECT is(labels.palette_index('red'), 4, 'a name is no colour');
SELECT is(labels.palette_index(''), 4, 'nor is an empty text');
SELECT is(labels.palette_index('#ff94851'), 4, 'nor are seven digits');
SELECT is(labels.palette_index('#ggg'), 4, 'nor other letters');
SELECT is(labels.palette_index(E'#f74848\n'), 4, 'nor with a final newline');
SELECT is(labels.palette_index(NULL), 4, 'nor nothing');

SELECT * FROM finish();
ROLLBACK;
