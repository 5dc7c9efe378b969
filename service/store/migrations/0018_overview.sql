-- release 2
-- The overview counts entries of an index, and never more than a limited number
-- of them. What customers have is not in the first.
CREATE INDEX unit_at_hand ON unit (custody, state, epoch_at) WHERE custody IS NOT NULL;
CREATE INDEX unit_made ON unit (vendor_id, state, epoch_at);
CREATE INDEX unit_came_back ON unit (vendor_id, returned_at) WHERE returned_at IS NOT NULL;
CREATE INDEX flag_standing_of_org ON flag (org_id, severity) WHERE state <> 'resolved';
CREATE INDEX flag_standing_of_vendor ON flag (vendor_id, severity) WHERE state <> 'resolved';

-- Search by a receipt's number: the hash is keyed by the organisation.
CREATE INDEX receipt_by_number ON receipt (receipt_hash, unit_id);
