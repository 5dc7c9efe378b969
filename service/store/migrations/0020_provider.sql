-- release 2
-- Sign-in through OpenID providers. Of a provider's secret there is what the
-- service's own key makes of it; of what a provider calls somebody there is a
-- keyed hash; of states and cookies there are hashes.

-- Staff of an organisation come in without passwords since then.
ALTER TABLE organisation ADD COLUMN passwords_off_at BIGINT;

-- When somebody without a password first came in.
ALTER TABLE person ADD COLUMN joined_at BIGINT;

CREATE TABLE provider (
  provider_id TEXT PRIMARY KEY,
  org_id      TEXT NOT NULL REFERENCES organisation (org_id),
  audience    TEXT NOT NULL,
  name        TEXT NOT NULL,
  issuer      TEXT NOT NULL,
  client_id   TEXT NOT NULL,
  sealed      BYTEA,
  hosts       TEXT NOT NULL,
  acr         TEXT NOT NULL,
  max_age     BIGINT NOT NULL,
  listed      BOOLEAN NOT NULL,
  made_by     TEXT NOT NULL,
  created_at  BIGINT NOT NULL,
  ended_at    BIGINT,
  CONSTRAINT provider_audience_known CHECK (audience IN ('owners', 'staff')),
  CONSTRAINT provider_max_age_from_zero CHECK (max_age >= 0)
);
CREATE INDEX provider_by_org ON provider (org_id, provider_id);
CREATE INDEX provider_listed ON provider (name, provider_id) WHERE listed AND ended_at IS NULL;

-- What a provider calls a person: issuer and sub, never an address. A person
-- has one at each provider, and one of those is one person's.
CREATE TABLE identity (
  provider_id  TEXT NOT NULL REFERENCES provider (provider_id),
  subject_hash TEXT NOT NULL,
  person_id    TEXT NOT NULL REFERENCES person (person_id),
  linked_at    BIGINT NOT NULL,
  PRIMARY KEY (provider_id, subject_hash)
);
CREATE UNIQUE INDEX identity_one_per_provider ON identity (person_id, provider_id);

-- A way to a provider and back, taken once by the browser that began it.
CREATE TABLE provider_attempt (
  state_hash   TEXT PRIMARY KEY,
  browser_hash TEXT NOT NULL,
  provider_id  TEXT NOT NULL REFERENCES provider (provider_id),
  purpose      TEXT NOT NULL,
  person_id    TEXT,
  sealed       BYTEA NOT NULL,
  started_at   BIGINT NOT NULL,
  expires_at   BIGINT NOT NULL,
  CONSTRAINT provider_attempt_purpose_known CHECK (purpose IN ('sign-in', 'newcomer', 'invitation', 'link', 'verify')),
  CONSTRAINT provider_attempt_of_person CHECK ((person_id IS NOT NULL) = (purpose IN ('link', 'verify')))
);
CREATE INDEX provider_attempt_by_expiry ON provider_attempt (expires_at);
CREATE INDEX provider_attempt_by_person ON provider_attempt (person_id) WHERE person_id IS NOT NULL;
