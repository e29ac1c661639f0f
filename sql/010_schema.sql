-- The data model. Every tenant table's primary key starts with account_id, so
-- that the schema distributes by account. The vendors' spellings of an id are
-- columns of one row: what one dialect changes, all of them see.

CREATE SCHEMA IF NOT EXISTS labels;


-- Tenants.
CREATE TABLE IF NOT EXISTS labels.account (
    account_id  bigint PRIMARY KEY,
    name        text NOT NULL,
    status      text NOT NULL DEFAULT 'active'
                CHECK (status IN ('active', 'suspended')),
    created_at  timestamptz NOT NULL DEFAULT now()
);


-- How a dialect spells an account in paths, queries and bodies. `purpose`
-- tells an account's own name ('account') from other ids that stand for it in
-- a path ('phone_number').
CREATE TABLE IF NOT EXISTS labels.account_reference (
    dialect     text NOT NULL,
    purpose     text NOT NULL DEFAULT 'account',
    reference   text NOT NULL,
    account_id  bigint NOT NULL REFERENCES labels.account ON DELETE CASCADE,
    PRIMARY KEY (dialect, purpose, reference)
);

CREATE INDEX IF NOT EXISTS account_reference_account
    ON labels.account_reference (account_id, dialect, purpose);


-- The team with the lowest team_id is the account's first team.
CREATE TABLE IF NOT EXISTS labels.team (
    account_id  bigint NOT NULL REFERENCES labels.account ON DELETE CASCADE,
    team_id     smallint NOT NULL,
    reference   text NOT NULL,
    name        text NOT NULL,
    PRIMARY KEY (account_id, team_id),
    UNIQUE (account_id, reference)
);


-- Only the SHA-256 digest of a token is kept; `prefix` is for people who have
-- to tell credentials apart.
CREATE TABLE IF NOT EXISTS labels.credential (
    digest      bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    dialect     text NOT NULL,
    account_id  bigint NOT NULL REFERENCES labels.account ON DELETE CASCADE,
    kind        text NOT NULL,
    scopes      text[] NOT NULL DEFAULT '{}',
    prefix      text NOT NULL DEFAULT '',
    expires_at  timestamptz,
    revoked_at  timestamptz,
    created_at  timestamptz NOT NULL DEFAULT now()
);


-- A credential's access to accounts other than its own.
CREATE TABLE IF NOT EXISTS labels.membership (
    account_id  bigint NOT NULL REFERENCES labels.account ON DELETE CASCADE,
    digest      bytea NOT NULL REFERENCES labels.credential ON DELETE CASCADE,
    scopes      text[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (account_id, digest)
);

CREATE INDEX IF NOT EXISTS membership_digest ON labels.membership (digest);


CREATE TABLE IF NOT EXISTS labels.contact (
    account_id  bigint NOT NULL,
    contact_id  bigint NOT NULL,
    team_id     smallint NOT NULL,
    uuid        uuid NOT NULL,
    short_id    text COLLATE "C" NOT NULL,
    chat_id     text COLLATE "C",
    name        text,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, contact_id),
    UNIQUE (account_id, uuid),
    UNIQUE (short_id, account_id),
    UNIQUE (account_id, chat_id),
    FOREIGN KEY (account_id, team_id) REFERENCES labels.team
);


CREATE TABLE IF NOT EXISTS labels.conversation (
    account_id  bigint NOT NULL,
    display_id  bigint NOT NULL,
    contact_id  bigint NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, display_id),
    FOREIGN KEY (account_id, contact_id) REFERENCES labels.contact
);


