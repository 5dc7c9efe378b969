package release

import (
	"fmt"

	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// releasedBody is a release in JSON.
type releasedBody struct {
	Brand      string   `json:"brand"`
	Serial     string   `json:"serial"`
	ReleasedAt web.Time `json:"released_at"`
	Receipt    codeBody `json:"receipt"`
}

type codeBody struct {
	Code string `json:"code"`
	URL  string `json:"url"`
}

// planBody is what a release would end, and what would remain.
type planBody struct {
	Brand  string      `json:"brand"`
	Serial string      `json:"serial"`
	Model  string      `json:"model"`
	Shares []shareBody `json:"shares"`
	Offer  bool        `json:"offer"`
	Held   bool        `json:"held"`
	Clouds []cloudBody `json:"clouds"`
}

type shareBody struct {
	Kind  lifecycle.BindingKind `json:"kind"`
	Count int                   `json:"count"`
}

// cloudBody is one cloud's word; all but its name and what it keeps is missing
// where it did not answer.
type cloudBody struct {
	Cloud       string            `json:"cloud"`
	Known       bool              `json:"known"`
	Eligibility cloud.Eligibility `json:"eligibility,omitempty"`
	// Blockers are message keys: see the message files.
	Blockers []string    `json:"blockers"`
	Bound    []shareBody `json:"bound"`
	Others   int         `json:"others"` // neither yours nor known to us
	Keeps    []dataBody  `json:"keeps"`
}

type dataBody struct {
	Kind       cloud.DataKind `json:"kind"`
	Erasable   bool           `json:"erasable"`
	PurgedDays int            `json:"purged_days,omitempty"`
}

func sharesOf(shares []Share) []shareBody {
	bodies := make([]shareBody, len(shares))
	for i, share := range shares {
		bodies[i] = shareBody(share)
	}
	return bodies
}

func planBodyOf(p Plan) planBody {
	body := planBody{p.Key.Brand, p.Key.Serial, p.Model, sharesOf(p.Shares), p.Offer, p.Held, make([]cloudBody, len(p.Clouds))}
	for i, c := range p.Clouds {
		one := cloudBody{
			Cloud: c.Name, Known: c.Known, Eligibility: c.Eligibility, Blockers: []string{}, Bound: sharesOf(c.Links), Others: c.Others,
			Keeps: []dataBody{},
		}
		for _, keys := range c.Words {
			one.Blockers = append(one.Blockers, keys[0])
		}
		for _, data := range c.Keeps {
			one.Keeps = append(one.Keeps, dataBody{data.Kind, data.Erasable, int(data.Purged.Hours() / 24)})
		}
		body.Clouds[i] = one
	}
	return body
}

// receiptBody is what anybody who has its code may know of a release.
type receiptBody struct {
	Code       string    `json:"code"`
	Brand      string    `json:"brand"`
	Serial     string    `json:"serial"`
	Model      string    `json:"model"`
	ReleasedAt web.Time  `json:"released_at"`
	Clouds     []endBody `json:"clouds"`
	Index      *int64    `json:"ledger_index"` // null: it has no place yet
	Proof      string    `json:"proof,omitempty"`
}

type endBody struct {
	Cloud   string   `json:"cloud"`
	Ended   Progress `json:"ended"`
	EndedAt web.Time `json:"ended_at"`
	Erased  Progress `json:"erased,omitempty"`
	// KeptUntil is when what it keeps is deleted; null: it is, or nobody knows when.
	KeptUntil web.Time `json:"kept_until"`
}

func receiptBodyOf(r Receipt) receiptBody {
	body := receiptBody{r.Code, r.Key.Brand, r.Key.Serial, r.Model, web.Time(r.At), make([]endBody, len(r.Ends)), r.Index, ""}
	for i, end := range r.Ends {
		body.Clouds[i] = endBody{end.Cloud, end.Bound, web.Time(end.At), end.Erased, web.Time(end.KeptUntil)}
	}
	if r.Index != nil {
		body.Proof = fmt.Sprintf("/log/proof/%d", *r.Index)
	}
	return body
}
