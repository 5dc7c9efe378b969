package audit

import (
	"encoding/hex"
	"net/url"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
	"quitclaim/warehouse/certificate"
)

// answerJSON is what anybody may know, for programs. Its names are those of
// the certificate's own fields.
type answerJSON struct {
	Code          lifecycle.CertificateCode `json:"code"`
	Verdict       lifecycle.Verdict         `json:"verdict"`
	Standing      lifecycle.Standing        `json:"standing"`
	Current       bool                      `json:"current"`
	Brand         string                    `json:"brand"`
	Serial        string                    `json:"serial"`
	Model         string                    `json:"model"`
	Device        string                    `json:"device"` // fingerprint of the unit's own key, hex
	Epoch         lifecycle.Epoch           `json:"epoch"`
	IssuedAt      web.Time                  `json:"issued_at"`
	AsOf          web.Time                  `json:"as_of"` // when its clouds were last asked
	Issuer        string                    `json:"issuer"`
	Accreditation string                    `json:"accreditation"`
	SelfCustody   bool                      `json:"self_custody"`
	Grade         lifecycle.Grade           `json:"grade"`
	Method        lifecycle.ResetKind       `json:"method"`
	Firmware      string                    `json:"firmware"`
	Waived        []string                  `json:"waived"`
	Bytes         []byte                    `json:"bytes"` // the signed certificate
	Key           string                    `json:"key"`   // id of the key that signed
	Proof         string                    `json:"proof"` // path of the inclusion proof
}

func asJSON(a Answer) answerJSON {
	s := a.Stated
	return answerJSON{
		Code: s.Code, Verdict: a.Verdict, Standing: a.Standing, Current: a.Current, Brand: s.Unit.Brand, Serial: s.Unit.Serial, Model: s.Model,
		Device: hex.EncodeToString(s.Device[:]), Epoch: s.Epoch, IssuedAt: web.Time(s.At), AsOf: web.Time(a.AsOf),
		Issuer: a.Issuer, Accreditation: s.Accreditation, SelfCustody: s.SelfCustody, Grade: s.Grade, Method: s.Method,
		Firmware: s.Firmware, Waived: append([]string{}, s.Waived...), Bytes: a.Bytes, Key: a.Key.String(),
		Proof: proofPath(a),
	}
}

func proofPath(a Answer) string { return "/C/" + string(a.Stated.Code) + proofSuffix }

// view is the public page.
type view struct {
	Answer
	Answered web.VerdictView
	// Next are the message codes of what to do now, in order.
	Next  []string
	Bind  string // where its buyer binds it; empty: it is not the moment
	Proof string
	Text  string // the whole certificate, as its QR code says it
}

func (h *Handler) viewOf(a Answer) view {
	standing := string(a.Standing)
	v := view{
		Answer: a, Next: nextOf(a.Standing), Proof: proofPath(a), Text: certificate.Text(h.audit.host, a.Bytes),
		Answered: web.VerdictView{Verdict: a.Verdict, Title: "audit.is." + standing, Sentence: "audit.says." + standing},
	}
	if a.Standing == lifecycle.StandsForSale && len(a.Stated.Waived) > 0 {
		v.Answered.Sentence = "audit.says.waived"
	}
	if a.Standing == lifecycle.StandsSold {
		unit := url.Values{"brand": {a.Stated.Unit.Brand}, "serial": {a.Stated.Unit.Serial}}
		v.Bind = "/mine/bind?" + unit.Encode()
	}
	return v
}

// nextOf is what whoever has the box in their hands should do.
func nextOf(standing lifecycle.Standing) []string {
	switch standing {
	case lifecycle.StandsForSale:
		return []string{"audit.next.compare", "audit.next.till", "audit.next.reset"}
	case lifecycle.StandsUnproven:
		return []string{"audit.next.ask", "audit.next.compare"}
	case lifecycle.StandsSold:
		return []string{"audit.next.compare", "audit.next.reset", "audit.next.bind", "audit.next.refused"}
	case lifecycle.StandsBound:
		return []string{"audit.next.yours", "audit.next.not-yours"}
	case lifecycle.StandsPast:
		return []string{"audit.next.bought", "audit.next.new-certificate", "audit.next.hand-over"}
	}
	return []string{"audit.next.unplug", "audit.next.take-back"}
}
