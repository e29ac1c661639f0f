// Copyright (c) the ngx_http_labels_module authors
// SPDX-License-Identifier: BSD-2-Clause
//
// A validating proxy:  proxy.js FOLDER UPSTREAM-PORT ...
// For each upstream it listens on a port of its own, tells the ports, and all
// operations with their statuses and all schemas of answers that the documents
// in FOLDER have, as one line of JSON.  A connection carries one request, byte
// for byte.  The answer comes back with more headers: X-Driven, the operation
// and the status; X-Met, the schemas that the body is an example of; and, where
// the document does not allow the answer, X-Violations.

'use strict';

const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { Document } = require('./document.js');

const [folder, ...upstreams] = process.argv.slice(2);
const documents = fs.readdirSync(folder).filter(name => name.endsWith('.yaml'))
    .map(name => new Document(path.join(folder, name)))
    .sort((a, b) => b.prefixes[0].length - a.prefixes[0].length);


// The head and the rest of a message.
function message(bytes) {
    const end = bytes.indexOf('\r\n\r\n');

    if (end < 0) {
        return { end };
    }

    const [start, ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
    const headers = {};

    for (const line of lines) {
        const [, name, value] = /^([^:]+):[ \t]*(.*?)[ \t]*$/.exec(line);
        headers[name.toLowerCase()] = value;
    }

    return { start, headers, body: bytes.subarray(end + 4), end };
}


function judged(asked, answered) {
    const request = message(asked);
    const answer = message(answered);
    const [method, target] = request.start.split(' ');

    request.method = method;
    answer.status = Number(answer.start.split(' ')[1]);

    for (const document of documents) {
        const found = document.find(method, target);

        if (found) {
            document.met.clear();
            const problems = document.judge(found, request, answer);
            return [`X-Driven: ${found.id} ${answer.status}`,
                    `X-Met: ${[...document.met].join(' ')}`,
                    ...problems.length
                    ? [`X-Violations: ${JSON.stringify(problems)}`] : []];
        }
    }

    return ['X-Violations: ["no document has this path"]'];
}


function whole(asked, answered) {
    const answer = message(answered);
    return answer.end >= 0
           && (asked.subarray(0, 5).toString() === 'HEAD '
               || answer.body.length
                  >= (answer.headers['content-length'] || 0));
}


// The answer with the headers added; a judge that fails is a violation too.
function verdict(asked, answered) {
    let lines;

    try {
        lines = judged(asked, answered);
    } catch (error) {
        lines = [`X-Violations: ${JSON.stringify([error.stack])}`];
    }

    const start = answered.indexOf('\r\n') + 2;
    return Buffer.concat([answered.subarray(0, start),
                          Buffer.from(lines.map(line => `${line}\r\n`)
                                      .join('')),
                          answered.subarray(start)]);
}


function serve(client, port) {
    const asked = [];
    const answered = [];
    const upstream = net.connect(port, '127.0.0.1');

    client.on('data', bytes => { asked.push(bytes); upstream.write(bytes); });
    upstream.on('data', bytes => {
        answered.push(bytes);

        // nginx lingers for the rest of a body that it does not want
        if (whole(Buffer.concat(asked), Buffer.concat(answered))) {
            upstream.destroy();
            client.end(verdict(Buffer.concat(asked), Buffer.concat(answered)));
        }
    });
    upstream.on('end', () => client.destroy());
    client.on('error', () => upstream.destroy());
    client.on('close', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
}


async function main() {
    const ports = await Promise.all(upstreams.map(port => new Promise(ready => {
        const server = net.createServer({ allowHalfOpen: true },
                                        client => serve(client, Number(port)));
        server.listen(0, '127.0.0.1', () => ready(server.address().port));
    })));

    console.log(JSON.stringify(
        { ports, operations: documents.flatMap(one => one.all()),
          schemas: documents.flatMap(one => one.schemas()) }));
    process.stdin.on('end', () => process.exit()).resume();
}


main();
