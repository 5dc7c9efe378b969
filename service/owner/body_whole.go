package owner

import (
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// wholeBody is a unit of the reader's with all that is known of it.
type wholeBody struct {
	unitBody
	// Bindings are what we hold ourselves, Clouds what each cloud said just now.
	Bindings   []placeBody    `json:"bindings"`
	Clouds     []cloudBody    `json:"clouds"`
	Firmware   string         `json:"firmware,omitempty"` // as last reported
	ReportedAt web.Time       `json:"reported_at"`
	Newer      *newerFirmware `json:"newer_firmware"` // null: none is known
}

type placeBody struct {
	Kind  lifecycle.BindingKind `json:"kind"`
	Since web.Time              `json:"since"` // null: not known
	Mine  bool                  `json:"mine"`
	Known bool                  `json:"known"` // it is of a binding that we hold
	// Before: it is of before the unit was the reader's, and is to end.
	Before bool `json:"before,omitempty"`
}

type cloudBody struct {
	Cloud    string      `json:"cloud"`
	Known    bool        `json:"known"` // false: it did not answer
	Bindings []placeBody `json:"bindings"`
}

type newerFirmware struct {
	Version   string            `json:"version"`
	SHA256    string            `json:"sha256"`
	Signature []byte            `json:"signature"`
	Notes     map[string]string `json:"notes"`
	Minimum   bool              `json:"minimum"`
	URL       string            `json:"url,omitempty"`
}

func placeBodies(places []Place) []placeBody {
	bodies := make([]placeBody, len(places))
	for i, p := range places {
		bodies[i] = placeBody{p.Kind, web.Time(p.Since), p.Mine, p.Ours, p.Before}
	}
	return bodies
}

func wholeBodyOf(w Whole) wholeBody {
	body := wholeBody{
		unitBody: unitBodyOf(w.Holding), Bindings: placeBodies(w.Places), Clouds: make([]cloudBody, len(w.Clouds)),
		Firmware: w.Firmware, ReportedAt: web.Time(w.ReportedAt),
	}
	for i, word := range w.Clouds {
		body.Clouds[i] = cloudBody{word.Cloud, word.Known, placeBodies(word.Places)}
	}
	if f := w.Newer; f != nil {
		body.Newer = &newerFirmware{f.Version, f.SHA256, f.Signature, f.Notes, f.Minimum, f.Path()}
	}
	return body
}
