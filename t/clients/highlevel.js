// Copyright (c) the ngx_http_labels_module authors
// SPDX-License-Identifier: BSD-2-Clause
//
// @gohighlevel/api-client against the server:
//     highlevel.js BASE LIMITED '{"token":...,"reader":...,"location":...,
//                                 "contacts":[...],"foreign":...}'
// LIMITED answers 429 to every request.

'use strict';

const { HighLevel } = require('@gohighlevel/api-client');
const { assert, check, failure } = require('./tap.js');

const [base, limited] = process.argv.slice(2, 4);
const demo = JSON.parse(process.argv[4]);
const [contactId, other] = demo.contacts;
const locationId = demo.location;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;


function client(token, more) {
    const highlevel = new HighLevel({
        privateIntegrationToken: token, logLevel: 'none', ...more,
    });
    highlevel.getHttpClient().defaults.baseURL = base;
    return highlevel;
}


async function contacts(highlevel) {
    await check('addTags merges', async () => {
        const answer = await highlevel.contacts.addTags(
            { contactId }, { tags: ['Minim', 'velit magna'] });
        assert.deepEqual(answer.tags, ['customer', 'minim', 'velit magna']);
        assert.deepEqual(answer.tagsAdded, ['minim', 'velit magna']);
        assert.match(answer.traceId, uuid);
    });

    await check('removeTags sends a body with DELETE', async () => {
        const answer = await highlevel.contacts.removeTags(
            { contactId }, { tags: ['minim', 'not there'] });
        assert.deepEqual(answer.tags, ['customer', 'velit magna']);
        assert.deepEqual(answer.tagsRemoved, ['minim']);
    });

    await check('getContact reads them back', async () => {
        const { contact } = await highlevel.contacts.getContact({ contactId });
        assert.equal(contact.id, contactId);
        assert.equal(contact.locationId, locationId);
        assert.deepEqual(contact.tags, ['customer', 'velit magna']);
    });

    await check('parallel addTags all survive', async () => {
        const tags = [...Array(20).keys()].map(i => `parallel ${i}`);
        await Promise.all(tags.map(tag => highlevel.contacts.addTags(
            { contactId: other }, { tags: [tag] })));
        const { contact } = await highlevel.contacts.getContact(
            { contactId: other });
        assert.deepEqual(contact.tags.filter(tag => /^parallel/.test(tag))
                                     .sort(), tags.sort());
    });
}


async function bulk(highlevel) {
    await check('bulk add', async () => {
        const answer = await highlevel.contacts.createAssociation(
            { type: 'add' },
            { contacts: [contactId, 'abcdef', demo.foreign], tags: ['bulk'],
              locationId });
        assert.equal(answer.succeded, true);
        assert.equal(answer.succeeded, true);
        assert.equal(answer.errorCount, 2);
        assert.deepEqual(answer.responses, [
            { contactId, message: 'Tags updated', type: 'success',
              oldTags: ['customer', 'velit magna'], tagsAdded: ['bulk'],
              tagsRemoved: [] },
            { contactId: 'abcdef', type: 'error',
              message: 'contact id is not a valid firebase id' },
            { contactId: demo.foreign, type: 'error',
              message: 'contact does not belong to location' },
        ]);
    });

    await check('bulk remove', async () => {
        const answer = await highlevel.contacts.createAssociation(
            { type: 'remove' },
            { contacts: [contactId], tags: ['bulk'], locationId });
        assert.deepEqual(answer.responses[0].tagsRemoved, ['bulk']);
    });

    await check('bulk remove of all tags', async () => {
        await highlevel.contacts.createAssociation(
            { type: 'remove' },
            { contacts: [contactId], tags: [], locationId,
              removeAllTags: true });
        const { contact } = await highlevel.contacts.getContact({ contactId });
        assert.deepEqual(contact.tags, []);
    });
}


