-- release 2
-- Imports: a file whose rows become changes of units. The file waits here and
-- nowhere else, so that any process goes on with it and a backup has it:
-- docs/decisions/0019.

CREATE TABLE import_job (
  import_id  TEXT PRIMARY KEY,
  org_id     TEXT NOT NULL REFERENCES organisation (org_id),
  reference  TEXT NOT NULL,
  kind       TEXT NOT NULL,
  format     TEXT NOT NULL,
  state      TEXT NOT NULL,
  actor      TEXT NOT NULL,
  name       TEXT NOT NULL,
  digest     TEXT,
  bytes      BIGINT NOT NULL,
  layout     TEXT NOT NULL,
  at_byte    BIGINT NOT NULL,
  counts     TEXT NOT NULL,
  failure    TEXT,
  attempt    BIGINT NOT NULL,
  lease_until BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  ended_at   BIGINT,
  CONSTRAINT import_kind_known CHECK (kind IN ('units', 'sales')),
  CONSTRAINT import_format_known CHECK (format IN ('csv', 'ndjson')),
  CONSTRAINT import_state_known CHECK (state IN
    ('uploading', 'columns', 'checking', 'checked', 'running', 'done', 'cancelled', 'failed')),
  CONSTRAINT import_ended_with_instant CHECK ((state IN ('done', 'cancelled', 'failed')) = (ended_at IS NOT NULL)),
  CONSTRAINT import_whole_has_digest CHECK (state IN ('uploading', 'cancelled', 'failed') OR digest IS NOT NULL)
);
CREATE UNIQUE INDEX import_one_per_reference ON import_job (org_id, reference);
CREATE INDEX import_by_org ON import_job (org_id, created_at, import_id);
CREATE INDEX import_at_work ON import_job (lease_until, import_id) WHERE state IN ('checking', 'running');
CREATE INDEX import_ended ON import_job (ended_at) WHERE ended_at IS NOT NULL;

-- A file in parts of one size, each sealed: sales have receipt numbers in them.
CREATE TABLE import_part (
  import_id TEXT NOT NULL REFERENCES import_job (import_id),
  part      BIGINT NOT NULL,
  sealed    BYTEA NOT NULL,
  CONSTRAINT import_part_key PRIMARY KEY (import_id, part)
);

-- What is wrong with a row. The values are sealed: who takes the wrong column
-- for the serial's may have customers' names in it.
CREATE TABLE import_error (
  import_id TEXT NOT NULL REFERENCES import_job (import_id),
  row_no    BIGINT NOT NULL,
  place     BIGINT NOT NULL,
  col       TEXT NOT NULL,
  code      TEXT NOT NULL,
  args      TEXT,
  sealed    BYTEA,
  CONSTRAINT import_error_key PRIMARY KEY (import_id, row_no, place)
);

-- Which ledger entry has which rows.
CREATE TABLE import_chunk (
  import_id TEXT NOT NULL REFERENCES import_job (import_id),
  first_row BIGINT NOT NULL,
  last_row  BIGINT NOT NULL,
  entry_id  TEXT NOT NULL,
  CONSTRAINT import_chunk_key PRIMARY KEY (import_id, first_row),
  CONSTRAINT import_chunk_in_order CHECK (last_row >= first_row)
);

-- The import and the row that a unit came with.
ALTER TABLE unit ADD COLUMN import_id TEXT;
ALTER TABLE unit ADD COLUMN import_row BIGINT;
