package fleet

// The statements that fill a fleet's tables, chunk by chunk. They read what is
// the same for every unit from temp.world, and what differs from temp.seed.
// Instants are milliseconds; 86400000 of them are a day.

const sqlWorld = `
CREATE TEMP TABLE world (
  now INTEGER, vendor TEXT, retailer TEXT, warehouse TEXT, model TEXT, gtin TEXT, cloud TEXT,
  clerk TEXT, technician TEXT, validator TEXT, receipt TEXT, units INTEGER, step INTEGER);
CREATE TEMP TABLE seed (
  n INTEGER PRIMARY KEY, k TEXT, kind TEXT, epoch INTEGER, sold INTEGER, bound INTEGER, back INTEGER);
CREATE TEMP TABLE verb (place INTEGER, seq INTEGER, cloud TEXT, verb TEXT);`

const sqlSetWorld = `INSERT INTO temp.world VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

const sqlSetVerb = `INSERT INTO temp.verb VALUES (?, ?, nullif(?, ''), ?)`

const sqlClear = `DELETE FROM temp.seed`

// k is what all ids of a unit end in. It mixes n, as random ids would be; the
// factor is odd, so no two are the same. One unit in step is watched: it waits
// certified for its second buyer, or has found one.
const sqlSeed = `
INSERT INTO temp.seed
WITH RECURSIVE numbered (n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM numbered WHERE n + 1 < ?2),
kinds (n, kind) AS (
  SELECT n, CASE
    WHEN n % step = 0 AND n / step % 5 = 0 THEN 'certified'
    WHEN n % step = 0 THEN 'resold'
    WHEN n * 7919 % 1000 < 200 THEN 'stock'
    WHEN n * 7919 % 1000 < 280 THEN 'sold'
    WHEN n * 7919 % 1000 < 290 THEN 'returned'
    WHEN n * 7919 % 1000 < 295 THEN 'reset'
    WHEN n * 7919 % 1000 < 315 THEN 'retired'
    ELSE 'bound' END
  FROM numbered, temp.world)
SELECT n, printf('%08x%018d', n * 2654435761 % 4294967296, n), kind,
  CASE kind WHEN 'stock' THEN 1 WHEN 'retired' THEN 1 WHEN 'sold' THEN 2 WHEN 'bound' THEN 2 WHEN 'resold' THEN 4 ELSE 3 END,
  CASE WHEN kind NOT IN ('stock', 'retired') THEN now - 300 * 86400000 END,
  CASE WHEN kind NOT IN ('stock', 'retired', 'sold') THEN now - 299 * 86400000 END,
  CASE WHEN kind = 'returned' THEN now - 3 * 86400000 WHEN kind IN ('reset', 'certified', 'resold') THEN now - 60 * 86400000 END
FROM kinds, temp.world`

const sqlUnit = `
INSERT INTO unit (unit_id, brand, serial, serial_folded, gtin, model_id, vendor_id, unconfirmed, state, prior, epoch,
  epoch_at, epoch_by, version, custody, device_key, verifier, verifier_at, firmware, contact_at, network, home_network,
  registered_at, sold_at, returned_at, bound_at, retired_at, return_id, order_id, sale_id, certificate_code, has)
SELECT 'unt_' || k, 'acme', printf('SN-%08d', n), printf('sn-%08d', n), gtin, model, vendor, 0,
  CASE kind WHEN 'resold' THEN 'bound' ELSE kind END,
  CASE WHEN kind IN ('sold', 'bound') THEN 'stock' WHEN kind = 'resold' THEN 'certified' END,
  epoch, coalesce(back, sold, now - 400 * 86400000),
  CASE WHEN back IS NOT NULL AND kind <> 'resold' THEN 'return' WHEN sold IS NOT NULL THEN 'sell' END,
  2 * epoch + 1,
  CASE WHEN kind = 'stock' THEN retailer WHEN kind NOT IN ('sold', 'bound', 'resold') THEN warehouse END,
  CAST(k || '------' AS BLOB),
  CASE WHEN kind IN ('bound', 'reset', 'certified', 'resold') THEN printf('%064d', n) END,
  CASE WHEN kind IN ('bound', 'reset', 'certified', 'resold') THEN now - 39 * 86400000 END,
  '1.2.0', CASE WHEN bound IS NOT NULL THEN now - 39 * 86400000 END,
  CASE WHEN kind IN ('bound', 'resold') THEN printf('%064d', n) END,
  CASE WHEN kind IN ('bound', 'resold') THEN printf('%064d', n) END,
  now - 400 * 86400000, CASE kind WHEN 'resold' THEN now - 40 * 86400000 ELSE sold END, back,
  CASE kind WHEN 'resold' THEN now - 39 * 86400000 WHEN 'bound' THEN bound END,
  CASE kind WHEN 'retired' THEN now - 86400000 END,
  CASE WHEN back IS NOT NULL THEN 'ret_' || k END, CASE WHEN back IS NOT NULL THEN 'ord_' || k END,
  CASE WHEN kind = 'resold' THEN 'sal2' || k WHEN sold IS NOT NULL THEN 'sal_' || k END,
  CASE WHEN kind IN ('certified', 'resold') THEN upper(k) END,
  CASE WHEN bound IS NULL THEN 0 WHEN back IS NULL THEN 1 + 32 WHEN kind = 'returned' THEN 1 + 8 + 32 ELSE 1 + 8 + 16 + 32 END
