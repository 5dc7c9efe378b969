package main

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// mayTell is what rule 7 lets a former owner hear of their unit.
type mayTell struct {
	why   string
	after []string // which ends; nil: every one
}

// exempt are the doors that may tell. What is not here must answer in bytes, in
// headers and in the statements that are run as for a unit that never was.
func exempt() map[string]mayTell {
	own := mayTell{why: "their own past stays theirs"}
	contest := mayTell{why: "for 30 days they can contest an end that they did not ask for"}
	cancel := mayTell{why: "the fenced owner can cancel, with the unit's own fresh nonce"}
	knock := mayTell{why: "anybody may knock for a unit, and hears nothing without its key"}
	waiting := mayTell{"a unit that waits for an owner answers whoever tries to bind it", []string{"release", "hard reset"}}
	return map[string]mayTell{
		"GET /mine/past/:binding":             own,
		"GET /mine/past/:binding/looked":      own,
		"GET /v1/mine/past/:binding/looked":   own,
		"GET /mine/looked/:access":            own,
		"GET /v1/mine/looked/:access/proof":   own,
		"GET /v1/mine/looked/:access/leaf":    own,
		"GET /R/:code":                        mayTell{why: "whoever has a receipt may read it, and it names nobody"},
		"GET /r/:code":                        mayTell{why: "it leads to the receipt"},
		"POST /mine/past/:binding/contest":    contest,
		"POST /v1/mine/past/:binding/contest": contest,
		"POST /mine/past/:binding/delete":     own,
		"POST /v1/mine/past/:binding/delete":  own,
		"POST /mine/past/:binding/cancel":     cancel,
		"POST /v1/returns/:id/cancel-own":     cancel,
		"POST /device/v1/challenge":           knock,
		"POST /device/v1/report":              knock,
		"POST /mine/bind":                     waiting,
		"POST /v1/bindings":                   waiting,
	}
}

// tells reports whether a door may tell after this end.
func tells(route, end string) bool {
	may, ok := exempt()[route]
	return ok && (may.after == nil || slices.Contains(may.after, end))
}

// named are the values that name something of the former owner's. A row that is
// filled with one of another name must say here, or in notTheirs, what it is.
func named() []string {
	return []string{"serial", "payload", "binding", "past", "code", "return", "receipt", "ask", "consent", "look", "share", "sharecode"}
}

// notTheirs are values that a row may have besides, and that name nothing of
// the unit.
func notTheirs() []string {
	return []string{"brand", "adamail", "wrongproof", "proof", "nomail", "newjob", "taken", "token", "file", "version", "index", "tile", "setup", "certificate", "batch", "passkey", "session", "provider", "endedprovider", "model", "digest", "maillink", "stopcode", "addresslink", "addressstop"}
}

// ends are the ways in which carl's unit stops being his.
func ends() map[string]func(l *life) {
	return map[string]func(l *life){
		"release":  func(l *life) { l.letGo("carl") },
		"transfer": func(l *life) { l.offer("carl", "ada").accept("ada") },
		"return":   func(l *life) { l.takeBack("shop", true) },
		"hard reset": func(l *life) {
			l.speak(lifecycle.ResetHard)
			l.v["past"], l.live = l.live, ""
		},
		"return and certificate": func(l *life) { l.takeBack("shop", true).worked().certify() },
		"return and resale": func(l *life) {
			l.takeBack("shop", true).worked().certify().move("warehouse", "shop").sell("shop").bind("ada")
		},
	}
}

// TestTheFormerOwnerSeesWhatNeverWas is rule 7 over the whole binary: from the
// moment a unit was released, transferred, returned or reset, every request that
// its former owner can make about it has the answer of a unit that never was,
// and costs the same statements. The doors come from the registered routes, and
// what fills them from accessRows: a route without a row fails.
func TestTheFormerOwnerSeesWhatNeverWas(t *testing.T) {
	t.Parallel()
	w := newFormerWorld(t)
	doors := w.ownersDoors(t)
	for _, name := range slices.Sorted(maps.Keys(ends())) {
		t.Run(name, func(t *testing.T) {
			about, asked := w.formerly(t, ends()[name]), 0
			for _, d := range doors {
				d.scene = about.scene
				switch {
				case !d.namesUnit():
					about.silent(t, d)
				case !tells(d.row.route, name):
					asked++
					about.hears(t, name, d)
				}
			}
			t.Logf("%d doors", asked)
			if name == "transfer" {
				about.waits(t, doors)
			}
		})
	}
}

// ownersDoors are those that an owner passes.
func (w *formerWorld) ownersDoors(t *testing.T) []door {
	t.Helper()
	rows := map[string]row{}
	for _, r := range accessRows() {
		rows[r.route] = r
	}
	var doors []door
	naming := 0
	for _, route := range w.house.web.Routes().List() {
		rule, _ := access.RuleOf(route.Action)
		if w.shared.owners["carl"].refused(rule) != 0 {
			continue
		}
		r, ok := rows[route.Method+" "+route.Path]
		if !ok {
			t.Errorf("%s %s has no row in accessRows: say there what fills it", route.Method, route.Path)
			continue
		}
		d := door{w: w.accessWorld, route: route, row: r, failed: new(atomic.Int64)}
		for _, name := range d.fillings() {
			if !slices.Contains(named(), name) && !slices.Contains(notTheirs(), name) {
				t.Errorf("%s is filled with {%s}: say in named or notTheirs whether that is of the unit", r.route, name)
			}
		}
		if d.namesUnit() {
			naming++
		}
		doors = append(doors, d)
	}
	if naming < 30 {
		t.Errorf("only %d doors name a unit", naming)
	}
	return doors
}

