-- release 2
-- Passkeys, what is begun with them, and whose a session is. What a passkey is
-- (its name, its key, its own id) is sealed with its person's key; it is found
-- by a keyed hash.

CREATE TABLE passkey (
  passkey_id      TEXT PRIMARY KEY,
  person_id       TEXT NOT NULL REFERENCES person (person_id),
  credential_hash TEXT NOT NULL,
  sealed          BYTEA NOT NULL,
  counter         BIGINT NOT NULL,
  created_at      BIGINT NOT NULL,
  used_at         BIGINT,
  disabled_at     BIGINT,
  CONSTRAINT passkey_counter_of_32_bits CHECK (counter >= 0 AND counter < 4294967296)
);
CREATE UNIQUE INDEX passkey_one_per_credential ON passkey (credential_hash);
CREATE INDEX passkey_by_person ON passkey (person_id, passkey_id);

-- A ceremony that has begun, until it is taken or over.
CREATE TABLE ceremony (
  key_hash   TEXT PRIMARY KEY,
  purpose    TEXT NOT NULL,
  person_id  TEXT,
  sealed     BYTEA NOT NULL,
  expires_at BIGINT NOT NULL,
  CONSTRAINT ceremony_purpose_known CHECK (purpose IN ('enrol', 'sign-in', 'verify', 'sign')),
  CONSTRAINT ceremony_of_somebody CHECK ((person_id IS NULL) = (purpose = 'sign-in'))
);
CREATE INDEX ceremony_by_expiry ON ceremony (expires_at);

-- Whose a session is, so that they see it and can end it. Sessions from before
-- have neither.
ALTER TABLE session ADD COLUMN session_id TEXT;
ALTER TABLE session ADD COLUMN person_id TEXT;
CREATE INDEX session_by_id ON session (session_id) WHERE session_id IS NOT NULL;
CREATE INDEX session_by_person ON session (person_id, session_id) WHERE person_id IS NOT NULL;
