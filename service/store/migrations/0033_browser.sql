-- release 2
-- The browsers in which an owner has signed in: by a hash of a random cookie,
-- keyed with the person, so that the table does not say which two people share
-- one. An empty hash is no browser: it keeps the next one from being the first.
-- A row goes when its browser was not seen for as long as the cookie lasts.
CREATE TABLE known_browser (
  person_id    TEXT NOT NULL REFERENCES person (person_id),
  browser_hash TEXT NOT NULL,
  seen_at      BIGINT NOT NULL,
  PRIMARY KEY (person_id, browser_hash)
);
CREATE INDEX known_browser_by_age ON known_browser (seen_at);
