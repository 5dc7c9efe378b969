package shelf

import (
	"errors"

	"quitclaim/service/lifecycle"
)

// Results says what became of each unit of a list.
type Results struct {
	Title   string // message code
	Done    int
	Refused int
	Rows    []ResultRow
	Back    string
}

// ResultRow is one unit of it.
type ResultRow struct {
	Path    string
	Key     lifecycle.UnitKey
	Made    string // path of what was made; empty: nothing
	Reasons []lifecycle.Reason
}

// ParseKeys are the units of a list, each as brand and serial.
func ParseKeys(texts []string) ([]lifecycle.UnitKey, error) {
	keys := make([]lifecycle.UnitKey, 0, len(texts))
	for _, text := range texts {
		key, err := lifecycle.ParseUnitKeyString(text)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// ResultsOf is the page about a list.
func ResultsOf(results []Result) Results {
	var view Results
	for _, result := range results {
		row := ResultRow{Path: UnitPath(result.Key), Key: result.Key, Reasons: reasonsOf(result.Err)}
		if result.Err == nil {
			view.Done++
		} else {
			view.Refused++
		}
		if made := result.Outcome.Change.Certificate; made != nil {
			row.Made = "/bench/certificates/" + string(made.Code)
		}
		view.Rows = append(view.Rows, row)
	}
	return view
}

// reasonsOf is why a unit of a list was left out: the rule's reasons, or that
// it is not there, which is all that is said of a unit that is not ours.
func reasonsOf(err error) []lifecycle.Reason {
	refusal := new(lifecycle.Refusal)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refusal):
		return refusal.Reasons
	}
	return []lifecycle.Reason{{Code: "bench.not-here"}}
}
