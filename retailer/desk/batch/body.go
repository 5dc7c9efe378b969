package batch

import (
	"fmt"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// errOther: what somebody saved on a device is sent in their name or not at all.
var errOther = fmt.Errorf("entry of somebody else's queue: %w", lifecycle.ErrForbidden)

// batchBody is a batch as the API says it.
type batchBody struct {
	ID        lifecycle.BatchID `json:"id"`
	OpenedAt  web.Time          `json:"opened_at"`
	Condition string            `json:"condition"`
	Reason    string            `json:"reason"`
	Count     int64             `json:"count"`
	ClosedAt  web.Time          `json:"closed_at"`
}

func batchBodyOf(b lifecycle.Batch) batchBody {
	return batchBody{b.ID, web.Time(b.OpenedAt), b.Condition, b.Reason, b.Entries, web.Time(b.ClosedAt)}
}

type palletBody struct {
	batchBody
	Summary summaryBody `json:"summary"`
	Entries []entryBody `json:"entries"`
}

type summaryBody struct {
	Taken    int `json:"taken"`
	Clear    int `json:"clear"`
	Bound    int `json:"bound"`
	Refused  int `json:"refused"`
	Unknown  int `json:"unknown"`
	Mismatch int `json:"mismatch"`
	Held     int `json:"held"`
	Late     int `json:"late"`
	Secrets  int `json:"secrets_redacted"`
	Open     int `json:"open"`
}

func palletBodyOf(c echo.Context, p Pallet) palletBody {
	s := p.Summary
	body := palletBody{
		batchBody: batchBodyOf(p.Batch), Entries: make([]entryBody, len(p.Entries)),
		Summary: summaryBody{s.Taken(), s.Clear, s.Bound, s.Refused, s.Unknown, s.Mismatch, s.Held, s.Late, s.Secrets, s.Open},
	}
	for i, entry := range p.Entries {
		body.Entries[i] = entryBodyOf(c, entry)
	}
	return body
}

type entryBody struct {
	ID              string               `json:"id"`
	Place           int64                `json:"place"`
	Brand           string               `json:"brand,omitempty"`
	Serial          string               `json:"serial,omitempty"`
	Shown           string               `json:"shown"`
	Verdict         lifecycle.Verdict    `json:"verdict"`
	State           lifecycle.EntryState `json:"state"`
	Reasons         []web.ProblemReason  `json:"reasons"`
	SecretsRedacted bool                 `json:"secrets_redacted"`
	Return          lifecycle.ReturnID   `json:"return,omitempty"`
	Settlement      string               `json:"settlement,omitempty"`
	ScannedAt       web.Time             `json:"scanned_at"`
	At              web.Time             `json:"at"`
	Queued          bool                 `json:"queued"`
}

func entryBodyOf(c echo.Context, e lifecycle.BatchEntry) entryBody {
	return entryBody{
		e.ID, e.Place, e.Key.Brand, e.Key.Serial, e.Shown, e.Verdict, e.State, web.Reasons(c, e.Reasons), e.SecretsRedacted, e.Return,
		e.Settlement, web.Time(e.ScannedAt), web.Time(e.At), e.Queued,
	}
}

type enteredBody struct {
	entryBody
	// Again: the unit was on the list already; this is its first entry.
	Again bool `json:"again"`
}

type againBody struct {
	Taken   int                 `json:"taken"`
	Reasons []web.ProblemReason `json:"reasons"`
}