// formerly is carl, who had a unit, and everything by which he can name it.
type formerly struct {
	w     *formerWorld
	scene *scene
	carl  caller
	real  values
}

// formerly makes a unit that was carl's, and was offered by him before, and
// ends that.
func (w *formerWorld) formerly(t *testing.T, end func(*life)) formerly {
	t.Helper()
	s := w.newScene(t)
	l := &life{t: t, s: s, v: s.never()}
	l.made().sell("shop").bind("carl").offer("carl", "dora").share("carl", "bob").share("carl", "").consented("carl").asked()
	known := maps.Clone(l.v) // to carl; the next owner's secret is not
	known["past"] = l.live
	end(l)
	known["return"], known["receipt"] = l.v["return"], l.v["receipt"]
	l.v = known
	return formerly{w, s, s.owners["carl"], l.v}
}

var braces = regexp.MustCompile(`\{([a-z]+)\}`)

// fillings are the names of the values that a row's request is filled with.
func (d door) fillings() []string {
	var names []string
	for part := range strings.SplitSeq(d.route.Path, "/") {
		name, isParam := strings.CutPrefix(part, ":")
		switch {
		case part == "*", isParam && !slices.Contains([]string{"brand", "serial", "task", "check", "digest", "version", "model"}, name):
			names = append(names, d.row.id)
		case isParam:
			names = append(names, name)
		}
	}
	for _, found := range braces.FindAllStringSubmatch(d.row.query+" "+d.row.body, -1) {
		names = append(names, found[1])
	}
	return names
}

// namesUnit reports whether the door is asked about a unit, or about anything
// of one.
func (d door) namesUnit() bool {
	return slices.ContainsFunc(d.fillings(), func(name string) bool { return slices.Contains(named(), name) }) && !ownAccount(d.route)
}

// hears holds one door's answer to carl about his old unit against the one
// about nothing.
func (f formerly) hears(t *testing.T, end string, d door) {
	t.Helper()
	nothing := f.scene.never()
	var never, got answer
	for range 3 { // a token's last use is noted now and then
		f.w.jump(61 * time.Minute) // throttles forget
		d.ask(f.carl, nothing)
		never, got = f.w.watched(d, f.carl, nothing), f.w.watched(d, f.carl, f.real)
		if got.body == never.body && got.told == never.told {
			break
		}
	}
	switch {
	case never.status != d.row.unknown(f.carl):
		t.Errorf("%s of a unit that never was: %d %s", d.row.route, never.status, never.gist())
	case got.body != never.body || got.told != never.told || got.status != never.status:
		t.Errorf("%s after %s: %d, of a unit that never was %d\n%s\n--\n%s", d.row.route, end, got.status, never.status, got.differs(never), never.differs(got))
	}
}

// patience is more than anybody may be wrong without having to wait.
const patience = 12

// waits asks each door again and again: who is to wait, after how many times and
// for how long, says nothing of the unit either.
func (f formerly) waits(t *testing.T, doors []door) {
	t.Helper()
	throttled := 0
	for _, d := range doors {
		d.scene = f.scene
		if !d.namesUnit() || tells(d.row.route, "transfer") {
			continue
		}
		series := func(v values) (answers []string) {
			f.w.jump(25 * time.Hour)
			for range patience {
				got := d.ask(f.carl, v)
				answers = append(answers, strings.TrimSpace(http.StatusText(got.status)+" "+got.header.Get("Retry-After")))
			}
			return answers
		}
		never, got := series(f.scene.never()), series(f.real)
		if !slices.Equal(never, got) {
			t.Errorf("%s, asked %d times: %q; of a unit that never was %q", d.row.route, patience, got, never)
		}
		if strings.HasPrefix(never[patience-1], http.StatusText(http.StatusTooManyRequests)) {
			throttled++
		}
	}
	if throttled < 5 {
		t.Errorf("%d doors make whoever guesses wait: the test looks at the wrong ones", throttled)
	}
}

// silent: what names no unit does not tell of this one either, but for carl's
// own past, what he signed in it, and what he was told when it ended.
func (f formerly) silent(t *testing.T, d door) {
	t.Helper()
	if d.route.Method != http.MethodGet || strings.Contains(d.route.Path, "/past") || strings.HasSuffix(d.route.Path, "/consents") || ownAccount(d.route) {
		return
	}
	got := d.ask(f.carl, f.scene.never())
	if got.status < 300 && strings.Contains(got.body, f.real["recorded"]) {
		t.Errorf("%s tells its former owner of it: %.300s", d.row.route, got.around(f.real["recorded"]))
	}
}

// ownAccount: what somebody was told, and what we hold about them, is of the
// past and stays theirs.
func ownAccount(route web.Route) bool {
	return strings.HasPrefix(route.Path, "/account/") || strings.HasPrefix(route.Path, "/v1/account/")
}

// formerWorld is the real house, with its clock and its statements in sight.
type formerWorld struct {
	*accessWorld
	set  *atomic.Int64 // so far from the real time
	seen *statements
	log  *logged
}

// jump sets the clock on.
func (w *formerWorld) jump(d time.Duration) { w.set.Add(int64(d)) }

// watched asks, and writes into the answer which statements that took, and what
// was logged of it. Statements that left lists are not counted.
func (w *formerWorld) watched(d door, c caller, v values, left ...*regexp.Regexp) answer {
	w.seen.took()
	w.log.took()
	got := d.ask(c, v)
	got.told += "log:\n" + w.log.took()
	got = d.plain(got, v)
	ran := slices.DeleteFunc(w.seen.took(), func(query string) bool {
		return slices.ContainsFunc(left, func(one *regexp.Regexp) bool { return one.MatchString(query) })
	})
	got.told += "statements:\n" + strings.Join(ran, "\n")
	return got
}
