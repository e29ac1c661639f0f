// SPDX-License-Identifier: BSD-2-Clause

'use strict';

const { randomUUID } = require('node:crypto');
const database = require('./database');

const WRITE = 'contacts:write write:contacts write';
const READ = `${WRITE} contacts:read read:contacts read`;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;


function fail(reply, status, code, message) {
    reply.code(status).send({ error: { code, message } });
}


function key(request) {
    return /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
}


function answer(request, reply, permission, result) {
    const { refusal, outcome, titles } = result;

    if (refusal & (1 | 2 | 4 | 8)) {
        return fail(reply, 401, 'invalid_key', 'Invalid or expired API key');
    }

    if (refusal & 32) {
        return fail(reply, 403, 'workspace_suspended',
                    'Workspace is suspended');
    }

    if (refusal) {
        return fail(reply, 403, 'insufficient_permissions',
                    `Missing contacts:${permission} permission`);
    }

    if (outcome !== 'ok' && outcome !== 'unchanged') {
        return fail(reply, 404, 'not_found', 'Contact not found');
    }

    return reply.send({ data: { contact_id: request.params.id.toLowerCase(),
                                tags: [...new Set(titles)] } });
}


async function read(request, reply) {
    const token = key(request);

    if (!token) {
        return fail(reply, 401, 'invalid_key', 'Invalid or expired API key');
    }

    if (!UUID.test(request.params.id)) {
        return fail(reply, 404, 'not_found', 'Contact not found');
    }

    return answer(request, reply, 'read', await database.read(
        { dialect: 'leadlex', token, kinds: 'key', scopes: READ },
        { target: 'uuid', reference: request.params.id.toLowerCase() }));
}


async function add(request, reply) {
    const token = key(request);

    if (!token) {
        return fail(reply, 401, 'invalid_key', 'Invalid or expired API key');
    }

    const tags = request.body?.tags;

    if (!Array.isArray(tags)) {
        return fail(reply, 400, 'validation_error',
                    'Missing or invalid tags array');
    }

    const items = [];

    for (const [i, tag] of tags.entries()) {
        const text = typeof tag === 'string' ? tag.trim() : '';

        if (text === '' || [...text].length > 255) {
            return fail(reply, 400, 'validation_error',
                        `tags[${i}] must be a non-empty string of at most `
                        + '255 characters');
        }

        if (!items.includes(text)) {
            items.push(text);
        }
    }

    if (!UUID.test(request.params.id)) {
        return fail(reply, 404, 'not_found', 'Contact not found');
    }

    return answer(request, reply, 'write', await database.change(
        { dialect: 'leadlex', token, kinds: 'key', scopes: WRITE },
        { target: 'uuid', reference: request.params.id.toLowerCase(),
          action: 'add', match: 'exact', want: 1, items }));
}


module.exports = async (app) => {
    app.addHook('onRequest', async (request, reply) => {
        reply.header('X-Request-ID', randomUUID());
        reply.type('application/json');
    });

    app.setErrorHandler((error, request, reply) => {
        if (error.statusCode >= 400 && error.statusCode < 500) {
            return fail(reply, 400, 'validation_error',
                        'Request body must be a valid JSON object');
        }

        return fail(reply, 500, 'internal_error', 'Internal server error');
    });

    app.get('/functions/v1/api-gateway/v1/contacts/:id/tags', read);
    app.post('/functions/v1/api-gateway/v1/contacts/:id/tags', add);
};
