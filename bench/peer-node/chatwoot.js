// SPDX-License-Identifier: BSD-2-Clause

'use strict';

const { createHash, randomUUID } = require('node:crypto');
const database = require('./database');


function fail(reply, status, field, code, description, error) {
    reply.code(status).header('Cache-Control', 'no-cache').send({
        description, errors: [{ field, message: description, code }],
        error: error ?? description,
    });
}


function violate(reply, code, message) {
    reply.code(422).header('Cache-Control', 'no-cache').send({
        message, attributes: ['labels'], description: message,
        errors: [{ field: 'labels', message, code }],
    });
}


function refuse(reply, refusal) {
    if (refusal & (1 | 2 | 4)) {
        return fail(reply, 401, 'api_access_token', 'invalid_token',
                    'Invalid Access Token');
    }

    if (refusal & 16) {
        return fail(reply, 404, 'account_id', 'not_found',
                    'Resource could not be found');
    }

    if (refusal & 32) {
        return fail(reply, 401, 'account_id', 'account_suspended',
                    'Account is suspended');
    }

    return fail(reply, 401, 'account_id', 'account_not_authorized',
                'You are not authorized to access this account');
}


// The pieces of all strings, each once ignoring case; null: not strings.
function pieces(labels) {
    const seen = new Map();

    for (const label of labels) {
        if (typeof label !== 'string') {
            return null;
        }

        for (const piece of label.split(',')) {
            const text = piece.trim();

            if (text !== '' && !seen.has(text.toLowerCase())) {
                seen.set(text.toLowerCase(), text);
            }
        }
    }

    return [...seen.values()];
}


async function overwrite(request, reply) {
    const token = request.headers.api_access_token;
    const { account, id } = request.params;

    if (!token) {
        return fail(reply, 401, 'api_access_token', 'unauthorized',
                    'You need to sign in or sign up before continuing.');
    }

    const labels = request.body?.labels;

    if (labels === undefined || labels === null) {
        return violate(reply, 'required', 'Labels must be present');
    }

    const items = Array.isArray(labels) ? pieces(labels) : null;

    if (items === null) {
        return violate(reply, 'invalid', 'Labels must be an array of strings');
    }

    if (items.some((item) => [...item].length > 255)) {
        return violate(reply, 'too_long',
                       'Label is too long (maximum is 255 characters)');
    }

    if (labels.length > 0 && items.length === 0) {
        return violate(reply, 'blank', 'Labels must contain at least one '
                                       + 'label that is not blank');
    }

    const { refusal, outcome, titles } = await database.change(
        { dialect: 'chatwoot', token, account: String(account), kinds: 'user',
          scopes: 'agent' },
        { target: 'contact', reference: id, action: 'overwrite',
          match: 'listed', want: 1, items });

    if (refusal) {
        return refuse(reply, refusal);
    }

    if (outcome !== 'ok' && outcome !== 'unchanged') {
        return fail(reply, 404, 'id', 'not_found',
                    'Resource could not be found');
    }

    const body = JSON.stringify({ payload: titles });
    const digest = createHash('sha256').update(body).digest('hex');

    return reply.header('Cache-Control',
                        'max-age=0, private, must-revalidate')
                .header('ETag', `W/"${digest.slice(0, 32)}"`).send(body);
}


module.exports = async (app) => {
    app.addHook('onRequest', async (request, reply) => {
        reply.header('X-Request-Id', request.headers['x-request-id']
                                     ?? randomUUID());
        reply.type('application/json; charset=utf-8');
    });

    app.setErrorHandler((error, request, reply) => {
        if (error.statusCode >= 400 && error.statusCode < 500) {
            return fail(reply, 400, 'body', 'invalid_json',
                        'Request body is not valid JSON', 'Bad Request');
        }

        return fail(reply, 500, 'server', 'internal_error',
                    'Internal Server Error');
    });

    app.post('/api/v1/accounts/:account(^\\d+$)/contacts/:id(^\\d+$)/labels',
             overwrite);
};
