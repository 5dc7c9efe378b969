-- release 2
-- What each cloud is to delete of an owner's time that is over, and how far it
-- is (rule 9). It stands beside the unit's orders and outlives them.

CREATE TABLE deletion (
  unit_id    TEXT NOT NULL REFERENCES unit (unit_id),
  binding_id TEXT NOT NULL,
  cloud      TEXT NOT NULL,
  epoch      BIGINT NOT NULL,
  account    TEXT NOT NULL,
  from_at    BIGINT NOT NULL,
  before_at  BIGINT NOT NULL,
  due_at     BIGINT,
  wanted_at  BIGINT,
  not_before BIGINT,
  state      TEXT NOT NULL,
  proof      TEXT,
  asked_at   BIGINT,
  done_at    BIGINT,
  CONSTRAINT deletion_key PRIMARY KEY (unit_id, binding_id, cloud),
  CONSTRAINT deletion_state_known CHECK (state IN ('open', 'asked', 'proven', 'waived')),
  CONSTRAINT deletion_done_with_instant CHECK ((done_at IS NOT NULL) = (state IN ('proven', 'waived'))),
  CONSTRAINT deletion_of_a_time CHECK (from_at <= before_at)
);

-- Work that is not due before an instant, whatever a clock has said meanwhile.
ALTER TABLE work ADD COLUMN due_at BIGINT;

-- The recordings in the built-in cloud: another's books behind another's door.
CREATE TABLE cloud_recording (
  unit_id TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  CONSTRAINT cloud_recording_key PRIMARY KEY (unit_id, made_at)
);
