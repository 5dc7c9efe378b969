-- release 2
-- Release receipts: a code that leads to one release of one unit. Of the code
-- there is the hash alone; like lookup it says which unit a code is about, and
-- gives nobody a right.

CREATE TABLE release_code (
  code_hash TEXT PRIMARY KEY,
  unit_id   TEXT NOT NULL,
  epoch     BIGINT NOT NULL,
  order_id  TEXT,
  at        BIGINT NOT NULL
);
CREATE INDEX release_code_by_unit ON release_code (unit_id, epoch);

-- What is older than this an owner asked the clouds to delete.
ALTER TABLE reset_order ADD COLUMN erase_before BIGINT;

-- Firmware that a vendor published for a model, and the keys that sign it. A
-- file that we serve ourselves stands in pieces, so that no reader and no writer
-- ever holds all of it.
CREATE TABLE firmware_key (
  model_id TEXT NOT NULL REFERENCES model (model_id),
  key_id   TEXT NOT NULL,
  public   BYTEA NOT NULL,
  name     TEXT NOT NULL,
  made_by  TEXT NOT NULL,
  made_at  BIGINT NOT NULL,
  ended_at BIGINT,
  CONSTRAINT firmware_key_key PRIMARY KEY (model_id, key_id),
  CONSTRAINT firmware_key_whole CHECK (length(public) = 32)
);

CREATE TABLE firmware (
  model_id     TEXT NOT NULL REFERENCES model (model_id),
  version      TEXT NOT NULL,
  sha256       TEXT NOT NULL,
  key_id       TEXT NOT NULL,
  signature    BYTEA NOT NULL,
  notes        TEXT NOT NULL,
  minimum      BOOLEAN NOT NULL,
  link         TEXT,
  bytes        BIGINT,
  made_by      TEXT NOT NULL,
  made_at      BIGINT NOT NULL,
  withdrawn_at BIGINT,
  withdrawn_by TEXT,
  told_to      TEXT,
  told_at      BIGINT,
  CONSTRAINT firmware_version_key PRIMARY KEY (model_id, version),
  CONSTRAINT firmware_digest_whole CHECK (length(sha256) = 64),
  CONSTRAINT firmware_signature_whole CHECK (length(signature) = 64),
  CONSTRAINT firmware_withdrawn_by_somebody CHECK ((withdrawn_by IS NULL) = (withdrawn_at IS NULL))
);
CREATE INDEX firmware_untold ON firmware (made_at, model_id, version) WHERE told_at IS NULL;

CREATE TABLE firmware_part (
  model_id TEXT NOT NULL,
  version  TEXT NOT NULL,
  number   BIGINT NOT NULL,
  piece    BYTEA NOT NULL,
  CONSTRAINT firmware_part_key PRIMARY KEY (model_id, version, number),
  CONSTRAINT firmware_part_size_limited CHECK (length(piece) BETWEEN 1 AND 262144)
);

-- Whom to tell of a newer firmware: units of a model that somebody has.
CREATE INDEX unit_bound_of_model ON unit (model_id, unit_id) WHERE state = 'bound';