async function locations(highlevel) {
    let tagId;

    await check('createTag', async () => {
        const { tag } = await highlevel.locations.createTag(
            { locationId }, { name: 'Hot Lead' });
        assert.equal(tag.name, 'hot lead');
        assert.equal(tag.locationId, locationId);
        assert.match(tag.id, /^[A-Za-z0-9]{20}$/);
        tagId = tag.id;
    });

    await check('getTagById', async () => {
        const { tag } = await highlevel.locations.getTagById(
            { locationId, tagId });
        assert.deepEqual(tag, { name: 'hot lead', locationId, id: tagId });
    });

    await check('updateTag', async () => {
        const { tag } = await highlevel.locations.updateTag(
            { locationId, tagId }, { name: 'Cold Lead' });
        assert.deepEqual(tag, { name: 'cold lead', locationId, id: tagId });
    });

    await check('getLocationTags is sorted and has it', async () => {
        const { tags } = await highlevel.locations.getLocationTags(
            { locationId });
        const names = tags.map(tag => tag.name);
        assert.deepEqual(names, [...names].sort());
        assert.deepEqual(tags.find(tag => tag.id === tagId),
                         { name: 'cold lead', locationId, id: tagId });
    });

    await check('createTag of a name that is taken', async () => {
        const error = await failure(highlevel.locations.createTag(
            { locationId }, { name: 'COLD LEAD' }));
        assert.equal(error.statusCode, 400);
        assert.equal(error.message, 'Tag with this name already exists');
    });

    await check('deleteTag', async () => {
        const answer = await highlevel.locations.deleteTag(
            { locationId, tagId });
        assert.equal(answer.succeded, true);
        assert.equal(answer.succeeded, true);
    });

    await check('deleteTag again', async () => {
        const error = await failure(highlevel.locations.deleteTag(
            { locationId, tagId }));
        assert.equal(error.statusCode, 400);
        assert.equal(error.message, `Tag not found for id:${tagId}`);
    });
}


async function errors(highlevel) {
    await check('a token that is none', async () => {
        const error = await failure(
            client('pit-00000000-0000-4000-8000-000000000000')
                .contacts.addTags({ contactId }, { tags: ['x'] }));
        assert.equal(error.statusCode, 401);
        assert.equal(error.message, 'Invalid token: access token is invalid');
    });

    await check('a scope that is missing', async () => {
        const error = await failure(client(demo.reader)
            .contacts.removeTags({ contactId }, { tags: ['x'] }));
        assert.equal(error.statusCode, 401);
        assert.equal(error.message,
                     'The token is not authorized for this scope.');
    });

    await check('another location', async () => {
        const error = await failure(highlevel.locations.getLocationTags(
            { locationId: 'C2QujeCh8ZnC7al2InWR' }));
        assert.equal(error.statusCode, 403);
        assert.equal(error.code, 'FORBIDDEN');
    });

    await check('messages of a 422 are joined', async () => {
        const error = await failure(highlevel.contacts.addTags(
            { contactId }, {}));
        assert.equal(error.statusCode, 422);
        assert.equal(error.code, 'VALIDATION');
        assert.equal(error.message, 'each value in tags must be a string, '
                                  + 'tags must be an array');
    });

    await check('a Version that is none', async () => {
        const error = await failure(
            client(demo.token, { apiVersion: '2020-01-01' })
                .contacts.getContact({ contactId }));
        assert.equal(error.statusCode, 401);
        assert.equal(error.message, 'version header is invalid');
    });

    await check('a 429 is taken for the burst limit', async () => {
        const highlevel = client(demo.token);
        highlevel.getHttpClient().defaults.baseURL = limited;
        const error = await failure(
            highlevel.contacts.getContact({ contactId }));
        assert.equal(error.statusCode, 429);
        assert.equal(error.rateLimit.scope, 'burst');
        assert.equal(error.rateLimit.intervalMs, 10000);
        assert.equal(error.rateLimit.max, 100);
        assert.equal(error.rateLimit.remaining, 0);
    });
}


async function main() {
    const highlevel = client(demo.token);

    await contacts(highlevel);
    await bulk(highlevel);
    await locations(highlevel);
    await errors(highlevel);

    for (const apiVersion of ['2021-04-15', '2021-07-28', 'v3']) {
        await check(`Version: ${apiVersion}`, async () => {
            const { contact } = await client(demo.token, { apiVersion })
                .contacts.getContact({ contactId });
            assert.equal(contact.id, contactId);
        });
    }
}


main();
