// Copyright (c) the ngx_http_labels_module authors
// SPDX-License-Identifier: BSD-2-Clause
//
// An OpenAPI 3.1 document as a judge of what a server answers.

'use strict';

const fs = require('node:fs');
const path = require('node:path');
const Ajv = require('ajv/dist/2020');
const YAML = require('yaml');

// headers that belong to HTTP and its connections, not to a document
const FREE = new Set(['connection', 'content-length', 'content-type', 'date',
                      'server']);

const METHODS = ['get', 'head', 'options', 'post', 'put', 'patch', 'delete'];


class Document {

    constructor(file) {
        this.name = path.basename(file, '.yaml');
        this.doc = YAML.parse(fs.readFileSync(file, 'utf8'),
                              { maxAliasCount: -1 });
        this.ajv = new Ajv({ strict: true, strictTypes: false,
                             strictRequired: false, allErrors: true });
        this.ajv.addVocabulary(['example', ...Object.keys(this.doc)]);
        this.ajv.addSchema(this.doc, 'document');
        this.compiled = new Map();
        this.met = new Set();

        this.prefixes = this.doc.servers.map(
            server => new URL(server.url).pathname.replace(/\/$/, ''));
        this.templates = Object.keys(this.doc.paths).map(
            template => this.template(template));
        this.templates.sort((a, b) => a.rank < b.rank ? -1 : 1);
    }


    // All that a test has to drive: "name.operationId status".
    all() {
        return this.templates.flatMap(({ item }) => METHODS
            .filter(method => item[method])
            .flatMap(method => Object.keys(item[method].responses)
                .map(status => [this.name, '.', item[method].operationId, ' ',
                                status].join(''))));
    }


    template(template) {
        const names = [];
        const pattern = template.replace(/[.]/g, '\\.').replace(
            /\{([^}]+)\}/g, (_, name) => {
                names.push(name);
                return '([^/]+)';
            });

        // what OpenAPI cannot say: endings that change nothing
        const endings = (this.doc['x-ignored-path-endings'] || [])
            .map(ending => ending.replace('.', '\\.')).join('|');

