CREATE TABLE certificate (
  unit_id      TEXT NOT NULL REFERENCES unit (unit_id),
  code         TEXT NOT NULL,
  epoch        BIGINT NOT NULL,
  continued_to BIGINT NOT NULL,
  grade        TEXT NOT NULL,
  org_id       TEXT NOT NULL,
  self_custody BOOLEAN NOT NULL,
  operator     TEXT,
  validator    TEXT NOT NULL,
  clerk        TEXT,
  firmware     TEXT,
  waived       TEXT NOT NULL,
  issued_at    BIGINT NOT NULL,
  signed       BYTEA NOT NULL,
  CONSTRAINT certificate_key PRIMARY KEY (unit_id, code),
  CONSTRAINT certificate_grade_known CHECK (grade IN ('device-signed', 'probed', 'attested')),
  CONSTRAINT certificate_continues CHECK (continued_to >= epoch),
  CONSTRAINT certificate_by_another CHECK (validator <> operator AND validator <> clerk),
  CONSTRAINT certificate_clerk_is_no_operator CHECK (clerk <> operator)
);

CREATE TABLE sale (
  unit_id      TEXT NOT NULL REFERENCES unit (unit_id),
  sale_id      TEXT NOT NULL,
  epoch        BIGINT NOT NULL,
  org_id       TEXT NOT NULL,
  clerk        TEXT,
  machine      TEXT,
  receipt_hash TEXT,
  sold_at      BIGINT NOT NULL,
  recorded_at  BIGINT NOT NULL,
  from_state   TEXT NOT NULL,
  voided_at    BIGINT,
  CONSTRAINT sale_key PRIMARY KEY (unit_id, sale_id),
  CONSTRAINT sale_not_before_the_fact CHECK (sold_at <= recorded_at)
);

-- A sale of a unit that was not there to be sold.
CREATE INDEX sale_out_of_turn ON sale (unit_id) WHERE from_state IN ('sold', 'bound') AND voided_at IS NULL;

-- A receipt number, sealed under its own hash as the subject.
CREATE TABLE receipt (
  unit_id      TEXT NOT NULL REFERENCES unit (unit_id),
  receipt_hash TEXT NOT NULL,
  epoch        BIGINT NOT NULL,
  org_id       TEXT NOT NULL,
  sealed       BYTEA NOT NULL,
  CONSTRAINT receipt_key PRIMARY KEY (unit_id, receipt_hash)
);

CREATE TABLE offer (
  unit_id     TEXT NOT NULL REFERENCES unit (unit_id),
  offer_id    TEXT NOT NULL,
  epoch       BIGINT NOT NULL,
  state       TEXT NOT NULL,
  from_person TEXT NOT NULL,
  to_person   TEXT,
  code_hash   TEXT NOT NULL,
  created_at  BIGINT NOT NULL,
  expires_at  BIGINT NOT NULL,
  ended_at    BIGINT,
  CONSTRAINT offer_key PRIMARY KEY (unit_id, offer_id),
  CONSTRAINT offer_state_known CHECK (state IN ('pending', 'accepted', 'refused', 'withdrawn', 'expired', 'ended')),
  CONSTRAINT offer_ended_with_instant CHECK ((state = 'pending') = (ended_at IS NULL))
);
CREATE UNIQUE INDEX offer_one_pending ON offer (unit_id) WHERE state = 'pending';
CREATE INDEX offer_to_person ON offer (to_person, unit_id) WHERE state = 'pending';

CREATE TABLE hold (
  unit_id     TEXT NOT NULL REFERENCES unit (unit_id),
  hold_id     TEXT NOT NULL,
  epoch       BIGINT NOT NULL,
  kind        TEXT NOT NULL,
  placed_by   TEXT NOT NULL,
  placed_at   BIGINT NOT NULL,
  approved_by TEXT,
  lifted_by   TEXT,
  lifted_at   BIGINT,
  CONSTRAINT hold_key PRIMARY KEY (unit_id, hold_id),
  CONSTRAINT hold_kind_known CHECK (kind IN ('stolen', 'contest', 'dispute', 'legal', 'recall')),
  CONSTRAINT hold_lifted_by_somebody CHECK (lifted_at IS NULL OR lifted_by IS NOT NULL)
);
CREATE INDEX hold_standing ON hold (unit_id) WHERE lifted_at IS NULL;

-- Several units on one pallet may share a shipment_id.
CREATE TABLE shipment (
  unit_id     TEXT NOT NULL REFERENCES unit (unit_id),
  shipment_id TEXT NOT NULL,
  epoch       BIGINT NOT NULL,
  from_org    TEXT NOT NULL,
  to_org      TEXT NOT NULL,
  sent_by     TEXT,
  sent_at     BIGINT NOT NULL,
  received_by TEXT,
  received_at BIGINT,
  CONSTRAINT shipment_key PRIMARY KEY (unit_id, shipment_id),
  CONSTRAINT shipment_goes_elsewhere CHECK (from_org <> to_org)
);
CREATE UNIQUE INDEX shipment_one_open ON shipment (unit_id) WHERE received_at IS NULL;
CREATE INDEX shipment_under_way ON shipment (sent_at, unit_id) WHERE received_at IS NULL;
CREATE INDEX shipment_arriving ON shipment (to_org, unit_id) WHERE received_at IS NULL;
CREATE INDEX shipment_departing ON shipment (from_org, unit_id) WHERE received_at IS NULL;
CREATE INDEX shipment_by_id ON shipment (shipment_id, unit_id);
