// SPDX-License-Identifier: BSD-2-Clause
//
// The routes of the workloads, each dialect in a file of its own.

'use strict';

const fastify = require('fastify');
const database = require('./database');


exports.start = async (port) => {
    const app = fastify({ bodyLimit: 1048576 });

    app.setNotFoundHandler((request, reply) => {
        reply.code(404).send({ error: 'Not Found' });
    });

    app.register(require('./chatwoot'));
    app.register(require('./kirimchat'));
    app.register(require('./leadlex'));

    process.on('disconnect', async () => {
        await app.close();
        await database.close();
        process.exit(0);
    });

    await app.listen({ port, host: '127.0.0.1' });
};
