package scanner

import (
	"context"
	"time"

	"quitclaim/scanner/code"
	"quitclaim/scanner/photo"
	"quitclaim/service/lifecycle"
)

// pictureTime is how long a hard picture may keep a processor busy, unless the
// configuration says otherwise.
const pictureTime = 8 * time.Second

// ScanPicture reads the codes in an uploaded picture and gives the verdict on
// the one unit that they name. The picture itself is not kept.
func (s *Scanner) ScanPicture(ctx context.Context, actor lifecycle.Actor, purpose lifecycle.Purpose, file []byte) (Result, error) {
	picture, err := photo.Open(file)
	if err != nil {
		return Result{}, photo.Mistake("photo", err)
	}
	reading, cancel := context.WithTimeout(ctx, s.config.PictureTime)
	defer cancel()
	payloads := photo.Codes(reading, picture)
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	var all []sight
	for _, payload := range payloads {
		seen, err := s.read(ctx, payload)
		if err != nil {
			return Result{}, err
		}
		all = append(all, seen)
	}
	return s.judgeMany(ctx, actor, purpose, all)
}

// judgeMany gives the verdict on the unit that several codes name. Where they
// name different ones, somebody must say which is meant: a picture can show
// the neighbour's box.
func (s *Scanner) judgeMany(ctx context.Context, actor lifecycle.Actor, purpose lifecycle.Purpose, all []sight) (Result, error) {
	units := unitsAmong(all)
	var result Result
	switch {
	case len(all) == 0:
		result = Result{
			Verdict: lifecycle.VerdictUnknown, Read: code.Reading{Kind: code.KindUnknown, Redacted: "…"},
			Reasons: []lifecycle.Reason{{Code: "scanner.no-code"}},
		}
	case len(units) == 0:
		result = unreadable(best(all))
	case !agree(units):
		result = several(units)
	default:
		var err error
		if result, err = s.judge(ctx, actor, purpose, best(units)); err != nil {
			return Result{}, err
		}
	}
	for _, seen := range all {
		result.SecretsRedacted = result.SecretsRedacted || seen.reading.SecretsRedacted
	}
	return result, nil
}

// unitsAmong leaves out the codes of models, of the maker's app, of wireless
// networks: they stand beside the unit's own.
func unitsAmong(all []sight) []sight {
	var units []sight
	for _, seen := range all {
		if seen.reading.Unit() || len(seen.reading.Candidates) > 0 {
			units = append(units, seen)
		}
	}
	return units
}

// agree reports whether all name the same unit.
func agree(units []sight) bool {
	for _, seen := range units[1:] {
		same, _ := code.Compare(units[0].compared(), seen.compared())
		if !same {
			return false
		}
	}
	return true
}

// best is the sight that says most: of a unit on record, else of one with its
// brand, else the first.
func best(all []sight) sight {
	chosen, most := all[0], -1
	for _, seen := range all {
		says := 0
		switch {
		case seen.known:
			says = 3
		case seen.reading.Key != lifecycle.UnitKey{}:
			says = 2
		case seen.reading.GTIN != "":
			says = 1
		}
		if says > most {
			chosen, most = seen, says
		}
	}
	return chosen
}

// several asks which of the units is meant.
func several(units []sight) Result {
	reading := code.Reading{Kind: code.KindAmbiguous, Redacted: "…"}
	for _, seen := range units {
		if len(seen.reading.Candidates) > 0 {
			reading.Candidates = append(reading.Candidates, seen.reading.Candidates...)
			continue
		}
		reading.Candidates = append(reading.Candidates, seen.compared())
	}
	return Result{
		Verdict: lifecycle.VerdictUnknown, Read: reading, Reasons: []lifecycle.Reason{{Code: "scanner.several-units"}},
	}
}
