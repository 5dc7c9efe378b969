-- release 2
-- Stations, badges and PINs. Of codes and cookies there are hashes alone; of a
-- PIN there is an argon2id hash of what the service's own key makes of it.

CREATE TABLE station (
  station_id   TEXT PRIMARY KEY,
  org_id       TEXT NOT NULL REFERENCES organisation (org_id),
  name         TEXT NOT NULL,
  idle_seconds BIGINT NOT NULL,
  made_by      TEXT NOT NULL,
  created_at   BIGINT NOT NULL,
  code_hash    TEXT,
  code_until   BIGINT,
  token_hash   TEXT,
  enrolled_at  BIGINT,
  wrong        BIGINT NOT NULL,
  ended_at     BIGINT,
  CONSTRAINT station_idle_from_one CHECK (idle_seconds >= 1),
  CONSTRAINT station_code_with_end CHECK ((code_hash IS NULL) = (code_until IS NULL)),
  CONSTRAINT station_token_with_instant CHECK ((token_hash IS NULL) = (enrolled_at IS NULL)),
  CONSTRAINT station_code_is_spent CHECK (code_hash IS NULL OR token_hash IS NULL)
);
CREATE UNIQUE INDEX station_one_per_code ON station (code_hash) WHERE code_hash IS NOT NULL;
CREATE UNIQUE INDEX station_one_per_token ON station (token_hash) WHERE token_hash IS NOT NULL;
CREATE INDEX station_by_org ON station (org_id, station_id);

-- A person has one badge that stands; the ones before it are history.
CREATE TABLE badge (
  badge_id  TEXT PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES person (person_id),
  code_hash TEXT NOT NULL,
  made_at   BIGINT NOT NULL,
  ended_at  BIGINT
);
CREATE UNIQUE INDEX badge_one_per_code ON badge (code_hash);
CREATE UNIQUE INDEX badge_one_standing ON badge (person_id) WHERE ended_at IS NULL;

CREATE TABLE pin (
  person_id  TEXT PRIMARY KEY REFERENCES person (person_id),
  hash       TEXT NOT NULL,
  wrong      BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  locked_at  BIGINT,
  CONSTRAINT pin_wrong_from_zero CHECK (wrong >= 0)
);

-- What an officer is told: a badge was tried with wrong PINs until it was locked.
CREATE TABLE pin_alarm (
  alarm_id   TEXT PRIMARY KEY,
  org_id     TEXT NOT NULL REFERENCES organisation (org_id),
  station_id TEXT NOT NULL REFERENCES station (station_id),
  person_id  TEXT NOT NULL REFERENCES person (person_id),
  at         BIGINT NOT NULL,
  seen_by    TEXT,
  seen_at    BIGINT,
  CONSTRAINT pin_alarm_seen_by_somebody CHECK ((seen_by IS NULL) = (seen_at IS NULL))
);
CREATE INDEX pin_alarm_by_org ON pin_alarm (org_id, alarm_id);
