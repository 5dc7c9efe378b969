-- release 2
-- Where many write, an entry waits for its index. arrival says in which order
-- they came; it is NULL where one writer gives the index at once.

ALTER TABLE log_entry ADD COLUMN arrival BIGINT;
CREATE INDEX log_entry_waiting ON log_entry (arrival, entry_id) WHERE idx IS NULL;
