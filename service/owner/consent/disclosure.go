package consent

import (
	"strings"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// Disclosure is the message codes of what an owner reads before they consent,
// in order. Their sentences, in the owner's language, are what they sign by its
// version: whoever changes a word changes that.
func Disclosure(purpose access.ConsentPurpose) []string {
	return []string{
		"consent.disclosure.what", "consent.disclosure.who", "consent.disclosure.see." + string(purpose),
		"consent.disclosure.not-see", "consent.disclosure.ends", "consent.disclosure.record", "consent.disclosure.free",
	}
}

// Text is the canonical text of a disclosure: its sentences, each ended by a
// line feed.
func Text(purpose access.ConsentPurpose, sentence func(code string) string) string {
	var text strings.Builder
	for _, code := range Disclosure(purpose) {
		text.WriteString(sentence(code) + "\n")
	}
	return text.String()
}

// versionIn is the version of the words in a language, whatever the request's
// reader chose since they read them.
func versionIn(c echo.Context, language string, purpose access.ConsentPurpose) (access.DisclosureVersion, error) {
	web.Speak(c, language)
	if string(web.Words(c).Language()) != language {
		var wrong lifecycle.Invalid
		wrong.Add("language", "language.unknown")
		return access.DisclosureVersion{}, wrong.Err()
	}
	return shownIn(c, purpose).DisclosureVersion, nil
}

// shown is a disclosure as its reader has it before them.
type shown struct {
	access.DisclosureVersion
	Text string `json:"text"`
}

// shownIn is the disclosure in the language of the request.
func shownIn(c echo.Context, purpose access.ConsentPurpose) shown {
	words := web.Words(c)
	text := Text(purpose, func(code string) string { return words.Text(code, nil) })
	return shown{access.HashDisclosure(string(words.Language()), text), text}
}
