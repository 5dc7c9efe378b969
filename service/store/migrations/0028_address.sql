-- release 2
-- Addresses that are about to change, and those that have. Both addresses are
-- sealed with the person's key; of the mailed link there is the hash alone. A
-- row goes when the link is too late, or when the change can no longer be undone.
CREATE TABLE address_change (
  change_id  TEXT PRIMARY KEY,
  person_id  TEXT NOT NULL REFERENCES person (person_id),
  stage      TEXT NOT NULL,
  link_hash  TEXT NOT NULL,
  generation BIGINT NOT NULL,
  sealed     BYTEA NOT NULL,
  asked_at   BIGINT NOT NULL,
  until_at   BIGINT NOT NULL,
  ended_at   BIGINT,
  CONSTRAINT address_change_stage_known CHECK (stage IN ('asked', 'changed', 'stopped', 'undone')),
  CONSTRAINT address_change_ended_with_instant CHECK ((ended_at IS NULL) = (stage IN ('asked', 'changed')))
);
CREATE UNIQUE INDEX address_change_one_per_link ON address_change (link_hash);
CREATE UNIQUE INDEX address_change_one_asked ON address_change (person_id) WHERE stage = 'asked';
CREATE INDEX address_change_by_person ON address_change (person_id, asked_at);
CREATE INDEX address_change_by_age ON address_change (until_at);

-- When the warning that a recovery's wait counts from was queued; empty: when its
-- stage began, before there was another.
ALTER TABLE recovery ADD COLUMN warned_at BIGINT;
