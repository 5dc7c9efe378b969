-- release 2
-- A question to an owner is told them by a clock, and not in the transaction
-- that keeps it: so a question to somebody costs what one to nobody costs. What
-- is over is purged, and what an agent has open is found by its own index,
-- however many questions went to nobody.
ALTER TABLE consent_ask ADD COLUMN told_at BIGINT;
CREATE INDEX consent_ask_untold ON consent_ask (made_at, ask_id) WHERE told_at IS NULL AND agent IS NOT NULL;
CREATE INDEX consent_ask_open ON consent_ask (unit_id, agent) WHERE ended_at IS NULL AND agent IS NOT NULL;
CREATE INDEX consent_ask_over ON consent_ask (expires_at);
