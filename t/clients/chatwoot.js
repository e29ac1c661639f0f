// Copyright (c) the ngx_http_labels_module authors
// SPDX-License-Identifier: BSD-2-Clause
//
// @figuro/chatwoot-sdk against the server:
//     chatwoot.js BASE '{"agent":TOKEN,"bot":TOKEN}'
// It has one class for labels, of conversations.

'use strict';

const { default: ChatwootClient } = require('@figuro/chatwoot-sdk');
const { assert, check, failure } = require('./tap.js');

const [base, tokens] = [process.argv[2], JSON.parse(process.argv[3])];


function labels(token) {
    return new ChatwootClient({
        config: {
            basePath: base, with_credentials: true, credentials: 'include',
            token,
        },
    }).conversationLabels;
}


async function main() {
    const agent = labels(tokens.agent);
    const seven = { accountId: 1, conversationId: 7 };

    await check('add overwrites the labels of a conversation', async () => {
        assert.deepEqual(
            await agent.add({ ...seven, data: { labels: ['a', 'b'] } }),
            { payload: ['a', 'b'] });
        assert.deepEqual(
            await agent.add({ ...seven, data: { labels: ['学中文', 'b'] } }),
            { payload: ['学中文', 'b'] });
    });

    await check('list reads them', async () => {
        assert.deepEqual(await agent.list(seven),
                         { payload: ['学中文', 'b'] });
    });

    await check('a bot may do both', async () => {
        const bot = labels(tokens.bot);
        assert.deepEqual(await bot.add({ ...seven, data: { labels: [] } }),
                         { payload: [] });
        assert.deepEqual(await bot.list(seven), { payload: [] });
    });

    await check('a token that is none is an ApiError with the body',
                async () => {
        const error = await failure(
            labels('xxxxxxxxxxxxxxxxxxxxxxxx').list(seven));
        assert.equal(error.name, 'ApiError');
        assert.equal(error.status, 401);
        assert.equal(error.message, 'Unauthorized');
        assert.equal(error.body.error, 'Invalid Access Token');
        assert.deepEqual(error.body.errors, [{
            field: 'api_access_token', message: 'Invalid Access Token',
            code: 'invalid_token',
        }]);
    });

    await check('a conversation that is not there', async () => {
        const error = await failure(
            agent.list({ accountId: 1, conversationId: 999 }));
        assert.equal(error.status, 404);
        assert.equal(error.message, 'Conversation not found');
        assert.equal(error.body.error, 'Resource could not be found');
    });

    await check('labels that are no strings', async () => {
        const error = await failure(
            agent.add({ ...seven, data: { labels: [1] } }));
        assert.equal(error.status, 422);
        assert.deepEqual(error.body.attributes, ['labels']);
        assert.equal(error.body.message, 'Labels must be an array of strings');
    });

    await check('parallel overwrites are serial', async () => {
        const lists = await Promise.all([...Array(20).keys()].map(
            i => agent.add({ ...seven, data: { labels: [`p${i}`] } })));
        lists.forEach((list, i) => {
            assert.deepEqual(list, { payload: [`p${i}`] });
        });
        assert.equal((await agent.list(seven)).payload.length, 1);
    });
}


main();
