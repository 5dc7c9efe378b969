package audit

import (
	"encoding/hex"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// answerJSON is what anybody may know, for programs. Its names are those of
// the certificate's own fields.
type answerJSON struct {
	Code          lifecycle.CertificateCode `json:"code"`
	Verdict       lifecycle.Verdict         `json:"verdict"`
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
		Code: s.Code, Verdict: a.Verdict, Current: a.Current, Brand: s.Unit.Brand, Serial: s.Unit.Serial, Model: s.Model,
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
	Proof    string
}

func viewOf(a Answer) view {
	v := web.VerdictView{Verdict: a.Verdict, Sentence: "audit.clear"}
	switch {
	case a.Verdict == lifecycle.VerdictHeld:
		v.Sentence = "audit.held"
	case a.Verdict == lifecycle.VerdictUnknown:
		v.Sentence = "audit.history"
	case len(a.Stated.Waived) > 0:
		v.Sentence = "audit.clear-waived"
	}
	return view{Answer: a, Answered: v, Proof: proofPath(a)}
}
