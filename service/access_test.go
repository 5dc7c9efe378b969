package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"quitclaim/service/access"
	"quitclaim/service/web"
)

// TestAccess asks every door as everybody, about what is theirs, somebody
// else's, another organisation's, of an older epoch, and about what never was.
// Who passes a door's rule comes from the access table; what is theirs behind
// it, from the rows of accessRows. A route without a row fails, and so does a
// row without a route.
//
// The answer for what is not theirs must be the one for what never was, to the
// last byte. Time is not measured: the store has no hook that counts reads.
func TestAccess(t *testing.T) {
	t.Parallel()
	w := newAccessWorld(t)
	rows := map[string]row{}
	for _, r := range accessRows() {
		if _, twice := rows[r.route]; twice {
			t.Errorf("two rows for %s", r.route)
		}
		rows[r.route] = r
	}
	var cases atomic.Int64
	t.Run("routes", func(t *testing.T) {
		for _, route := range w.house.web.Routes().List() {
			name := route.Method + " " + route.Path
			r, ok := rows[name]
			delete(rows, name)
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				if !ok {
					t.Fatalf("%s (%s) has no row: say in accessRows who gets what there", name, route.Action)
				}
				cases.Add(w.try(t, route, r))
			})
		}
	})
	for name := range rows {
		t.Errorf("the row %s has no route", name)
	}
	t.Logf("%d rows, %d cases", len(accessRows()), cases.Load())
}

// try asks one door as everybody.
func (w *accessWorld) try(t *testing.T, route web.Route, r row) (cases int64) {
	rule, ok := access.RuleOf(route.Action)
	if !ok {
		t.Fatalf("%s has no rule", route.Action)
	}
	s := w.shared
	if r.alone {
		s = w.newScene(t)
	}
	d := door{w: w, scene: s, route: route, row: r, failed: new(atomic.Int64)}
	for i, c := range s.callers() {
		if c.pin && r.ends {
			continue
		}
		refused, things := c.refused(rule), r.things()
		if raced() && refused != 0 && len(things) > 0 {
			things = things[i%len(things):][:1]
		}
		cases += d.as(t, c, refused, things)
	}
	return cases
}

// raced: the race detector makes all of this five times slower. Whom the rule
// refuses reaches no thing, so then they are asked about one of them in turn.
func raced() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// as asks as one caller: about what never was, and then about each thing.
// refused is what the rule has them answered with, 0 for who passes.
func (d door) as(t *testing.T, c caller, refused int, things []string) (cases int64) {
	t.Helper()
	nothing := d.scene.never()
	never := d.ask(c, nothing)
	want := refused
	if want == 0 {
		want = d.row.unknown(c)
	}
	d.check(t, c, "what never was", never, want)
	d.checkSecrets(t, c, "a list", never, nothing)
	if strings.HasSuffix(c.side, "2") && never.has(serialMark) {
		d.fail(t, "as %s: the answer has somebody's unit in it: %.300s", c.name, never.around(serialMark))
	}
	if d.route.Method == http.MethodGet {
		cases++
		d.checkHead(t, c, nothing, never)
	}
	var stock *answer // what an outsider is told of other stock, whatever it is
	for _, name := range things {
		th := d.scene.get(t, name)
		if name == "office" {
			th.values = owned(th.values, c)
		}
		got, inside := d.about(t, c, refused, name, th, nothing, never)
		if d.row.told && refused == 0 && !inside && th.state != "" && !th.state.InCustomerHands() {
			plain := d.plain(got, th.values)
			if stock == nil {
				stock = &plain
			}
			d.checkAlike(t, c, th.relation(name, c, inside), plain, *stock)
		}
	}
	return cases + 1 + int64(len(things))
}

// about asks about one thing, and holds the answer against all that it must be.
func (d door) about(t *testing.T, c caller, refused int, name string, th thing, nothing values, never answer) (got answer, inside bool) {
	t.Helper()
	got, want := d.ask(c, th.values), refused
	if refused == 0 {
		want, inside = d.row.expected(name, c)
	}
	relation := th.relation(name, c, inside)
	d.check(t, c, relation, got, want)
	d.checkSecrets(t, c, relation, got, th.values)
	switch {
	case inside && !d.row.present && slices.Contains(th.former, c.side):
		d.checkPast(t, c, relation, th, got)
	case !inside:
		d.checkSilence(t, c, relation, th, got)
		if got.status == never.status && !d.row.told && !d.row.open {
			d.checkSame(t, c, relation, th.values, nothing, got, never)
		}
	}
	return got, inside
}

// owned is the office as this caller has it: with a token of their own.
func owned(v values, c caller) values {
	own := maps.Clone(v)
	if c.spare != "" && c.kind == access.KindPerson {
		own["token"] = c.spare
	}
	return own
}

// relation says in words what the thing is to the caller.
func (th thing) relation(name string, c caller, inside bool) string {
	relation := "another organisation's"
	switch {
	case slices.Contains(th.former, c.side):
		relation = "an older epoch's"
	case inside:
		relation = "their own"
	case c.role == "owner":
		relation = "somebody else's"
	}
	return relation + " (" + name + ")"
}

