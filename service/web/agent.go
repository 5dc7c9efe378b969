package web

import "strings"

// describeAgent is a plain description of a browser for its own person: the
// names that stand in its User-Agent (RFC 9110 section 10.1.5), as far as they
// are well known. It decides nothing, for anybody can send any.
func describeAgent(agent string) (browser, system string) {
	return named(agent, browsers()), named(agent, systems())
}

// mark is a text in a User-Agent, and what it stands for.
type mark struct{ in, name string }

// browsers in an order in which the first found is right: nearly all of them
// claim to be Chrome and Safari as well.
func browsers() []mark {
	return []mark{
		{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"},
		{"CriOS/", "Chrome"}, {"Chromium/", "Chromium"}, {"HeadlessChrome/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
	}
}

// systems: phones say Linux and Mac OS X, too.
func systems() []mark {
	return []mark{
		{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"CrOS", "ChromeOS"}, {"Windows", "Windows"},
		{"Macintosh", "Mac"}, {"Linux", "Linux"},
	}
}

func named(agent string, marks []mark) string {
	for _, m := range marks {
		if strings.Contains(agent, m.in) {
			return m.name
		}
	}
	return ""
}
