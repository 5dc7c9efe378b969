-- release 2
-- A share is a binding of kind member: pending while its invitation waits, live
-- until its end, if it has one. Both instants end it by themselves.
ALTER TABLE binding ADD COLUMN code_hash TEXT;
ALTER TABLE binding ADD COLUMN offered_until BIGINT;
ALTER TABLE binding ADD COLUMN until BIGINT;
CREATE INDEX binding_running_out ON binding (until, unit_id) WHERE until IS NOT NULL AND state <> 'ended';
CREATE INDEX binding_offered ON binding (offered_until, unit_id) WHERE offered_until IS NOT NULL AND state = 'pending';
CREATE INDEX offer_running_out ON offer (expires_at, unit_id) WHERE state = 'pending';

-- How its owner calls the person that a share is for: sealed for the owner.
CREATE TABLE share_name (
  unit_id    TEXT NOT NULL REFERENCES unit (unit_id),
  binding_id TEXT NOT NULL,
  epoch      BIGINT NOT NULL,
  person_id  TEXT NOT NULL,
  sealed     BYTEA NOT NULL,
  CONSTRAINT share_name_key PRIMARY KEY (unit_id, binding_id)
);

-- That the person an offer names has opened it. It moves nothing, so it is no
-- part of the unit's record.
CREATE TABLE offer_seen (
  unit_id  TEXT NOT NULL REFERENCES unit (unit_id),
  offer_id TEXT NOT NULL,
  epoch    BIGINT NOT NULL,
  seen_at  BIGINT NOT NULL,
  CONSTRAINT offer_seen_key PRIMARY KEY (unit_id, offer_id)
);

-- How two people decide a contest, in JSON: see lifecycle.Ruling.
ALTER TABLE hold ADD COLUMN ruling TEXT;
CREATE INDEX hold_contest ON hold (placed_at, hold_id) WHERE kind = 'contest' AND lifted_at IS NULL;

-- Who contests, so that they find it again, and their own words, sealed for
-- them. A contest without words has none.
CREATE TABLE contest (
  unit_id   TEXT NOT NULL REFERENCES unit (unit_id),
  hold_id   TEXT NOT NULL,
  epoch     BIGINT NOT NULL,
  person_id TEXT NOT NULL,
  sealed    BYTEA,
  CONSTRAINT contest_key PRIMARY KEY (unit_id, hold_id)
);
CREATE INDEX contest_by_person ON contest (person_id, unit_id);
