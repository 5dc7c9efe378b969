package scanner

import (
	"context"
	"errors"
	"fmt"

	"quitclaim/scanner/code"
	"quitclaim/service/lifecycle"
)

// kindLabel is how the record calls the codes of our unit labels.
const kindLabel = "label"

// sight is a reading, and the unit on record that it names.
type sight struct {
	reading  code.Reading
	known    bool // snapshot is of the unit
	snapshot lifecycle.Snapshot
	model    string // the name of the model of the reading's product number
	// receipt is the release that a receipt is about; nil: the code is none.
	receipt *lifecycle.ReleaseReceipt
}

// see reads what was scanned, or typed instead.
func (s *Scanner) see(ctx context.Context, q Question) (sight, error) {
	if q.Key == (lifecycle.UnitKey{}) {
		return s.read(ctx, q.Payload)
	}
	// People type setup codes where a serial is asked for.
	if typed := code.Parse(q.Key.Serial, code.Rules{}); typed.SecretsRedacted {
		return sight{reading: typed}, nil
	}
	seen := sight{reading: code.Reading{Kind: code.KindSerial, Key: q.Key, Serial: q.Key.Serial, Redacted: q.Key.Serial}}
	return s.find(ctx, seen)
}

// Read says what a payload is, without its secrets. Nothing of the payload goes
// further than this.
func (s *Scanner) Read(ctx context.Context, payload string) (code.Reading, error) {
	seen, err := s.parse(ctx, payload)
	return seen.reading, err
}

// read is Read, and looks the unit up.
func (s *Scanner) read(ctx context.Context, payload string) (sight, error) {
	seen, err := s.parse(ctx, payload)
	if err != nil {
		return sight{}, err
	}
	return s.find(ctx, seen)
}

// parse reads a payload by this site's rules, and asks the record which brand
// a product number belongs to.
func (s *Scanner) parse(ctx context.Context, payload string) (sight, error) {
	models := &models{ctx: ctx, store: s.config.Store, found: map[string]lifecycle.Model{}}
	rules := s.config.Rules
	rules.Brand = models.brand
	seen := sight{reading: code.Parse(payload, rules)}
	if seen.reading.GTIN != "" {
		models.brand(seen.reading.GTIN)
		seen.model = models.found[seen.reading.GTIN].Name
	}
	return seen, models.err
}

// find looks up the unit that the reading names, if it names one.
func (s *Scanner) find(ctx context.Context, seen sight) (sight, error) {
	var err error
	switch reading := seen.reading; {
	case reading.Kind == code.KindLabel:
		var unit lifecycle.Unit
		if unit, err = s.config.Store.UnitByCode(ctx, kindLabel, reading.Label); err == nil {
			seen.snapshot, err = s.config.Store.Snapshot(ctx, unit.ID)
		}
	case reading.Kind == code.KindReceipt:
		var released lifecycle.ReleaseReceipt
		if released, err = s.config.Store.ReleaseReceipt(ctx, hashOf(reading.Receipt)); err == nil {
			seen.receipt = &released
			seen.snapshot, err = s.config.Store.Snapshot(ctx, released.Unit)
		}
	case reading.Unit() && reading.Key != lifecycle.UnitKey{}:
		seen.snapshot, err = s.config.Store.SnapshotByKey(ctx, reading.Key)
	default:
		return seen, nil
	}
	if errors.Is(err, lifecycle.ErrNotFound) {
		return seen, nil
	}
	if err != nil {
		return sight{}, fmt.Errorf("find scanned unit: %w", err)
	}
	seen.known = true
	return seen, nil
}

// compared is the reading as it is held against another: what the code does
// not say, a label least of all, the record may know.
func (seen sight) compared() code.Reading {
	reading := seen.reading
	if !seen.known {
		return reading
	}
	unit := seen.snapshot.Unit
	if reading.Kind == code.KindLabel || reading.Kind == code.KindReceipt {
		reading.Kind = code.KindSerial
	}
	reading.Key, reading.Serial = unit.Key, unit.Key.Serial
	if reading.GTIN == "" {
		reading.GTIN = unit.GTIN
	}
	return reading
}

// compare holds the code of the box against that of the unit. Where one of
// them cannot be read the answer is unknown, not mismatch: then it is the
// code that is wrong, and perhaps not the unit.
func compare(box, unit sight) (apart Result, agree bool) {
	agree, reasons := code.Compare(box.compared(), unit.compared())
	if agree {
		return Result{}, true
	}
	apart = base(box)
	apart.Verdict, apart.Reasons = lifecycle.VerdictMismatch, reasons
	apart.SecretsRedacted = box.reading.SecretsRedacted || unit.reading.SecretsRedacted
	for _, side := range []sight{box, unit} {
		if lifecycle.HasReason(reasons, "code.cannot-compare") {
			apart.Verdict = lifecycle.VerdictUnknown
			apart.Reasons = append(apart.Reasons, side.reading.Reasons...)
		}
	}
	return apart, false
}

// models answers the parser's question which brand a product number belongs
// to, asks the record once per number, and keeps the first failure: the parser
// takes no errors.
type models struct {
	ctx   context.Context
	store store
	found map[string]lifecycle.Model
	err   error
}

func (m *models) brand(gtin string) (string, bool) {
	if model, asked := m.found[gtin]; asked {
		return model.Brand, model.Brand != ""
	}
	model, err := m.store.ModelByGTIN(m.ctx, gtin)
	if err != nil {
		model = lifecycle.Model{}
		if !errors.Is(err, lifecycle.ErrNotFound) && m.err == nil {
			m.err = fmt.Errorf("find model of a product number: %w", err)
		}
	}
	m.found[gtin] = model
	return model.Brand, model.Brand != ""
}

// differ reports whether both sides say something, and not the same.
func differ(a, b string) bool { return a != "" && b != "" && a != b }
