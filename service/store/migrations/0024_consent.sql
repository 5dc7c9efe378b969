-- release 2
-- Consent to support, and who looked. What people wrote (a case number, an
-- agent's note) is sealed for its subject; ids are opaque, for these rows outlive
-- whoever they name. A question that leads to nobody is kept like any other, so
-- unit_id of consent_ask and support_access may be of no unit.

CREATE TABLE consent_ask (
  unit_id    TEXT NOT NULL,
  ask_id     TEXT NOT NULL,
  epoch      BIGINT NOT NULL,
  owner      TEXT,
  agent      TEXT,
  org_id     TEXT,
  sealed     BYTEA,
  code_hash  TEXT,
  made_at    BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  ended_at   BIGINT,
  outcome    TEXT,
  CONSTRAINT consent_ask_key PRIMARY KEY (unit_id, ask_id),
  CONSTRAINT consent_ask_outcome_known CHECK (outcome IN ('given', 'refused', 'replaced')),
  CONSTRAINT consent_ask_ended_with_outcome CHECK ((ended_at IS NULL) = (outcome IS NULL)),
  CONSTRAINT consent_ask_by_agent_whole CHECK ((agent IS NULL) = (org_id IS NULL) AND (agent IS NULL) = (sealed IS NULL)),
  CONSTRAINT consent_ask_by_somebody CHECK (agent IS NOT NULL OR code_hash IS NOT NULL)
);
CREATE INDEX consent_ask_by_id ON consent_ask (ask_id);
CREATE INDEX consent_ask_by_code ON consent_ask (code_hash) WHERE code_hash IS NOT NULL;
CREATE INDEX consent_ask_waiting ON consent_ask (owner, made_at) WHERE ended_at IS NULL;

CREATE TABLE consent (
  unit_id    TEXT NOT NULL REFERENCES unit (unit_id),
  consent_id TEXT NOT NULL,
  epoch      BIGINT NOT NULL,
  ask_id     TEXT NOT NULL,
  owner      TEXT NOT NULL,
  agent      TEXT NOT NULL,
  made_at    BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  revoked_at BIGINT,
  body       TEXT NOT NULL,
  entry_id   TEXT NOT NULL,
  CONSTRAINT consent_key PRIMARY KEY (unit_id, consent_id),
  CONSTRAINT consent_of_a_day_at_most CHECK (expires_at > made_at AND expires_at <= made_at + 86400000)
);
CREATE UNIQUE INDEX consent_one_per_ask ON consent (unit_id, ask_id);
CREATE INDEX consent_by_id ON consent (consent_id);
CREATE INDEX consent_by_owner ON consent (owner, made_at, consent_id);
CREATE INDEX consent_by_agent ON consent (agent, expires_at);

-- An access, or an attempt that was refused. Nothing is shown before its entry
-- is on the ledger.
CREATE TABLE support_access (
  unit_id    TEXT NOT NULL,
  access_id  TEXT NOT NULL,
  epoch      BIGINT NOT NULL,
  consent_id TEXT NOT NULL,
  owner      TEXT,
  agent      TEXT NOT NULL,
  at         BIGINT NOT NULL,
  refused    TEXT,
  body       TEXT NOT NULL,
  sealed     BYTEA,
  entry_id   TEXT NOT NULL,
  CONSTRAINT support_access_key PRIMARY KEY (unit_id, access_id),
  CONSTRAINT support_access_refused_why CHECK (refused IN ('revoked', 'expired', 'passed-on', 'no-agent', 'not-theirs')),
  CONSTRAINT support_access_to_somebodys CHECK (owner IS NOT NULL OR refused IS NOT NULL)
);
CREATE INDEX support_access_by_id ON support_access (access_id);
CREATE INDEX support_access_by_owner ON support_access (owner, unit_id, epoch, at, access_id);
