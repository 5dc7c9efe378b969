-- release 2
-- Links that are mailed, people who signed up and have not opened theirs, and
-- recoveries that wait. Of links, codes and cookies there are hashes alone.

-- Somebody signed up with this address, and nobody has shown that it is theirs.
-- Such a row can do nothing, and is forgotten when it is old.
ALTER TABLE person ADD COLUMN unconfirmed_at BIGINT;
CREATE INDEX person_unconfirmed ON person (unconfirmed_at) WHERE unconfirmed_at IS NOT NULL;

-- A link without a person was asked for in vain: it was mailed to nobody, and
-- is here so that asking takes the same work.
CREATE TABLE mail_link (
  hash          TEXT PRIMARY KEY,
  kind          TEXT NOT NULL,
  person_id     TEXT,
  generation    BIGINT NOT NULL,
  browser_hash  TEXT NOT NULL,
  password_hash TEXT,
  code_hash     TEXT,
  wrong         BIGINT NOT NULL,
  made_at       BIGINT NOT NULL,
  expires_at    BIGINT NOT NULL,
  proven_at     BIGINT,
  used_at       BIGINT,
  CONSTRAINT mail_link_kind_known CHECK (kind IN ('sign-up', 'sign-in', 'recover')),
  CONSTRAINT mail_link_wrong_from_zero CHECK (wrong >= 0)
);
CREATE INDEX mail_link_by_browser ON mail_link (browser_hash, made_at);
CREATE INDEX mail_link_by_person ON mail_link (person_id);
CREATE INDEX mail_link_by_expiry ON mail_link (expires_at);

-- Who has lost everything but their mailbox waits; whoever has something better
-- stops it meanwhile.
CREATE TABLE recovery (
  recovery_id TEXT PRIMARY KEY,
  person_id   TEXT NOT NULL REFERENCES person (person_id),
  stage       TEXT NOT NULL,
  started_at  BIGINT NOT NULL,
  next_at     BIGINT NOT NULL,
  ended_at    BIGINT,
  CONSTRAINT recovery_stage_known CHECK (stage IN ('begun', 'half', 'ready', 'done', 'stopped')),
  CONSTRAINT recovery_ended_with_instant CHECK ((ended_at IS NULL) = (stage NOT IN ('done', 'stopped')))
);
CREATE UNIQUE INDEX recovery_one_open ON recovery (person_id) WHERE ended_at IS NULL;
CREATE INDEX recovery_due ON recovery (next_at, recovery_id) WHERE ended_at IS NULL;
CREATE INDEX recovery_by_person ON recovery (person_id);
