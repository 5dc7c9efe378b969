package paper

import (
	"strconv"
	"strings"
	"time"
)

// section is a part of the paper: what, how, who.
type section struct {
	title string
	rows  []row
}

type row struct{ label, value string }

// sections puts the record into words, field by field in the order of the
// standard's sample form (SP 800-88r1, appendix G).
func sections(r Record, words Words) []section {
	t := func(code string) string { return words(code, nil) }
	field := func(code, value string) row {
		if value == "" {
			value = t("paper.not-known")
		}
		return row{t("paper.field." + code), value}
	}
	media := "paper.media.built-in"
	if r.RemovableMedia {
		media = "paper.media.with-card"
	}
	what := []row{
		field("manufacturer", r.Manufacturer), field("brand", r.Brand), field("model", r.Model), field("serial", r.Serial),
		field("property", r.PropertyNumber), field("media", t(media)),
		field("source", words("paper.source."+r.Source, map[string]string{"day": day(r.ReturnedAt, t("paper.not-known"))})),
	}
	how := []row{
		field("category", t("paper.category-not-known")), field("method", t("paper.method."+string(r.Method))),
		field("tool", words("paper.tool."+r.Tool, map[string]string{"version": known(r.ToolVersion, t("paper.not-known"))})),
		field("verification", t("paper.verification."+string(r.Verified))), field("destination", t("paper.destination."+r.Destination)),
	}
	if len(r.Waived) > 0 {
		how = append(how, field("waived", words("paper.waived", map[string]string{"clouds": strings.Join(r.Waived, ", ")})))
	}
	custody := "paper.custody.other"
	if r.SelfCustody {
		custody = "paper.custody.own"
	}
	who := []row{
		field("organisation", r.Organisation), field("accreditation", r.Accreditation), field("custody", t(custody)),
		field("date", minute(r.IssuedAt)), field("epoch", strconv.FormatInt(int64(r.Epoch), 10)),
		field("performed", t("paper.person.technician")), field("verified", t("paper.person.validator")),
		field("place", value(r.Place)), field("contact", value(r.Contact)),
		field("code", string(r.Code)), field("signature", words("paper.signed", map[string]string{"key": r.Key})),
	}
	return []section{{t("paper.what"), what}, {t("paper.how"), how}, {t("paper.who"), who}}
}

// day and minute are written as ISO 8601 has them, which every language reads.
func day(t Time, otherwise string) string {
	if time.Time(t).IsZero() {
		return otherwise
	}
	return time.Time(t).UTC().Format(time.DateOnly)
}

func minute(t Time) string { return time.Time(t).UTC().Format("2006-01-02 15:04 UTC") }

func known(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func value(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
