package certify

import (
	"slices"
	"strings"

	"quitclaim/service/lifecycle"
	"quitclaim/warehouse/certificate"
)

// maxShort is how many characters of a name a certificate takes; its QR code
// grows with every one.
const maxShort = 32

// methodRotation is the method of a reset that was proven by a probe: the
// unit's credentials were replaced, and nobody saw its button held.
const methodRotation lifecycle.ResetKind = "rotation"

// Statement is what the certificate's bytes say. It is pure, for the store may
// ask for it again.
func Statement(s lifecycle.Snapshot, c lifecycle.Certificate, issuer, accreditedBy string) certificate.Certificate {
	method := lifecycle.ResetHard
	if c.Grade == lifecycle.GradeProbed {
		method = methodRotation
	}
	return certificate.Certificate{
		Code: c.Code, Issuer: short(issuer, string(c.Org)), Unit: s.Unit.Key,
		Model:  short(s.Model.Name, string(s.Model.ID)),
		Device: certificate.Fingerprint(s.Unit.DeviceKey), Epoch: c.Epoch, At: c.IssuedAt, Method: method,
		Firmware: short(c.Firmware, ""), Grade: c.Grade, Accreditation: short(accreditedBy, ""),
		SelfCustody: c.SelfCustody, Waived: waivedClouds(c.Waived),
	}
}

// waivedClouds are the clouds of the task ids, each once.
func waivedClouds(tasks []string) []string {
	var clouds []string
	for _, task := range tasks {
		// The verb has no dot in it; a cloud's name may.
		cloud := short(task[:max(strings.LastIndexByte(task, '.'), 0)], "")
		if cloud != "" && !slices.Contains(clouds, cloud) {
			clouds = append(clouds, cloud)
		}
	}
	return clouds
}

// short makes a name fit a certificate, which holds 32 characters of printable
// ASCII. A name without any is given up for the opaque id.
func short(name, otherwise string) string {
	plain := strings.NewReplacer(
		"ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "Ä", "Ae", "Ö", "Oe", "Ü", "Ue", "æ", "ae", "ø", "o", "å", "a",
		"à", "a", "á", "a", "â", "a", "ã", "a", "ç", "c", "è", "e", "é", "e", "ê", "e", "ë", "e", "í", "i", "î", "i",
		"ñ", "n", "ó", "o", "ô", "o", "õ", "o", "ú", "u", "û", "u", "É", "E", "Ø", "O", "Å", "A", "–", "-", "’", "'",
	).Replace(name)
	var out strings.Builder
	for _, r := range plain {
		if r >= ' ' && r <= '~' && out.Len() < maxShort {
			out.WriteRune(r)
		}
	}
	if text := strings.Trim(out.String(), " "); text != "" {
		return text
	}
	return otherwise
}
