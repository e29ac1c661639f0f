// Copyright (c) the ngx_http_labels_module authors
// SPDX-License-Identifier: BSD-2-Clause
//
// Checks of the clients' scripts, as lines for Labels::Node.

'use strict';

const assert = require('node:assert/strict');


async function check(name, work) {
    try {
        await work();
        console.log(`ok - ${name}`);

    } catch (error) {
        console.log(`not ok - ${name}`);
        String(error.stack).split('\n').forEach(line => {
            console.log(`# ${line}`);
        });
    }
}


// The error that a call ends in.
async function failure(promise) {
    let result;

    try {
        result = await promise;
    } catch (error) {
        return error;
    }

    assert.fail(`succeeded: ${JSON.stringify(result)}`);
}


module.exports = { assert, check, failure };
