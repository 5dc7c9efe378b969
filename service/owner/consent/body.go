package consent

import (
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/web"
)

func asTime(t web.Time) time.Time { return time.Time(t) }

type overviewBody struct {
	Asks     []askBody     `json:"asks"`
	Consents []consentBody `json:"consents"`
}

type askBody struct {
	ID           string   `json:"id"`
	Brand        string   `json:"brand"`
	Serial       string   `json:"serial"`
	Agent        string   `json:"agent"`
	Organisation string   `json:"organisation"`
	Purpose      string   `json:"purpose"`
	From         web.Time `json:"recordings_from"`
	To           web.Time `json:"recordings_to"`
	Hours        int64    `json:"hours"`
	Case         string   `json:"case"`
	ExpiresAt    web.Time `json:"expires_at"`
	// Disclosure is what an app shows before it begins a signature.
	Disclosure shown `json:"disclosure"`
}

type consentBody struct {
	ID           string   `json:"id"`
	Brand        string   `json:"brand"`
	Serial       string   `json:"serial"`
	Agent        string   `json:"agent"`
	Organisation string   `json:"organisation"`
	Purpose      string   `json:"purpose"`
	From         web.Time `json:"recordings_from"`
	To           web.Time `json:"recordings_to"`
	Since        web.Time `json:"since"`
	Until        web.Time `json:"until"`
	RevokedAt    web.Time `json:"revoked_at"`
	Over         string   `json:"over,omitempty"`
	// Statement is what was signed, Disclosure which words.
	Statement  string                   `json:"statement"`
	Disclosure access.DisclosureVersion `json:"disclosure"`
}

func overviewBodyOf(c echo.Context, all Overview) overviewBody {
	body := overviewBody{Asks: []askBody{}, Consents: []consentBody{}}
	for _, a := range all.Asked {
		body.Asks = append(body.Asks, askBody{
			a.ID, a.Key.Brand, a.Key.Serial, a.Who.Name, a.Who.Org, string(a.Terms.Purpose), web.Time(a.Terms.From),
			web.Time(a.Terms.To), a.Terms.Hours, a.Terms.Case, web.Time(a.ExpiresAt),
			shownIn(c, a.Terms.Purpose),
		})
	}
	for _, g := range append(all.Open, all.Past...) {
		body.Consents = append(body.Consents, consentBody{
			g.ID, g.Key.Brand, g.Key.Serial, g.Who.Name, g.Who.Org, string(g.For), web.Time(g.From), web.Time(g.To),
			web.Time(g.Since), web.Time(g.Until), web.Time(g.Ended), string(g.HeldConsent.Over), string(g.Statement()), g.Words,
		})
	}
	return body
}

type codeBody struct {
	Code  string   `json:"code"`
	Until web.Time `json:"until"`
}

type givenBody struct {
	ID    string   `json:"id"`
	Until web.Time `json:"until"`
}

type lookBody struct {
	ID           string   `json:"id"`
	At           web.Time `json:"at"`
	Agent        string   `json:"agent"`
	Organisation string   `json:"organisation"`
	Consent      string   `json:"consent"`
	Purpose      string   `json:"purpose,omitempty"`
	Reason       string   `json:"reason"`
	Note         string   `json:"note,omitempty"`
	Shown        []string `json:"shown,omitempty"`
	Refused      string   `json:"refused,omitempty"`
	Index        int64    `json:"index"`
}

func lookBodies(looks Looks) []lookBody {
	bodies := make([]lookBody, len(looks.Items))
	for i, l := range looks.Items {
		bodies[i] = lookBody{
			l.ID, web.Time(l.At), l.Who.Name, l.Who.Org, l.Consent, string(l.For), string(l.Reason), l.Note, l.Shown,
			string(l.Refused), l.Index,
		}
	}
	return bodies
}
