package facts

import (
	"fmt"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlReport = `
SELECT at, epoch, kind, firmware, verifier, network, presence, digest
FROM report WHERE unit_id = $1`

func report(tx *engine.Tx, unit lifecycle.UnitID) (*lifecycle.Report, error) {
	list, err := engine.List(tx, sqlReport, []any{string(unit)}, scanReport)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

func scanReport(scan engine.Scan) (lifecycle.Report, error) {
	var r lifecycle.Report
	err := scan(engine.Instant{To: &r.At}, &r.Epoch, engine.TextTo(&r.Kind), engine.TextTo(&r.Firmware),
		engine.TextTo(&r.Verifier), engine.TextTo(&r.Network), engine.TextTo(&r.Presence), engine.TextTo(&r.Digest))
	return r, err
}

const sqlPutReport = `
INSERT INTO report (unit_id, epoch, at, kind, firmware, verifier, network, presence, digest)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (unit_id) DO UPDATE SET epoch = excluded.epoch, at = excluded.at, kind = excluded.kind,
  firmware = excluded.firmware, verifier = excluded.verifier, network = excluded.network,
  presence = excluded.presence, digest = excluded.digest`

func putReport(tx *engine.Tx, unit lifecycle.UnitID, r lifecycle.Report) error {
	_, err := tx.Exec(sqlPutReport, string(unit), int64(r.Epoch), r.At.UnixMilli(), string(r.Kind),
		engine.Opt(r.Firmware), engine.Opt(r.Verifier), engine.Opt(r.Network), engine.Opt(r.Presence),
		engine.Opt(r.Digest))
	if err != nil {
		return fmt.Errorf("write report of %s: %w", unit, err)
	}
	return nil
}
