-- release 2
-- A pallet's worth of returns: lists that desks keep. The rows are about a
-- batch and not about a unit; what fences is the return that an entry names.
CREATE TABLE batch (
  batch_id  TEXT PRIMARY KEY,
  org_id    TEXT NOT NULL,
  opened_by TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  condition TEXT NOT NULL,
  reason    TEXT NOT NULL,
  entries   BIGINT NOT NULL,
  closed_by TEXT,
  closed_at BIGINT,
  CONSTRAINT batch_closed_by_somebody CHECK ((closed_at IS NULL) = (closed_by IS NULL))
);
CREATE INDEX batch_by_org ON batch (org_id, opened_at, batch_id);

-- entry_id is the client's, so that one scan sent twice is one entry.
CREATE TABLE batch_entry (
  batch_id        TEXT NOT NULL,
  entry_id        TEXT NOT NULL,
  place           BIGINT NOT NULL,
  person_id       TEXT NOT NULL,
  station         TEXT,
  scanned_at      BIGINT NOT NULL,
  at              BIGINT NOT NULL,
  queued          BOOLEAN NOT NULL,
  brand           TEXT,
  serial          TEXT,
  shown           TEXT NOT NULL,
  verdict         TEXT NOT NULL,
  state           TEXT NOT NULL,
  reasons         TEXT NOT NULL,
  secret_redacted BOOLEAN NOT NULL,
  return_id       TEXT,
  settlement      TEXT,
  settled_by      TEXT,
  settled_at      BIGINT,
  CONSTRAINT batch_entry_key PRIMARY KEY (batch_id, entry_id),
  CONSTRAINT batch_entry_state_known CHECK (state IN ('taken', 'exception', 'settled')),
  CONSTRAINT batch_entry_verdict_known CHECK (verdict IN ('clear', 'bound', 'refused', 'unknown', 'mismatch', 'held')),
  CONSTRAINT batch_entry_taken_by_return CHECK ((state = 'taken') = (return_id IS NOT NULL)),
  CONSTRAINT batch_entry_settled_by_somebody CHECK ((state = 'settled') = (settled_by IS NOT NULL AND settled_at IS NOT NULL AND settlement IS NOT NULL))
);
CREATE UNIQUE INDEX batch_entry_by_place ON batch_entry (batch_id, place);
CREATE INDEX batch_entry_by_return ON batch_entry (batch_id, return_id) WHERE return_id IS NOT NULL;
