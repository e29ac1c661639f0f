// SPDX-License-Identifier: BSD-2-Clause
//
// The module's SQL functions, called with arrays of one element.

'use strict';

const { createHash } = require('node:crypto');
const { Pool, types } = require('pg');

types.setTypeParser(20, Number);

const pool = new Pool({
    max: Number(process.env.POOL || 8),
    options: '-c plan_cache_mode=force_generic_plan -c jit=off',
});

const change = {
    name: 'labels_change',
    text: 'SELECT * FROM labels.change($1::text[],$2::bytea[],$3::text[],'
        + '$4::text[],$5::text[],$6::text[],$7::text[],$8::text[],$9::text[],'
        + '$10::text[],$11::boolean[],$12::integer[],$13::text[],'
        + '$14::bytea[],$15::uuid[],$16::integer[],$17::text[],$18::text[],'
        + 'false)',
};

const read = {
    name: 'labels_read',
    text: 'SELECT * FROM labels.read($1::text[],$2::bytea[],$3::text[],'
        + '$4::text[],$5::text[],$6::text[],$7::text[],$8::text[],'
        + '$9::boolean[],$10::integer[],$11::bigint[])',
};


function credential(who) {
    const digest = createHash('sha256').update(who.token).digest();

    return [[who.dialect], [digest], [who.account ?? null], [who.kinds],
            [who.scopes ?? null]];
}


// The header row and, in their order, the titles that follow it.
function unfold(rows) {
    return { refusal: rows[0].refusal, outcome: rows[0].outcome,
             titles: rows.filter((row) => row.list !== null)
                         .map((row) => row.title) };
}


exports.change = async (who, what) => {
    const items = what.items;
    const result = await pool.query(change, [
        ...credential(who), [what.target], [what.reference], [null],
        [what.action], [what.match], [what.sameTeam ?? false], [what.want],
        [null], [null], [null], items.map(() => 1), items,
        items.map((item) => what.match === 'uuid' ? null
                                                  : item.toLowerCase()),
    ]);

    return unfold(result.rows);
};


exports.read = async (who, what) => {
    const { rows } = await pool.query(read, [
        ...credential(who), [what.target], [what.reference], [null], [false],
        [null], [null],
    ]);

    return { refusal: rows[0].refusal, outcome: rows[0].outcome,
             titles: rows.slice(1).map((row) => row.title) };
};


exports.close = () => pool.end();