// fail reports what is wrong at this door: so much of it, for one mistake shows
// as a hundred callers.
func (d door) fail(t *testing.T, format string, args ...any) {
	t.Helper()
	if d.failed.Add(1); d.failed.Load() > 10 {
		t.Fatalf("%s: and more", d.row.route)
	}
	t.Errorf(d.row.route+" "+format, args...)
}

// check holds an answer against what it must be.
func (d door) check(t *testing.T, c caller, relation string, got answer, want int) {
	t.Helper()
	page := !isAPIPath(d.route.Path)
	if want == http.StatusUnauthorized && page && c.token == "" {
		if got.status != http.StatusSeeOther || !strings.HasPrefix(got.header.Get("Location"), "/sign-in") {
			d.fail(t, "as %s = %d to %q, want 303 to /sign-in", c.name, got.status, got.header.Get("Location"))
		}
		return
	}
	if got.status >= 500 || got.status != want && got.status != d.row.orElse {
		d.fail(t, "as %s, %s = %d, want %d: %.300s", c.name, relation, got.status, want, got.gist())
		return
	}
	if got.status >= 400 && got.header.Get("Cache-Control") != "no-store" {
		d.fail(t, "as %s, %s: %d may be kept: %q", c.name, relation, got.status, got.header.Get("Cache-Control"))
	}
	if got.status < 400 || page {
		return
	}
	var problem web.Problem
	err := json.Unmarshal([]byte(got.body), &problem)
	if err != nil || problem.Status != got.status || got.header.Get("Content-Type") != "application/problem+json" {
		d.fail(t, "as %s, %s: %d is no problem document: %.200s", c.name, relation, got.status, got.body)
	}
	if got.status == http.StatusUnauthorized && got.header.Get("WWW-Authenticate") != "Bearer" {
		d.fail(t, "as %s: 401 does not say how to sign in", c.name)
	}
}

// checkHead: HEAD goes through the same rule, and says no more.
func (d door) checkHead(t *testing.T, c caller, v values, get answer) {
	t.Helper()
	head, want := d.method(http.MethodHead, c, v), get.status
	if c.kind == access.KindAnonymous && want == http.StatusSeeOther && strings.HasPrefix(get.header.Get("Location"), "/sign-in?") {
		want = http.StatusUnauthorized // there is nobody to lead to a form
	}
	if head.status != want || head.body != "" && get.status >= 400 {
		d.fail(t, "HEAD as %s = %d %.100s, want %d", c.name, head.status, head.body, want)
	}
}

// checkSilence: an outsider learns no spelling of the serial but their own.
func (d door) checkSilence(t *testing.T, c caller, relation string, th thing, got answer) {
	t.Helper()
	known := d.row.open || d.row.told && th.state.InCustomerHands()
	if recorded := th.values["recorded"]; !known && recorded != "" && got.has(recorded) {
		d.fail(t, "as %s, %s: the answer has the serial from the record: %.300s", c.name, relation, got.around(recorded))
	}
}

// checkSame: what is not theirs looks like what never was. Two answers that
// differ are asked for again, for a page may list what other rows move about.
func (d door) checkSame(t *testing.T, c caller, relation string, vals, nothing values, got, never answer) {
	t.Helper()
	same := func() bool { return got.body == never.body && got.told == never.told }
	for range 3 {
		if same() {
			return
		}
		if got, never = d.plain(got, vals), d.plain(never, nothing); same() {
			return
		}
		got, never = d.ask(c, vals), d.ask(c, nothing)
	}
	if got, never = d.plain(got, vals), d.plain(never, nothing); !same() {
		d.fail(t, "as %s: %s and what never was differ:\n%s\n--\n%s", c.name, relation, got.differs(never), never.differs(got))
	}
}

// checkAlike: of a unit in other hands nobody is told more than that it is.
func (d door) checkAlike(t *testing.T, c caller, relation string, got, other answer) {
	t.Helper()
	if got.status != other.status || got.body != other.body || got.told != other.told {
		d.fail(t, "as %s: %s and another unit of other stock differ:\n%s\n--\n%s", c.name, relation, got.differs(other), other.differs(got))
	}
}

// checkPast: who had the unit is not told what has become of it.
func (d door) checkPast(t *testing.T, c caller, relation string, th thing, got answer) {
	t.Helper()
	if present := `"state":"` + string(th.state) + `"`; strings.Contains(got.body, present) {
		d.fail(t, "as %s, %s: the answer tells the present: %.300s", c.name, relation, got.around(present))
	}
}

// checkSecrets: nobody is told who an owner is, but that owner.
func (d door) checkSecrets(t *testing.T, c caller, relation string, got answer, v values) {
	t.Helper()
	for owner, secrets := range d.scene.secrets {
		for _, secret := range secrets {
			if owner != c.side && got.has(secret) && d.plain(got, v).has(secret) {
				d.fail(t, "as %s, %s: the answer tells who %s is: %.300s", c.name, relation, owner, got.around(secret))
			}
		}
	}
}

func isAPIPath(path string) bool {
	for _, prefix := range []string{"/v1/", "/device/", "/gate/", "/log/", "/healthz", "/metrics"} {
		if strings.HasPrefix(path, prefix) {
			return true
		}
	}
	return false
}
