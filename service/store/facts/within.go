package facts

// The rows of a stretch of units, table by table. Each goes by its own key.

const sqlBindingsWithin = `
SELECT unit_id, binding_id, kind, state, account, account_hash, epoch, created_at, live_at, ended_at, ended_by,
  proof_hash, code_hash, offered_until, until
FROM binding WHERE unit_id >= $1 AND unit_id <= $2
ORDER BY unit_id, binding_id`

const sqlOffersWithin = `
SELECT unit_id, offer_id, state, from_person, to_person, code_hash, epoch, created_at, expires_at, ended_at
FROM offer WHERE unit_id >= $1 AND unit_id <= $2
ORDER BY unit_id, offer_id`

const sqlDeletionsWithin = `
SELECT unit_id, binding_id, cloud, account, epoch, from_at, before_at, due_at, wanted_at, not_before, state, proof,
  asked_at, done_at
FROM deletion WHERE unit_id >= $1 AND unit_id <= $2
ORDER BY unit_id, binding_id, cloud`

const sqlHoldsWithin = `
SELECT unit_id, hold_id, kind, placed_by, placed_at, approved_by, lifted_by, lifted_at, ruling
FROM hold WHERE unit_id >= $1 AND unit_id <= $2
ORDER BY unit_id, hold_id`

const sqlReturnsWithin = `
SELECT unit_id, return_id, org_id, clerk, at, epoch, from_state, authority, condition, reason, receipt_hash,
       customer_present, second, former_owner, cancelled_at, presence_hash
FROM unit_return WHERE unit_id >= $1 AND unit_id <= $2
ORDER BY unit_id, return_id`

const sqlOrdersWithin = `
SELECT unit_id, order_id, kind, state, return_id, epoch, before_at, opened_at, ended_at, cause, erase_before
FROM reset_order WHERE unit_id >= $1 AND unit_id <= $2
ORDER BY unit_id, order_id`

const sqlTasksWithin = `
SELECT unit_id, order_id, task_id, seq, cloud, verb, state, grade, proof, asked_at, done_at
FROM task WHERE unit_id >= $1 AND unit_id <= $2
ORDER BY unit_id, order_id, task_id`

const sqlAttestationsWithin = `
SELECT unit_id, order_id, check_id, person_id, at, pass, note, photos
FROM attestation WHERE unit_id >= $1 AND unit_id <= $2
ORDER BY unit_id, order_id, check_id, person_id`

const sqlCertificatesWithin = `
SELECT unit_id, code, epoch, continued_to, grade, org_id, self_custody, operator, validator, clerk, firmware, waived,
       issued_at, signed
FROM certificate WHERE unit_id >= $1 AND unit_id <= $2
ORDER BY unit_id, code`

const sqlSalesWithin = `
SELECT unit_id, sale_id, org_id, clerk, machine, receipt_hash, sold_at, recorded_at, from_state, epoch, voided_at
FROM sale WHERE unit_id >= $1 AND unit_id <= $2
ORDER BY unit_id, sale_id`

const sqlShipmentsWithin = `
SELECT unit_id, shipment_id, from_org, to_org, sent_by, sent_at, received_by, received_at
FROM shipment WHERE unit_id >= $1 AND unit_id <= $2
ORDER BY unit_id, shipment_id`

const sqlReportsWithin = `
SELECT unit_id, at, epoch, kind, firmware, verifier, network, presence, digest
FROM report WHERE unit_id >= $1 AND unit_id <= $2
ORDER BY unit_id`

const sqlUnitCredentialsWithin = `
SELECT unit_id, hash, epoch, at
FROM unit_credential WHERE unit_id >= $1 AND unit_id <= $2
ORDER BY unit_id, hash`

const sqlPicturesWithin = `
SELECT unit_id, order_id, digest
FROM photograph WHERE unit_id >= $1 AND unit_id <= $2
ORDER BY unit_id, order_id, digest`

const sqlSightedWithin = `
SELECT DISTINCT unit_id
FROM sighting WHERE unit_id >= $1 AND unit_id <= $2
ORDER BY unit_id`

const sqlProbedWithin = `
SELECT DISTINCT unit_id
FROM probe WHERE unit_id >= $1 AND unit_id <= $2
ORDER BY unit_id`
