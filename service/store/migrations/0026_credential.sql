-- release 2
-- The hash of every credential that a unit has told us of, and when first: what
-- it tells again is no newer than that. A unit that is on record already gets
-- its rows from the first report that it makes from now on, for they are on the
-- ledger like everything else of it; until then its own row and its report say
-- what it told last.
CREATE TABLE unit_credential (
  unit_id TEXT NOT NULL REFERENCES unit (unit_id),
  hash    TEXT NOT NULL,
  epoch   BIGINT NOT NULL,
  at      BIGINT NOT NULL,
  CONSTRAINT unit_credential_key PRIMARY KEY (unit_id, hash)
);
