-- Tenants and people. Ids are opaque; what is personal is sealed with a key of
-- its own, so that deleting one row of subject_key makes it unreadable.

CREATE TABLE organisation (
  org_id     TEXT PRIMARY KEY,
  kind       TEXT NOT NULL,
  name       TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT organisation_kind_known CHECK (kind IN ('vendor', 'retailer', 'warehouse'))
);

-- A brand has one vendor: nobody else registers units of it.
CREATE TABLE brand (
  brand  TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisation (org_id)
);
CREATE INDEX brand_by_org ON brand (org_id);

-- One key per subject, sealed under the service's own key.
CREATE TABLE subject_key (
  subject TEXT PRIMARY KEY,
  sealed  BYTEA NOT NULL
);

CREATE TABLE person (
  person_id     TEXT PRIMARY KEY,
  org_id        TEXT REFERENCES organisation (org_id),
  roles         TEXT NOT NULL,
  sealed        BYTEA,
  email_hash    TEXT,
  password_hash TEXT,
  generation    BIGINT NOT NULL,
  created_at    BIGINT NOT NULL,
  disabled_at   BIGINT,
  CONSTRAINT person_forgotten_whole CHECK (sealed IS NOT NULL OR (email_hash IS NULL AND password_hash IS NULL AND disabled_at IS NOT NULL))
);
CREATE UNIQUE INDEX person_one_per_email ON person (email_hash) WHERE email_hash IS NOT NULL;
CREATE INDEX person_by_org ON person (org_id, person_id);

CREATE TABLE credential (
  credential_id TEXT PRIMARY KEY,
  hash          TEXT NOT NULL,
  kind          TEXT NOT NULL,
  person_id     TEXT,
  org_id        TEXT,
  scopes        TEXT NOT NULL,
  name          TEXT NOT NULL,
  created_at    BIGINT NOT NULL,
  ended_at      BIGINT,
  CONSTRAINT credential_person_named CHECK (kind <> 'person' OR person_id IS NOT NULL),
  CONSTRAINT credential_machine_of_org CHECK (kind <> 'machine' OR (org_id IS NOT NULL AND person_id IS NULL))
);
CREATE UNIQUE INDEX credential_one_per_hash ON credential (hash);
CREATE INDEX credential_by_org ON credential (org_id, credential_id);
CREATE INDEX credential_by_person ON credential (person_id, credential_id);

CREATE TABLE setup_link (
  hash       TEXT PRIMARY KEY,
  person_id  TEXT,
  expires_at BIGINT NOT NULL,
  used_at    BIGINT
);

CREATE TABLE session (
  token_hash TEXT PRIMARY KEY,
  sealed     BYTEA NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX session_by_expiry ON session (expires_at);
