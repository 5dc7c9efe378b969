package facts

// Statements for the units of an import. One for sixteen rows takes a third of
// the time that sixteen take; what is left over goes row by row.

// manyAtOnce is how many rows each of the long ones has.
const manyAtOnce = 16

const sqlClaimKeys = `
INSERT INTO lookup (kind, code, unit_id) VALUES
  ('unit', $1, $2),
  ('unit', $3, $4),
  ('unit', $5, $6),
  ('unit', $7, $8),
  ('unit', $9, $10),
  ('unit', $11, $12),
  ('unit', $13, $14),
  ('unit', $15, $16),
  ('unit', $17, $18),
  ('unit', $19, $20),
  ('unit', $21, $22),
  ('unit', $23, $24),
  ('unit', $25, $26),
  ('unit', $27, $28),
  ('unit', $29, $30),
  ('unit', $31, $32)
ON CONFLICT DO NOTHING`

const sqlClaimKey = `INSERT INTO lookup (kind, code, unit_id) VALUES ('unit', $1, $2) ON CONFLICT DO NOTHING`

const sqlClaimLabels = `
INSERT INTO lookup (kind, code, unit_id) VALUES
  ('label', $1, $2),
  ('label', $3, $4),
  ('label', $5, $6),
  ('label', $7, $8),
  ('label', $9, $10),
  ('label', $11, $12),
  ('label', $13, $14),
  ('label', $15, $16),
  ('label', $17, $18),
  ('label', $19, $20),
  ('label', $21, $22),
  ('label', $23, $24),
  ('label', $25, $26),
  ('label', $27, $28),
  ('label', $29, $30),
  ('label', $31, $32)
ON CONFLICT DO NOTHING`

const sqlClaimLabel = `INSERT INTO lookup (kind, code, unit_id) VALUES ('label', $1, $2) ON CONFLICT DO NOTHING`

// A unit that stands there had its key before us: those of our own claims have
// no row yet.
const sqlKnownKeys = `
SELECT l.code, l.unit_id, u.import_id, u.import_row FROM lookup l JOIN unit u ON u.unit_id = l.unit_id
WHERE l.kind = 'unit' AND l.code IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`

// $1 to $6 are the same for all: vendor, state, epoch, instant, custodian and
// import.
const sqlAddUnits = `
INSERT INTO unit (unit_id, brand, serial, serial_folded, gtin, model_id, device_key, import_row,
  vendor_id, state, epoch, epoch_at, custody, import_id, unconfirmed, version, has, registered_at)
VALUES
  ($7, $8, $9, $10, $11, $12, $13, $14, $1, $2, $3, $4, $5, $6, FALSE, 1, 0, $4),
  ($15, $16, $17, $18, $19, $20, $21, $22, $1, $2, $3, $4, $5, $6, FALSE, 1, 0, $4),
  ($23, $24, $25, $26, $27, $28, $29, $30, $1, $2, $3, $4, $5, $6, FALSE, 1, 0, $4),
  ($31, $32, $33, $34, $35, $36, $37, $38, $1, $2, $3, $4, $5, $6, FALSE, 1, 0, $4),
  ($39, $40, $41, $42, $43, $44, $45, $46, $1, $2, $3, $4, $5, $6, FALSE, 1, 0, $4),
  ($47, $48, $49, $50, $51, $52, $53, $54, $1, $2, $3, $4, $5, $6, FALSE, 1, 0, $4),
  ($55, $56, $57, $58, $59, $60, $61, $62, $1, $2, $3, $4, $5, $6, FALSE, 1, 0, $4),
  ($63, $64, $65, $66, $67, $68, $69, $70, $1, $2, $3, $4, $5, $6, FALSE, 1, 0, $4),
  ($71, $72, $73, $74, $75, $76, $77, $78, $1, $2, $3, $4, $5, $6, FALSE, 1, 0, $4),
  ($79, $80, $81, $82, $83, $84, $85, $86, $1, $2, $3, $4, $5, $6, FALSE, 1, 0, $4),
  ($87, $88, $89, $90, $91, $92, $93, $94, $1, $2, $3, $4, $5, $6, FALSE, 1, 0, $4),
  ($95, $96, $97, $98, $99, $100, $101, $102, $1, $2, $3, $4, $5, $6, FALSE, 1, 0, $4),
  ($103, $104, $105, $106, $107, $108, $109, $110, $1, $2, $3, $4, $5, $6, FALSE, 1, 0, $4),
  ($111, $112, $113, $114, $115, $116, $117, $118, $1, $2, $3, $4, $5, $6, FALSE, 1, 0, $4),
  ($119, $120, $121, $122, $123, $124, $125, $126, $1, $2, $3, $4, $5, $6, FALSE, 1, 0, $4),
  ($127, $128, $129, $130, $131, $132, $133, $134, $1, $2, $3, $4, $5, $6, FALSE, 1, 0, $4)`

const sqlAddImportedUnit = `
INSERT INTO unit (unit_id, brand, serial, serial_folded, gtin, model_id, device_key, import_row,
  vendor_id, state, epoch, epoch_at, custody, import_id, unconfirmed, version, has, registered_at)
VALUES ($7, $8, $9, $10, $11, $12, $13, $14, $1, $2, $3, $4, $5, $6, FALSE, 1, 0, $4)`
