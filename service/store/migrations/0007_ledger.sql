-- idx is NULL until an entry is sequenced; the embedded writer sequences in
-- the transaction that writes the entry. state and epoch repeat what stands in
-- the entry about a unit, so that the feed decodes nothing.
CREATE TABLE log_entry (
  entry_id  TEXT PRIMARY KEY,
  idx       BIGINT,
  kind      TEXT NOT NULL,
  subject   TEXT NOT NULL,
  event     TEXT NOT NULL,
  at        BIGINT NOT NULL,
  state     TEXT,
  epoch     BIGINT,
  leaf_hash BYTEA NOT NULL,
  entry     BYTEA NOT NULL,
  CONSTRAINT log_entry_of_unit CHECK (kind <> 'unit' OR (state IS NOT NULL AND epoch IS NOT NULL))
);
CREATE UNIQUE INDEX log_entry_by_index ON log_entry (idx);
CREATE INDEX log_entry_by_subject ON log_entry (subject, idx);

CREATE TABLE log_hash (
  stored_idx BIGINT PRIMARY KEY,
  hash       BYTEA NOT NULL
);

-- One row. Its size moves by compare-and-swap alone: that fences off a second
-- writer before it could fork the log.
CREATE TABLE log_head (
  log_id BIGINT PRIMARY KEY,
  size   BIGINT NOT NULL,
  CONSTRAINT log_head_single CHECK (log_id = 1)
);
INSERT INTO log_head (log_id, size) VALUES (1, 0);

CREATE TABLE checkpoint (
  size BIGINT PRIMARY KEY,
  at   BIGINT NOT NULL,
  note BYTEA NOT NULL
);

-- An attempt to change something: who comes with the same key and another body
-- is turned away. digest is keyed, for bodies can hold what may be guessed.
CREATE TABLE attempt (
  principal  TEXT NOT NULL,
  route      TEXT NOT NULL,
  key_hash   TEXT NOT NULL,
  digest     TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  CONSTRAINT attempt_key PRIMARY KEY (principal, route, key_hash)
);
CREATE INDEX attempt_by_expiry ON attempt (expires_at);

-- What was answered to it. scope is the unit, or what else it was about: one
-- attempt may change several.
CREATE TABLE answer (
  scope      TEXT NOT NULL,
  principal  TEXT NOT NULL,
  route      TEXT NOT NULL,
  key_hash   TEXT NOT NULL,
  sealed     BYTEA NOT NULL,
  expires_at BIGINT NOT NULL,
  CONSTRAINT answer_key PRIMARY KEY (scope, principal, route, key_hash)
);
CREATE INDEX answer_by_expiry ON answer (expires_at);
