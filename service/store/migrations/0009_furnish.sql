-- release 2
-- What flags, sweeps and sign-in keep beyond release 1. All of it is additions:
-- release 1 runs on this schema and leaves the new columns as they are.

-- How often a flag's cause came back after somebody had settled it.
ALTER TABLE flag ADD COLUMN reopened BIGINT NOT NULL DEFAULT 0;
ALTER TABLE flag ADD COLUMN reopened_at BIGINT;

-- A flag as it stood when it had been settled, before its cause came back.
CREATE TABLE flag_round (
  unit_id     TEXT NOT NULL,
  flag_id     TEXT NOT NULL,
  number      BIGINT NOT NULL,
  epoch       BIGINT NOT NULL,
  severity    TEXT NOT NULL,
  evidence    TEXT NOT NULL,
  done_by     TEXT,
  done_at     BIGINT,
  reopened_at BIGINT NOT NULL,
  CONSTRAINT flag_round_key PRIMARY KEY (unit_id, flag_id, number)
);

-- When a run last said how far it is. A run that never ended and has long said
-- nothing is nobody's any more.
ALTER TABLE sweep_run ADD COLUMN alive_at BIGINT;

-- Where a job that works in portions goes on. version fences: of two that read
-- the same position, one moves it.
CREATE TABLE sweep_position (
  job      TEXT PRIMARY KEY,
  version  BIGINT NOT NULL,
  position TEXT NOT NULL
);

-- Attempts to sign in, by keyed hash of who or where from: shared by all
-- processes, or each would grant its own free guesses.
CREATE TABLE throttle (
  key_hash  TEXT PRIMARY KEY,
  count     BIGINT NOT NULL,
  last_at   BIGINT NOT NULL,
  until_at  BIGINT NOT NULL,
  forget_at BIGINT NOT NULL
);
CREATE INDEX throttle_by_age ON throttle (forget_at);

CREATE INDEX challenge_by_expiry ON challenge (expires_at);
CREATE INDEX setup_link_by_expiry ON setup_link (expires_at);
