-- release 2
-- What people are told. What is in it is sealed with its reader's key; person_id
-- is empty for a letter to an address that has no account.
CREATE TABLE notice (
  notice_id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL,
  kind      TEXT NOT NULL,
  once_hash TEXT NOT NULL,
  inbox     BOOLEAN NOT NULL,
  sealed    BYTEA NOT NULL,
  at        BIGINT NOT NULL,
  read_at   BIGINT
);
CREATE UNIQUE INDEX notice_once ON notice (person_id, once_hash);
CREATE INDEX notice_inbox ON notice (person_id, at, notice_id) WHERE inbox;
CREATE INDEX notice_by_age ON notice (at);

-- A notice on its way by a channel; target is the subscription of a push.
-- attempt fences results. sent_to is the keyed hash of the address that had it.
CREATE TABLE delivery (
  notice_id   TEXT NOT NULL,
  channel     TEXT NOT NULL,
  target      TEXT NOT NULL,
  attempt     BIGINT NOT NULL,
  first_at    BIGINT NOT NULL,
  next_at     BIGINT NOT NULL,
  until_at    BIGINT NOT NULL,
  lease_until BIGINT,
  done_at     BIGINT,
  outcome     TEXT,
  code        TEXT,
  sent_to     TEXT,
  CONSTRAINT delivery_key PRIMARY KEY (notice_id, channel, target),
  CONSTRAINT delivery_channel_known CHECK (channel IN ('mail', 'push')),
  CONSTRAINT delivery_outcome_known CHECK (outcome IN ('sent', 'bounced', 'expired', 'gone', 'refused')),
  CONSTRAINT delivery_done_with_outcome CHECK ((done_at IS NULL) = (outcome IS NULL)),
  CONSTRAINT delivery_done_has_no_lease CHECK (done_at IS NULL OR lease_until IS NULL)
);
CREATE INDEX delivery_due ON delivery (channel, next_at) WHERE done_at IS NULL;
CREATE INDEX delivery_over ON delivery (until_at);

-- What somebody wants to be told by which channel. No row: not.
CREATE TABLE notice_choice (
  person_id TEXT NOT NULL,
  kind      TEXT NOT NULL,
  channel   TEXT NOT NULL,
  chosen_at BIGINT NOT NULL,
  CONSTRAINT notice_choice_key PRIMARY KEY (person_id, kind, channel),
  CONSTRAINT notice_choice_channel_known CHECK (channel IN ('mail', 'push'))
);

-- Browsers that take pushes. A browser has one reader at a time.
CREATE TABLE push_subscription (
  subscription_id TEXT PRIMARY KEY,
  person_id       TEXT NOT NULL,
  endpoint_hash   TEXT NOT NULL,
  sealed          BYTEA NOT NULL,
  generation      BIGINT NOT NULL,
  created_at      BIGINT NOT NULL
);
CREATE UNIQUE INDEX push_subscription_one_per_endpoint ON push_subscription (endpoint_hash);
CREATE INDEX push_subscription_by_person ON push_subscription (person_id, subscription_id);

-- How mail to a person fares: the language they read, and whether the address
-- with this hash takes no mail.
CREATE TABLE mail_standing (
  person_id  TEXT PRIMARY KEY,
  language   TEXT,
  email_hash TEXT,
  bounced_at BIGINT,
  code       TEXT,
  retry_at   BIGINT,
  CONSTRAINT mail_standing_bounced_whole CHECK ((email_hash IS NULL) = (bounced_at IS NULL) AND (bounced_at IS NULL) = (retry_at IS NULL))
);
