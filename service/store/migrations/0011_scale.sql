-- release 2
-- What the clouds of a watched unit answered last, and at which version of it
-- nothing was odd about that: facts/watched.go.
ALTER TABLE watch ADD COLUMN answer TEXT;

-- A start ends the leases of before; there are few, and much work.
CREATE INDEX work_leased ON work (lease_until) WHERE lease_until IS NOT NULL;

-- What is stuck is looked for among what is open, by unit.
CREATE INDEX work_open ON work (unit_id, order_id, cloud) WHERE done_at IS NULL;