-- `folded` is the title under the simple Unicode lower-case mapping. The
-- caller provides it, because lower() depends on the server's locale.
-- `listed`: in the account's catalogue; otherwise made by being attached.
-- `origin`: the dialect through which the label was created, for the cap on
-- labels of one dialect; NULL for labels made by being attached.
CREATE TABLE IF NOT EXISTS labels.label (
    account_id       bigint NOT NULL,
    label_id         integer NOT NULL,
    team_id          smallint NOT NULL,
    uuid             uuid NOT NULL,
    short_id         text COLLATE "C" NOT NULL,
    title            text COLLATE "C" NOT NULL,
    folded           text COLLATE "C" NOT NULL,
    color            text NOT NULL,
    description      text NOT NULL DEFAULT '',
    show_on_sidebar  boolean NOT NULL DEFAULT false,
    listed           boolean NOT NULL,
    origin           text,
    created_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (account_id, label_id),
    UNIQUE (account_id, uuid),
    UNIQUE (account_id, short_id),
    UNIQUE (account_id, team_id, title),
    FOREIGN KEY (account_id, team_id) REFERENCES labels.team
);

CREATE INDEX IF NOT EXISTS label_folded ON labels.label (account_id, folded);


-- Ids of an account's labels and contacts only rise: a deleted one is never
-- given again.
CREATE TABLE IF NOT EXISTS labels.counter (
    account_id       bigint PRIMARY KEY
                     REFERENCES labels.account ON DELETE CASCADE,
    last_label_id    integer NOT NULL DEFAULT 0,
    last_contact_id  bigint NOT NULL DEFAULT 0
);


-- The hot table: one row per label on a contact ('c') or conversation ('v').
-- Column order packs the row and its key without padding. No foreign keys:
-- their triggers cost a quarter of the throughput, and the account lock of
-- labels.change() keeps a label from vanishing under an attachment.
-- `position` rises with every attachment, whichever dialect made it.
CREATE SEQUENCE IF NOT EXISTS labels.attachment_position AS bigint;

CREATE TABLE IF NOT EXISTS labels.attachment (
    account_id   bigint NOT NULL,
    target_id    bigint NOT NULL,
    position     bigint NOT NULL
                 DEFAULT nextval('labels.attachment_position'),
    label_id     integer NOT NULL,
    target_kind  "char" NOT NULL CHECK (target_kind IN ('c', 'v')),
    PRIMARY KEY (account_id, target_id, label_id, target_kind)
);

-- Serves a label's contacts and the cascade of a deleted label; equal keys
-- share one posting list, so that an insertion rarely grows it.
CREATE INDEX IF NOT EXISTS attachment_label
    ON labels.attachment (account_id, label_id);


-- Somebody who wants to be told of an account's changes.
CREATE TABLE IF NOT EXISTS labels.subscription (
    account_id       bigint NOT NULL
                     REFERENCES labels.account ON DELETE CASCADE,
    subscription_id  bigint GENERATED ALWAYS AS IDENTITY,
    dialect          text NOT NULL,
    url              text NOT NULL,
    active           boolean NOT NULL DEFAULT true,
    created_at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, subscription_id)
);


-- The outbox: what changed, written in the transaction of the change when the
-- account has a subscription. before, added, removed: ids of labels, in order.
CREATE TABLE IF NOT EXISTS labels.event (
    account_id   bigint NOT NULL,
    event_id     bigint GENERATED ALWAYS AS IDENTITY,
    target_kind  "char" NOT NULL,
    target_id    bigint NOT NULL,
    before       integer[] NOT NULL,
    added        integer[] NOT NULL,
    removed      integer[] NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (account_id, event_id)
);


-- Answers to requests that carried an idempotency key, kept in the transaction
-- of the change. `answer` holds what the dialect needs to write the same bytes
-- again; the first request's id is part of those bytes.
CREATE TABLE IF NOT EXISTS labels.idempotency_key (
    account_id   bigint NOT NULL,
    key          text COLLATE "C" NOT NULL,
    fingerprint  bytea NOT NULL,
    request_id   uuid NOT NULL,
    outcome      text NOT NULL,
    answer       jsonb NOT NULL DEFAULT '{}',
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, key)
);

CREATE INDEX IF NOT EXISTS idempotency_key_age
    ON labels.idempotency_key (created_at);