        return {
            item: this.doc.paths[template], names,

            // literal segments win, from the left
            rank: template.split('/').map(
                segment => segment.startsWith('{') ? 1 : 0).join(''),
            pointer: `#/paths/${Document.escape(template)}`,
            pattern: new RegExp(`^${pattern}(?:${endings})?$`),
        };
    }


    static escape(token) {
        return token.replace(/~/g, '~0').replace(/\//g, '~1');
    }


    // The object at a pointer, and its own pointer, references followed.
    resolve(pointer) {
        const value = pointer.slice(2).split('/').reduce(
            (node, token) => node?.[decodeURIComponent(token)
                .replace(/~1/g, '/').replace(/~0/g, '~')], this.doc);

        return value?.$ref?.startsWith('#/components/')
               && !pointer.endsWith('/schema')
               ? this.resolve(value.$ref) : { value, pointer };
    }


    validate(pointer, value, what) {
        if (!this.compiled.has(pointer)) {
            const fragment = pointer.slice(1).split('/')
                .map(token => encodeURIComponent(decodeURIComponent(token)))
                .join('/');
            this.compiled.set(pointer, this.ajv.compile(
                { $ref: `document#${fragment}` }));
        }

        const check = this.compiled.get(pointer);
        return check(value) ? [] : check.errors.map(
            error => `${what}${error.instancePath} ${error.message} `
                     + JSON.stringify(error.params));
    }


    // Text is what its schema takes it for, a string or a number.
    text(pointer, text, what) {
        const problems = this.validate(pointer, text, what);
        return problems.length && /^(?:0|[1-9][0-9]*)$/.test(text)
               ? this.validate(pointer, Number(text), what) : problems;
    }


    // What in a document this request is, or undefined.
    find(method, target) {
        const [full, query] = target.split(/\?(.*)/s);
        const prefix = this.prefixes.find(
            known => full.startsWith(`${known}/`));
        if (prefix === undefined) {
            return undefined;
        }

        const rest = full.slice(prefix.length);
        const found = this.templates
            .map(template => ({ template, match: template.pattern.exec(rest) }))
            .find(({ match }) => match);
        const operation = found?.template.item[method.toLowerCase()];

        if (!operation) {
            return { id: `${this.name}.other`, pointer: '#/x-other-requests' };
        }

        return {
            id: `${this.name}.${operation.operationId}`,
            pointer: `${found.template.pointer}/${method.toLowerCase()}`,
            item: found.template.pointer, operation,
            path: Object.fromEntries(found.template.names.map(
                (name, i) => [name, decodeURIComponent(found.match[i + 1])])),
            query: new URLSearchParams(query),
        };
    }


    // judge(found, request, answer): what the document does not allow.
    judge(found, request, answer) {
        const responses = this.resolve(found.pointer).value?.responses;
        const key = responses && [`${answer.status}`,
                                  `${answer.status}`.replace(/..$/, 'XX')]
            .find(status => status in responses);

        if (!key) {
            return [`status ${answer.status} is not in the document`];
        }

        const { value: response, pointer } = this.resolve(
            `${found.pointer}/responses/${key}`);

        return [
            ...this.headers(response, pointer, answer),
            ...this.body(response, pointer, request, answer),
            ...answer.status < 300 && found.operation
               ? this.request(found, request) : [],
        ];
    }


    headers(response, pointer, answer) {
        const declared = Object.keys(response.headers || {});
        const problems = Object.keys(answer.headers)
            .filter(name => !FREE.has(name) && !declared.some(
                known => known.toLowerCase() === name))
            .map(name => `header ${name} is not in the document`);

        for (const name of declared) {
            const { value: header, pointer: at } = this.resolve(
                `${pointer}/headers/${Document.escape(name)}`);
            const sent = answer.headers[name.toLowerCase()];

            if (sent !== undefined) {
                problems.push(...this.text(`${at}/schema`, sent,
                                           `header ${name}`));
            } else if (header.required) {
                problems.push(`header ${name} is missing`);
            }
        }

        return problems;
    }


    body(response, pointer, request, answer) {
        const type = (answer.headers['content-type'] || '').toLowerCase();
        const content = response.content;

        if (!content || request.method === 'HEAD') {
            const problems = answer.body.length ? ['a body'] : [];
            return content && !(type in content)
                   ? [...problems, `Content-Type ${type}`] : problems;
        }

        if (!(type in content)) {
            return [`Content-Type ${type} is not in the document`];
        }

        let value;
        try {
            value = JSON.parse(new TextDecoder('utf-8', { fatal: true })
                               .decode(answer.body));
        } catch (error) {
            return [`body: ${error.message}`];
        }

        const schema = `${pointer}/content/${Document.escape(type)}/schema`;
        this.meet(this.resolve(schema).value, value);
        return this.validate(schema, value, 'body');
    }


    // Remembers which schemas of the document this body is an example of.
    meet(schema, value) {
        for (const { $ref } of schema.oneOf || [schema]) {
            if (!this.validate($ref, value, '').length) {
                this.met.add($ref.replace(/.*\//, `${this.name}#`));
            }
        }
    }


    // The schemas that bodies of answers are of.
    schemas() {
        return [...new Set(Object.values(this.doc.components.responses)
            .flatMap(response => Object.values(response.content || {}))
            .flatMap(({ schema }) => schema.oneOf || [schema])
            .map(({ $ref }) => $ref.replace(/.*\//, `${this.name}#`)))];
    }


    // What succeeds, the document must have allowed to be asked.
    request(found, request) {
        const problems = [];
        const lists = [found.item, found.pointer].flatMap(pointer =>
            (this.resolve(pointer).value.parameters || []).map(
                (_, i) => this.resolve(`${pointer}/parameters/${i}`)));

        for (const { value: parameter, pointer } of lists) {
            const sent = parameter.in === 'path' ? found.path[parameter.name]
                : parameter.in === 'query'
                ? found.query.get(parameter.name) ?? undefined
                : request.headers[parameter.name.toLowerCase()];
            const what = `request's ${parameter.in} ${parameter.name}`;

            if (sent === undefined) {
                problems.push(...parameter.required ? [`${what} missing`] : []);
            } else {
                problems.push(...this.text(`${pointer}/schema`, sent, what));
            }
        }

        const { value: body, pointer } = this.resolve(
            `${found.pointer}/requestBody`);

        if (body?.required && !request.body.length) {
            problems.push("request's body missing");
        } else if (body && request.body.length) {
            const [type] = Object.keys(body.content);
            problems.push(...this.validate(
                `${pointer}/content/${Document.escape(type)}/schema`,
                JSON.parse(request.body.toString()), "request's body"));
        }

        return problems;
    }
}


module.exports = { Document };
