// SPDX-License-Identifier: BSD-2-Clause
//
// Two processes that share a port, as is usual with Node on two cores.

'use strict';

const cluster = require('node:cluster');

if (cluster.isPrimary) {
    cluster.fork();
    cluster.fork();
    process.on('SIGTERM', () => cluster.disconnect(() => process.exit(0)));
    setTimeout(() => {}, 2 ** 31 - 1);
} else {
    require('./server').start(Number(process.env.PORT));
}
