-- release 2
-- The names that the ledger has had. The last is in force: checkpoints of a
-- larger size than since carry it. A database that came back from an older copy
-- goes on under a new one.
CREATE TABLE log_origin (
  since  BIGINT PRIMARY KEY,
  origin TEXT NOT NULL,
  at     BIGINT NOT NULL,
  CONSTRAINT log_origin_from_zero CHECK (since >= 0)
);
CREATE UNIQUE INDEX log_origin_once ON log_origin (origin);

-- The first entry of a ledger names it.
INSERT INTO log_origin (since, origin, at)
SELECT idx, subject, at FROM log_entry WHERE idx = 0 AND kind = 'log';
