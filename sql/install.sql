-- Installs the schema, or brings it up to date:
--     psql -X -f sql/install.sql DATABASE
-- As a superuser, or as a role that may create roles and schemas. Running it
-- again changes nothing.

\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = warning;

BEGIN;

\ir 010_schema.sql
\ir 020_types.sql
\ir 030_identifier.sql
\ir 040_authorization.sql
\ir 045_target.sql
\ir 050_read.sql
\ir 055_lock.sql
\ir 056_idempotency.sql
\ir 057_title.sql
\ir 058_resolve.sql
\ir 059_apply.sql
\ir 060_change.sql
\ir 069_palette.sql
\ir 070_catalogue.sql
\ir 071_catalogue_create.sql
\ir 072_catalogue_update.sql
\ir 074_label_targets.sql
\ir 080_bulk_group.sql
\ir 081_bulk.sql
\ir 090_roles.sql

COMMIT;
