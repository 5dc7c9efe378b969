CREATE TABLE unit_return (
  unit_id          TEXT NOT NULL REFERENCES unit (unit_id),
  return_id        TEXT NOT NULL,
  epoch            BIGINT NOT NULL,
  org_id           TEXT NOT NULL,
  clerk            TEXT,
  at               BIGINT NOT NULL,
  from_state       TEXT,
  authority        TEXT NOT NULL,
  condition        TEXT NOT NULL,
  reason           TEXT NOT NULL,
  receipt_hash     TEXT,
  customer_present BOOLEAN NOT NULL,
  second           TEXT,
  former_owner     TEXT,
  cancelled_at     BIGINT,
  presence_hash    TEXT,
  CONSTRAINT unit_return_key PRIMARY KEY (unit_id, return_id),
  CONSTRAINT unit_return_authority_known CHECK (authority IN ('owner-release', 'sale-match', 'device-present', 'none')),
  CONSTRAINT unit_return_two_people CHECK (second IS NULL OR clerk IS NULL OR second <> clerk)
);
CREATE INDEX unit_return_by_org ON unit_return (org_id, unit_id);
CREATE INDEX unit_return_by_day ON unit_return (org_id, at, return_id);
-- Rule 1 counts these for an hour; there are few.
CREATE INDEX unit_return_unproven ON unit_return (org_id, at)
  WHERE authority = 'none' AND from_state = 'bound';

CREATE TABLE reset_order (
  unit_id   TEXT NOT NULL REFERENCES unit (unit_id),
  order_id  TEXT NOT NULL,
  epoch     BIGINT NOT NULL,
  kind      TEXT NOT NULL,
  state     TEXT NOT NULL,
  return_id TEXT,
  before_at BIGINT NOT NULL,
  opened_at BIGINT NOT NULL,
  ended_at  BIGINT,
  CONSTRAINT reset_order_key PRIMARY KEY (unit_id, order_id),
  CONSTRAINT reset_order_kind_known CHECK (kind IN ('reset', 'cut')),
  CONSTRAINT reset_order_state_known CHECK (state IN ('open', 'done', 'superseded')),
  CONSTRAINT reset_order_ended_with_instant CHECK ((state = 'open') = (ended_at IS NULL))
);
CREATE UNIQUE INDEX reset_order_one_open ON reset_order (unit_id) WHERE kind = 'reset' AND state = 'open';

CREATE TABLE task (
  unit_id  TEXT NOT NULL REFERENCES unit (unit_id),
  order_id TEXT NOT NULL,
  task_id  TEXT NOT NULL,
  epoch    BIGINT NOT NULL,
  place    BIGINT NOT NULL,
  seq      BIGINT NOT NULL,
  cloud    TEXT,
  verb     TEXT NOT NULL,
  state    TEXT NOT NULL,
  grade    TEXT,
  proof    TEXT,
  asked_at BIGINT,
  done_at  BIGINT,
  CONSTRAINT task_key PRIMARY KEY (unit_id, order_id, task_id),
  CONSTRAINT task_state_known CHECK (state IN ('open', 'asked', 'proven', 'waived')),
  CONSTRAINT task_done_with_instant CHECK ((state IN ('proven', 'waived')) = (done_at IS NOT NULL)),
  CONSTRAINT task_proven_by_something CHECK (state <> 'proven' OR proof IS NOT NULL)
);

CREATE TABLE attestation (
  unit_id   TEXT NOT NULL REFERENCES unit (unit_id),
  order_id  TEXT NOT NULL,
  check_id  TEXT NOT NULL,
  person_id TEXT NOT NULL,
  epoch     BIGINT NOT NULL,
  at        BIGINT NOT NULL,
  pass      BOOLEAN NOT NULL,
  note      TEXT,
  CONSTRAINT attestation_key PRIMARY KEY (unit_id, order_id, check_id, person_id)
);

-- What a unit said last. Earlier reports are on the ledger.
CREATE TABLE report (
  unit_id  TEXT PRIMARY KEY REFERENCES unit (unit_id),
  epoch    BIGINT NOT NULL,
  at       BIGINT NOT NULL,
  kind     TEXT NOT NULL,
  firmware TEXT,
  verifier TEXT,
  network  TEXT,
  presence TEXT,
  digest   TEXT,
  CONSTRAINT report_kind_known CHECK (kind IN ('none', 'hard'))
);

-- A nonce handed to a unit, good for one report. It points at no unit: for a
-- serial that nobody knows one is written too, or the disk would tell.
CREATE TABLE challenge (
  unit_id    TEXT NOT NULL,
  nonce_hash TEXT NOT NULL,
  epoch      BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  CONSTRAINT challenge_key PRIMARY KEY (unit_id, nonce_hash)
);
