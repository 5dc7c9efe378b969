package support

import (
	"time"

	"quitclaim/service/access"
	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// termsInput is what an agent asks for. Recordings are named by days, UTC.
type termsInput struct {
	Purpose string `json:"purpose" form:"purpose" validate:"required,oneof=live-support review"`
	Hours   int64  `json:"hours" form:"hours" validate:"required,min=1,max=24"`
	FromDay string `json:"from_day" form:"from_day" validate:"printable,max=10"`
	ToDay   string `json:"to_day" form:"to_day" validate:"printable,max=10"`
	Case    string `json:"case" form:"case" validate:"required,printable,max=40"`
}

// termsOf are the terms; those that make no sense are told at their fields.
func (t termsInput) termsOf() (access.ConsentTerms, error) {
	terms := access.ConsentTerms{Purpose: access.ConsentPurpose(t.Purpose), Hours: t.Hours, Case: t.Case}
	if t.FromDay != "" || t.ToDay != "" {
		from, errFrom := time.Parse(time.DateOnly, t.FromDay)
		to, errTo := time.Parse(time.DateOnly, t.ToDay)
		if errFrom != nil || errTo != nil {
			var wrong lifecycle.Invalid
			wrong.Add("to_day", "support.days-not-both")
			return terms, wrong.Err()
		}
		terms.From, terms.To = from, to.AddDate(0, 0, 1) // the last day, too
	}
	if wrong := terms.Check(); wrong != nil {
		for i := range wrong.Reasons {
			if wrong.Reasons[i].Field == "to" {
				wrong.Reasons[i].Field = "to_day"
			}
		}
		return terms, wrong
	}
	return terms, nil
}

type askInput struct {
	Brand   string `json:"brand" form:"brand" validate:"required,brand"`
	Serial  string `json:"serial" form:"serial" validate:"required,serial"`
	Purpose string `json:"purpose" form:"purpose" validate:"required,oneof=live-support review"`
	Hours   int64  `json:"hours" form:"hours" validate:"required,min=1,max=24"`
	FromDay string `json:"from_day" form:"from_day" validate:"printable,max=10"`
	ToDay   string `json:"to_day" form:"to_day" validate:"printable,max=10"`
	Case    string `json:"case" form:"case" validate:"required,printable,max=40"`
}

func (in askInput) terms() (access.ConsentTerms, error) {
	return termsInput{in.Purpose, in.Hours, in.FromDay, in.ToDay, in.Case}.termsOf()
}

type codeInput struct {
	Code    string `json:"code" form:"code" validate:"required,printable,max=40"`
	Purpose string `json:"purpose" form:"purpose" validate:"required,oneof=live-support review"`
	Hours   int64  `json:"hours" form:"hours" validate:"required,min=1,max=24"`
	FromDay string `json:"from_day" form:"from_day" validate:"printable,max=10"`
	ToDay   string `json:"to_day" form:"to_day" validate:"printable,max=10"`
	Case    string `json:"case" form:"case" validate:"required,printable,max=40"`
}

func (in codeInput) terms() (access.ConsentTerms, error) {
	return termsInput{in.Purpose, in.Hours, in.FromDay, in.ToDay, in.Case}.termsOf()
}

type openInput struct {
	Reason string `json:"reason" form:"reason" validate:"required"`
	Note   string `json:"note" form:"note" validate:"required,printable,max=400"`
}

func (in openInput) attested() Attested {
	return Attested{Reason: access.AccessReason(in.Reason), Note: in.Note}
}

// consentBody names the unit, whose serial the agent knows, and no owner.
type consentBody struct {
	ID      string   `json:"id"`
	Brand   string   `json:"brand"`
	Serial  string   `json:"serial"`
	Model   string   `json:"model"`
	Purpose string   `json:"purpose"`
	From    web.Time `json:"recordings_from,omitzero"`
	To      web.Time `json:"recordings_to,omitzero"`
	Since   web.Time `json:"since"`
	Until   web.Time `json:"until"`
}

func consentBodyOf(c access.HeldConsent) consentBody {
	return consentBody{
		c.ID, c.Key.Brand, c.Key.Serial, c.Model, string(c.For), web.Time(c.From), web.Time(c.To), web.Time(c.Since), web.Time(c.Until),
	}
}

type openedBody struct {
	Access string   `json:"access"`
	Index  int64    `json:"index"`
	Until  web.Time `json:"until"`
}

type overBody struct {
	Why string `json:"why"`
}

type shownBody struct {
	Access    string      `json:"access"`
	Brand     string      `json:"brand"`
	Serial    string      `json:"serial"`
	Model     string      `json:"model"`
	Purpose   string      `json:"purpose"`
	Until     web.Time    `json:"until"`
	State     string      `json:"state"`
	Firmware  string      `json:"firmware,omitempty"`
	ContactAt web.Time    `json:"contact_at"`
	Clouds    []cloudBody `json:"clouds"`
	Tasks     []taskBody  `json:"tasks"`
}

type cloudBody struct {
	Name       string          `json:"name"`
	Answers    bool            `json:"answers"`
	Recordings *recordingsBody `json:"recordings,omitempty"`
}

// recordingsBody is what a cloud tells of recordings: whether there are any, and
// from when. Media is never in it.
type recordingsBody struct {
	Any    bool     `json:"any"`
	Oldest web.Time `json:"oldest"`
	Newest web.Time `json:"newest"`
}

type taskBody struct {
	Verb  string `json:"verb"`
	Cloud string `json:"cloud,omitempty"`
	State string `json:"state"`
}

func shownBodyOf(s Shown) shownBody {
	body := shownBody{
		Access: s.Access, Brand: s.Key.Brand, Serial: s.Key.Serial, Model: s.Model, Purpose: string(s.For), Until: web.Time(s.Until),
		State: string(s.State), Firmware: s.Firmware, ContactAt: web.Time(s.ContactAt), Clouds: []cloudBody{}, Tasks: []taskBody{},
	}
	for _, c := range s.Clouds {
		body.Clouds = append(body.Clouds, cloudBody{c.Name, c.Answers, recordingsOf(s, c.Recordings, c.Answers)})
	}
	for _, t := range s.Tasks {
		body.Tasks = append(body.Tasks, taskBody{string(t.Verb), t.Cloud, string(t.State)})
	}
	return body
}

func recordingsOf(s Shown, span cloud.Span, answers bool) *recordingsBody {
	if !s.Review() || !answers {
		return nil
	}
	return &recordingsBody{span.Any, web.Time(span.Oldest), web.Time(span.Newest)}
}
