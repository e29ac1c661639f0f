// SPDX-License-Identifier: BSD-2-Clause

'use strict';

const { randomBytes } = require('node:crypto');
const database = require('./database');

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const VALUE = Object.fromEntries([...ALPHABET].map((c, i) => [c, BigInt(i)]));


function requestId() {
    const time = Date.now();
    const random = randomBytes(16);
    let id = '';

    for (let i = 9; i >= 0; i--) {
        id += ALPHABET[Math.floor(time / 32 ** i) % 32];
    }

    for (let i = 0; i < 16; i++) {
        id += ALPHABET[random[i] & 31];
    }

    return `req_${id}`;
}


// An id of 26 characters as a UUID; null: another shape.
function uuid(text, prefix) {
    if (typeof text !== 'string' || text.length !== prefix.length + 26
        || !text.startsWith(prefix)
        || !/^[0-9A-HJKMNP-TV-Z]{26}$/.test(text.slice(prefix.length))) {
        return null;
    }

    let bits = 0n;

    for (const c of text.slice(prefix.length)) {
        bits = bits * 32n + VALUE[c];
    }

    const hex = bits.toString(16).padStart(32, '0');

    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-`
         + `${hex.slice(16, 20)}-${hex.slice(20)}`;
}


function fail(reply, status, type, code, message, param) {
    const error = { type, code, message };

    if (param) {
        error.param = param;
    }

    error.request_id = reply.request.labelsId;
    reply.code(status).send({ error });
}


function refuse(reply, refusal) {
    if (refusal & (1 | 8)) {
        return fail(reply, 401, 'authentication_error', 'invalid_api_key',
                    'The API key provided is invalid.');
    }

    if (refusal & 2) {
        return fail(reply, 401, 'authentication_error', 'revoked_api_key',
                    'This API key has been revoked.');
    }

    if (refusal & 4) {
        return fail(reply, 401, 'authentication_error', 'expired_api_key',
                    'This API key has expired.');
    }

    return fail(reply, 403, 'permission_error', 'organization_suspended',
                'This organization is suspended.');
}


function invalid(reply, param) {
    fail(reply, 400, 'invalid_request_error', 'invalid_field_value',
         `Invalid value for ${param}.`, param);
}


async function attach(request, reply) {
    const given = request.headers.authorization ?? '';
    const key = /^bearer +(\S+)$/i.exec(given)?.[1];

    if (!key) {
        return fail(reply, 401, 'authentication_error', 'missing_api_key',
                    'Missing API key. Pass it as: '
                    + 'Authorization: Bearer <key>.');
    }

    if (!/^kdv_live_[A-Za-z0-9_-]{24}$/.test(key)) {
        return refuse(reply, 1);
    }

    const contact = uuid(request.params.id, 'ctc_');

    if (contact === null) {
        return invalid(reply, 'id');
    }

    const body = request.body;

    if (body === null || typeof body !== 'object' || Array.isArray(body)) {
        return fail(reply, 400, 'invalid_request_error', 'invalid_request',
                    'Request body must be valid JSON.');
    }

    if (!('label_id' in body)) {
        return fail(reply, 400, 'invalid_request_error',
                    'missing_required_field',
                    'Missing required field: label_id.', 'label_id');
    }

    const label = uuid(body.label_id, 'lbl_');

    if (label === null) {
        return invalid(reply, 'label_id');
    }

    const { refusal, outcome } = await database.change(
        { dialect: 'kirimchat', token: key, kinds: 'key' },
        { target: 'uuid', reference: contact, action: 'add', match: 'uuid',
          sameTeam: true, want: 0, items: [label] });

    if (refusal) {
        return refuse(reply, refusal);
    }

    if (outcome === 'ok' || outcome === 'unchanged') {
        return reply.send({ data: { contact_id: request.params.id,
                                    label_id: body.label_id,
                                    attached: true },
                            request_id: request.labelsId });
    }

    if (outcome === 'other_team') {
        return fail(reply, 400, 'invalid_request_error', 'invalid_field_value',
                    'The label and the contact must belong to the same team.',
                    'label_id');
    }

    return fail(reply, 404, 'not_found', 'resource_not_found',
                outcome === 'label_not_found'
                ? `No such label: ${body.label_id}`
                : `No such contact: ${request.params.id}`);
}


module.exports = async (app) => {
    app.decorateRequest('labelsId', null);

    app.addHook('onRequest', async (request, reply) => {
        request.labelsId = requestId();
        reply.header('X-Request-Id', request.labelsId);
        reply.type('application/json');
    });

    app.setErrorHandler((error, request, reply) => {
        if (error.statusCode >= 400 && error.statusCode < 500) {
            return fail(reply, 400, 'invalid_request_error',
                        'invalid_request', 'Request body must be valid JSON.');
        }

        return fail(reply, 500, 'api_error', 'internal_error',
                    'An unexpected error occurred.');
    });

    app.post('/v1/contacts/:id/labels', attach);
};
