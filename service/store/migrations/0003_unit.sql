-- Tables about a unit have unit_id first in every key, and an epoch: what
-- carries an older one than its unit is dead. They can be spread over machines
-- by unit_id; lookup alone knows codes and ids, and says whose they are.

CREATE TABLE lookup (
  kind    TEXT NOT NULL,
  code    TEXT NOT NULL,
  unit_id TEXT NOT NULL,
  CONSTRAINT lookup_key PRIMARY KEY (kind, code),
  CONSTRAINT lookup_kind_known CHECK (kind IN
    ('unit', 'label', 'binding', 'return', 'order', 'sale', 'certificate', 'offer', 'hold', 'flag'))
);
CREATE UNIQUE INDEX lookup_one_label ON lookup (unit_id) WHERE kind = 'label';

CREATE TABLE unit (
  unit_id       TEXT PRIMARY KEY,
  brand         TEXT NOT NULL,
  serial        TEXT NOT NULL,
  serial_folded TEXT NOT NULL,
  gtin          TEXT,
  model_id      TEXT REFERENCES model (model_id),
  vendor_id     TEXT REFERENCES organisation (org_id),
  unconfirmed   BOOLEAN NOT NULL,
  state         TEXT NOT NULL,
  prior         TEXT,
  epoch         BIGINT NOT NULL,
  epoch_at      BIGINT NOT NULL,
  epoch_by      TEXT,
  version       BIGINT NOT NULL,
  custody       TEXT REFERENCES organisation (org_id),
  claim         TEXT,
  device_key    BYTEA,
  verifier      TEXT,
  verifier_at   BIGINT,
  firmware      TEXT,
  contact_at    BIGINT,
  network       TEXT,
  home_network  TEXT,
  registered_at BIGINT NOT NULL,
  sold_at       BIGINT,
  returned_at   BIGINT,
  bound_at      BIGINT,
  retired_at    BIGINT,
  -- The newest row of each kind, so that a snapshot searches for nothing.
  return_id        TEXT,
  order_id         TEXT,
  sale_id          TEXT,
  certificate_code TEXT,
  shipment_id      TEXT,
  -- Which lists ever had a row, one bit each: facts/has.go.
  has              BIGINT NOT NULL,
  CONSTRAINT unit_state_known CHECK (state IN
    ('stock', 'sold', 'bound', 'returned', 'reset', 'certified', 'retired')),
  CONSTRAINT unit_epoch_from_one CHECK (epoch >= 1),
  CONSTRAINT unit_version_from_one CHECK (version >= 1),
  CONSTRAINT unit_verifier_with_instant CHECK ((verifier IS NULL) = (verifier_at IS NULL)),
  CONSTRAINT unit_with_customer_or_custodian CHECK (state = 'retired' OR (state IN ('sold', 'bound')) = (custody IS NULL)),
  CONSTRAINT unit_returned_has_order CHECK (state NOT IN ('returned', 'reset') OR order_id IS NOT NULL),
  CONSTRAINT unit_certified_has_certificate CHECK (state <> 'certified' OR certificate_code IS NOT NULL),
  CONSTRAINT unit_retired_with_instant CHECK ((state = 'retired') = (retired_at IS NOT NULL))
);
CREATE INDEX unit_by_serial ON unit (serial_folded);
CREATE INDEX unit_by_custody ON unit (custody, unit_id) WHERE custody IS NOT NULL;
CREATE INDEX unit_by_vendor ON unit (vendor_id, unit_id);
CREATE INDEX unit_returned ON unit (unit_id) WHERE state = 'returned';

CREATE TABLE binding (
  unit_id      TEXT NOT NULL REFERENCES unit (unit_id),
  binding_id   TEXT NOT NULL,
  epoch        BIGINT NOT NULL,
  kind         TEXT NOT NULL,
  state        TEXT NOT NULL,
  account      TEXT NOT NULL,
  account_hash TEXT,
  created_at   BIGINT NOT NULL,
  live_at      BIGINT,
  ended_at     BIGINT,
  ended_by     TEXT,
  proof_hash   TEXT,
  CONSTRAINT binding_key PRIMARY KEY (unit_id, binding_id),
  CONSTRAINT binding_kind_known CHECK (kind IN ('owner', 'member', 'partner', 'local')),
  CONSTRAINT binding_state_known CHECK (state IN ('pending', 'live', 'ended')),
  CONSTRAINT binding_live_with_instant CHECK (state <> 'live' OR live_at IS NOT NULL),
  CONSTRAINT binding_pending_not_live CHECK (state <> 'pending' OR live_at IS NULL),
  CONSTRAINT binding_ended_with_instant CHECK ((state = 'ended') = (ended_at IS NOT NULL))
);
CREATE UNIQUE INDEX binding_one_live_owner ON binding (unit_id) WHERE kind = 'owner' AND state = 'live';
CREATE INDEX binding_by_account ON binding (account, unit_id);
CREATE INDEX binding_ended_by_reset ON binding (unit_id) WHERE kind = 'owner' AND ended_by = 'hard-reset-seen';

CREATE TABLE sighting (
  unit_id      TEXT NOT NULL REFERENCES unit (unit_id),
  cloud        TEXT NOT NULL,
  account_hash TEXT NOT NULL,
  kind         TEXT NOT NULL,
  epoch        BIGINT NOT NULL,
  since        BIGINT,
  seen_at      BIGINT NOT NULL,
  gone_at      BIGINT,
  CONSTRAINT sighting_key PRIMARY KEY (unit_id, cloud, account_hash, kind),
  CONSTRAINT sighting_kind_known CHECK (kind IN ('owner', 'member', 'partner', 'local'))
);

CREATE TABLE probe (
  unit_id            TEXT NOT NULL REFERENCES unit (unit_id),
  cloud              TEXT NOT NULL,
  epoch              BIGINT NOT NULL,
  at                 BIGINT NOT NULL,
  dark               BOOLEAN NOT NULL,
  credential_refused BOOLEAN NOT NULL,
  CONSTRAINT probe_key PRIMARY KEY (unit_id, cloud)
);
