-- release 2
-- What could not be told to somebody and is tried again: an entry of the feed, or
-- a flag, by its place or its id. Of the error there is its kind alone, so
-- nothing here is about a person.
CREATE TABLE untold (
  source      TEXT PRIMARY KEY,
  error       TEXT NOT NULL,
  tries       BIGINT NOT NULL,
  first_at    BIGINT NOT NULL,
  next_at     BIGINT NOT NULL,
  given_up_at BIGINT,
  CONSTRAINT untold_tries_from_one CHECK (tries >= 1)
);
CREATE INDEX untold_due ON untold (next_at) WHERE given_up_at IS NULL;