FROM temp.seed, temp.world`

const sqlLookup = `
INSERT INTO lookup (kind, code, unit_id)
SELECT 'unit', printf('acme/sn-%08d', n), 'unt_' || k FROM temp.seed
UNION ALL SELECT 'label', '0' || upper(k), 'unt_' || k FROM temp.seed
UNION ALL SELECT 'sale', 'sal_' || k, 'unt_' || k FROM temp.seed WHERE sold IS NOT NULL
UNION ALL SELECT 'sale', 'sal2' || k, 'unt_' || k FROM temp.seed WHERE kind = 'resold'
UNION ALL SELECT 'binding', 'bnd_' || k, 'unt_' || k FROM temp.seed WHERE bound IS NOT NULL
UNION ALL SELECT 'binding', 'bnd2' || k, 'unt_' || k FROM temp.seed WHERE kind = 'resold'
UNION ALL SELECT 'return', 'ret_' || k, 'unt_' || k FROM temp.seed WHERE back IS NOT NULL
UNION ALL SELECT 'order', 'ord_' || k, 'unt_' || k FROM temp.seed WHERE back IS NOT NULL
UNION ALL SELECT 'certificate', upper(k), 'unt_' || k FROM temp.seed WHERE kind IN ('certified', 'resold')`

const sqlSale = `
INSERT INTO sale (unit_id, sale_id, epoch, org_id, clerk, receipt_hash, sold_at, recorded_at, from_state)
SELECT 'unt_' || k, 'sal_' || k, 2, retailer, clerk, receipt, sold, sold, 'stock'
FROM temp.seed, temp.world WHERE sold IS NOT NULL
UNION ALL
SELECT 'unt_' || k, 'sal2' || k, 4, warehouse, technician, receipt, now - 40 * 86400000, now - 40 * 86400000, 'certified'
FROM temp.seed, temp.world WHERE kind = 'resold'`

const sqlBinding = `
INSERT INTO binding (unit_id, binding_id, epoch, kind, state, account, account_hash, created_at, live_at, ended_at,
  ended_by, proof_hash)
SELECT 'unt_' || k, 'bnd_' || k, 2, 'owner', CASE WHEN back IS NULL THEN 'live' ELSE 'ended' END, 'psn_' || k,
  account_hash('psn_' || k), bound, bound, back, CASE WHEN back IS NOT NULL THEN 'return' END, printf('%064d', n)
FROM temp.seed WHERE bound IS NOT NULL
UNION ALL
SELECT 'unt_' || k, 'bnd2' || k, 4, 'owner', 'live', 'psn2' || k, account_hash('psn2' || k), now - 39 * 86400000,
  now - 39 * 86400000, NULL, NULL, printf('%064d', n)
FROM temp.seed, temp.world WHERE kind = 'resold'`

const sqlReport = `
INSERT INTO report (unit_id, epoch, at, kind, firmware, verifier, network, digest)
SELECT 'unt_' || k, epoch, now - 39 * 86400000, CASE WHEN back IS NULL THEN 'none' ELSE 'hard' END, '1.2.0',
  printf('%064d', n), printf('%064d', n), printf('%064d', n)
FROM temp.seed, temp.world WHERE bound IS NOT NULL`

const sqlReturn = `
INSERT INTO unit_return (unit_id, return_id, epoch, org_id, clerk, at, from_state, authority, condition, reason,
  receipt_hash, customer_present, former_owner)
SELECT 'unt_' || k, 'ret_' || k, 3, retailer, clerk, back, 'bound', 'sale-match', 'used', 'changed-mind', receipt, 1, 'psn_' || k
FROM temp.seed, temp.world WHERE back IS NOT NULL`

const sqlOrder = `
INSERT INTO reset_order (unit_id, order_id, epoch, kind, state, return_id, before_at, opened_at, ended_at)
SELECT 'unt_' || k, 'ord_' || k, 3, 'reset', CASE kind WHEN 'returned' THEN 'open' ELSE 'done' END, 'ret_' || k, back, back,
  CASE WHEN kind <> 'returned' THEN back + 86400000 END
FROM temp.seed WHERE back IS NOT NULL`

const sqlTask = `
INSERT INTO task (unit_id, order_id, task_id, epoch, place, seq, cloud, verb, state, grade, proof, asked_at, done_at)
SELECT 'unt_' || k, 'ord_' || k, coalesce(v.cloud, 'unit') || '.' || verb, 3, place, seq, v.cloud, verb,
  CASE WHEN v.cloud IS NULL AND kind = 'returned' THEN 'open' ELSE 'proven' END,
  CASE WHEN v.cloud IS NULL AND kind <> 'returned' THEN 'attested' END,
  CASE WHEN v.cloud IS NULL AND kind = 'returned' THEN NULL ELSE 'inventory-empty' END, back,
  CASE WHEN v.cloud IS NULL AND kind = 'returned' THEN NULL ELSE back + 60000 END
FROM temp.seed, temp.verb v WHERE back IS NOT NULL`

const sqlAttestation = `
INSERT INTO attestation (unit_id, order_id, check_id, person_id, epoch, at, pass)
SELECT 'unt_' || k, 'ord_' || k, 'codes-agree', technician, 3, back + 86400000, 1
FROM temp.seed, temp.world WHERE kind IN ('reset', 'certified', 'resold')`

const sqlCertificate = `
INSERT INTO certificate (unit_id, code, epoch, continued_to, grade, org_id, self_custody, operator, validator, clerk,
  firmware, waived, issued_at, signed)
SELECT 'unt_' || k, upper(k), 3, 3, 'attested', warehouse, 0, technician, validator, clerk, '1.2.0', '[]',
  back + 2 * 86400000, zeroblob(220)
FROM temp.seed, temp.world WHERE kind IN ('certified', 'resold')`

const sqlSighting = `
INSERT INTO sighting (unit_id, cloud, account_hash, kind, epoch, since, seen_at, gone_at)
SELECT 'unt_' || k, cloud, account_hash('psn_' || k), 'owner', 3, bound, back, CASE WHEN kind <> 'returned' THEN back + 60000 END
FROM temp.seed, temp.world WHERE back IS NOT NULL
UNION ALL
SELECT 'unt_' || k, cloud, account_hash('psn2' || k), 'owner', 4, now - 39 * 86400000, now - 38 * 86400000, NULL
FROM temp.seed, temp.world WHERE kind = 'resold'`

const sqlProbe = `
INSERT INTO probe (unit_id, cloud, epoch, at, dark, credential_refused)
SELECT 'unt_' || k, cloud, 3, back + 60000, 1, 0
FROM temp.seed, temp.world WHERE kind IN ('reset', 'certified', 'resold')`

// An open order waits for the bench and not for a cloud: the worker looks at it
// tomorrow.
const sqlWork = `
INSERT INTO work (unit_id, order_id, cloud, epoch, attempt, first_at, next_at, done_at)
SELECT 'unt_' || k, 'ord_' || k, cloud, 3, 4, back, back, back + 60000
FROM temp.seed, temp.world WHERE back IS NOT NULL
UNION ALL
SELECT 'unt_' || k, 'ord_' || k, '', 3, 4, back, CASE kind WHEN 'returned' THEN now + 86400000 ELSE back END,
  CASE WHEN kind <> 'returned' THEN back + 86400000 END
FROM temp.seed, temp.world WHERE back IS NOT NULL`

// Those that came under watch together are due together.
const sqlWatch = `
INSERT INTO watch (unit_id, epoch, next_at)
SELECT 'unt_' || k, epoch, now - 39600000 + n * 39600000 / units
FROM temp.seed, temp.world WHERE kind IN ('certified', 'resold')`

// The built-in cloud knows what was ever asked of it, and the new owners.
const sqlLink = `
INSERT INTO cloud_link (unit_id, account, kind, since, gone_at)
SELECT 'unt_' || k, 'psn_' || k, 'owner', bound, back + 60000 FROM temp.seed WHERE back IS NOT NULL
UNION ALL
SELECT 'unt_' || k, 'psn2' || k, 'owner', now - 39 * 86400000, NULL FROM temp.seed, temp.world WHERE kind = 'resold'`

const sqlCloudUnit = `
INSERT INTO cloud_unit (unit_id, detached_at, rotated_at, cut_at, notified_at)
SELECT 'unt_' || k, back, back, back, back FROM temp.seed WHERE back IS NOT NULL`

// chunkStatements are the statements of one chunk, in order.
func chunkStatements() []string {
	return []string{
		sqlUnit, sqlLookup, sqlSale, sqlBinding, sqlReport, sqlReturn, sqlOrder, sqlTask,
		sqlAttestation, sqlCertificate, sqlSighting, sqlProbe, sqlWork, sqlWatch, sqlLink,
		sqlCloudUnit,
	}
}
