package story

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// Three processes share one PostgreSQL, and whoever asks does not notice which
// of them answers.
func TestReplicas(t *testing.T) {
	t.Parallel()
	r := newReplicas(t, 3)
	for _, c := range []struct {
		name string
		run  func(*testing.T, *replicas)
	}{
		{"a session of one is good at the others", oneSession},
		{"what happens at one is seen at the others", oneFeed},
		{"a request repeated elsewhere", repeatedElsewhere},
		{"an invitation used twice at once", invitedOnce},
		{"the cap on returns without proof", cappedTogether},
		{"two people at two replicas", twoAtOnce},
		{"sweeps at all of them at once", sweptOnce},
		{"reset tasks are shared", tasksShared},
		{"one ledger", oneLedger},
		{"what ends at one has ended at the others", endedEverywhere},
		{"a process with keys of its own", turnedAway},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, r.under(t)) })
	}
}

// oneSession signs in at one, and is known at all.
func oneSession(t *testing.T, r *replicas) {
	clerk := r.as("clerk", brightside, 0)
	v := r.each[0].signedIn(clerk.person)
	for _, one := range r.each {
		v.at(one).open("/desk").want(http.StatusOK).shows(t, clerk.Name)
	}
	// The form of one page is sent to another.
	page := v.at(r.each[1]).open("/account").want(http.StatusOK)
	v.at(r.each[2]).submit(page, "/sign-out", url.Values{}).want(http.StatusOK)
	for _, one := range r.each {
		if got := v.at(one).open("/desk"); !strings.Contains(got.what, "/sign-in") {
			t.Errorf("signed out at another: %s %d", got.what, got.Status)
		}
	}
}

// oneFeed takes a unit back at one, follows it at the second, and looks at the
// page of the third.
func oneFeed(t *testing.T, r *replicas) {
	u := r.pick(in("bound"), model("HI2"))
	clerk := r.as("clerk", u.Seller, 0)
	back := clerk.at(r.each[0]).takeBack(u, u.Receipt)
	events := r.each[1].follow(t, clerk.at(r.each[1]), "/v1/returns/"+back.ID+"/events")
	if first := <-events; first.State != "returned" {
		t.Fatalf("the first event: %+v", first)
	}
	v := r.each[2].signedIn(clerk.person)
	v.open("/desk/returns/"+back.ID).want(http.StatusOK).shows(t, u.Serial)
	r.camera(u, "--hard-reset", firmware)
	deadline := time.After(patient)
	for state := ""; state != "reset"; {
		select {
		case now, open := <-events:
			if !open {
				t.Fatal("the stream ended")
			}
			state = now.State
		case <-deadline:
			t.Fatal("no event at another replica says that the reset is proven")
		}
	}
}

// repeatedElsewhere sends one request to several: it is done once, and every
// answer is the first one's.
func repeatedElsewhere(t *testing.T, r *replicas) {
	for range 4 {
		u := r.pick(in("bound"))
		clerk, key := r.as("clerk", u.Seller, 0), newKey()
		answers := r.everywhere(t, func(one *replica) (answer, error) {
			return clerk.at(one).send(t.Context(), http.MethodPost, "/v1/returns", key, returnOf(u, u.Receipt))
		})
		ids := map[string]bool{}
		for _, got := range answers {
			switch got.Status {
			case http.StatusCreated:
				var back taken
				got.into(&back)
				ids[back.ID] = true
			case http.StatusConflict:
				if code := got.problem().Code; code != "in-flight" {
					t.Errorf("a repetition at the same instant is %q: %s", code, got.Body)
				}
			default:
				t.Errorf("a repetition at the same instant: %d %s", got.Status, got.Body)
			}
		}
		for _, one := range r.each {
			var back taken
			clerk.at(one).postAs(key, "/v1/returns", returnOf(u, u.Receipt)).want(http.StatusCreated).into(&back)
			ids[back.ID] = true
			other := returnOf(u, "R-ANOTHER")
			clerk.at(one).postAs(key, "/v1/returns", other).want(http.StatusUnprocessableEntity)
		}
		if len(ids) != 1 {
			t.Errorf("%s was taken back %d times: %v", u.Serial, len(ids), ids)
		}
	}
	// The same key for two bodies at the same instant: one is done.
	for range 3 {
		units := []unit{r.pick(in("bound"), soldBy(brightside)), r.pick(in("bound"), soldBy(brightside)), r.pick(in("bound"), soldBy(brightside))}
		clerk, key, n := r.as("clerk", brightside, 0), newKey(), map[*replica]int{}
		for i, one := range r.each {
			n[one] = i
		}
		done := 0
		for _, got := range r.everywhere(t, func(one *replica) (answer, error) {
			u := units[n[one]]
			return clerk.at(one).send(t.Context(), http.MethodPost, "/v1/returns", key, returnOf(u, u.Receipt))
		}) {
			if got.Status == http.StatusCreated {
				done++
			} else if got.Status != http.StatusUnprocessableEntity && got.Status != http.StatusConflict {
				t.Errorf("another body under the same key: %d %s", got.Status, got.Body)
			}
		}
		if done != 1 {
			t.Errorf("one key did %d things", done)
		}
	}
}

// everywhere asks all replicas at the same instant.
func (r *replicas) everywhere(t *testing.T, ask func(*replica) (answer, error)) []answer {
	t.Helper()
	answers, failures := make([]answer, len(r.each)), make([]error, len(r.each))
	var ready, done sync.WaitGroup
	ready.Add(len(r.each))
	for i, one := range r.each {
		done.Go(func() {
			ready.Done()
			ready.Wait()
			answers[i], failures[i] = ask(one)
		})
	}
	done.Wait()
	for _, err := range failures {
		if err != nil {
			t.Fatal(err)
		}
	}
	return answers
}

// endedEverywhere: nobody may wait for a replica to forget.
func endedEverywhere(t *testing.T, r *replicas) {
	clerk := r.as("clerk", corner, 0)
	var made struct{ ID, Token string }
	clerk.at(r.each[0]).post("/v1/account/tokens", map[string]string{"name": "till"}).want(http.StatusCreated).into(&made)
	till := clerk
	till.token = made.Token
	for _, one := range r.each {
		till.at(one).get("/v1/account").want(http.StatusOK)
	}
	ended, err := clerk.at(r.each[0]).send(t.Context(), http.MethodDelete, "/v1/account/tokens/"+made.ID, newKey(), nil)
	if err != nil || ended.Status >= 300 {
		t.Fatalf("end a token: %v %d %s", err, ended.Status, ended.Body)
	}
	for _, one := range r.each {
		till.at(one).get("/v1/account").want(http.StatusUnauthorized)
	}

	v := r.each[1].signedIn(clerk.person)
	v.at(r.each[2]).open("/desk").want(http.StatusOK).shows(t, clerk.Name)
	if ended, err = clerk.at(r.each[0]).send(t.Context(), http.MethodDelete, "/v1/account/sessions", newKey(), nil); err != nil || ended.Status >= 300 {
		t.Fatalf("end sessions: %v %d %s", err, ended.Status, ended.Body)
	}
	for _, one := range r.each {
		if got := v.at(one).open("/desk"); !strings.Contains(got.what, "/sign-in") {
			t.Errorf("a session that was ended elsewhere: %s %d", got.what, got.Status)
		}
	}

	v = r.each[1].signedIn(clerk.person)
	var account struct{ ID string }
	clerk.get("/v1/account").want(http.StatusOK).into(&account)
	r.as("admin", corner, 0).at(r.each[2]).post("/v1/people/"+account.ID+"/disable", map[string]any{}).want(http.StatusOK)
	for _, one := range r.each {
		clerk.at(one).get("/v1/account").want(http.StatusUnauthorized)
		if got := v.at(one).open("/desk"); !strings.Contains(got.what, "/sign-in") {
			t.Errorf("a person who was disabled elsewhere: %s %d", got.what, got.Status)
		}
	}
}

// turnedAway: who has other keys could open nothing and would sign another
// ledger. It is told what to do, and the ledger stays as it is.
func turnedAway(t *testing.T, r *replicas) {
	stranger := r.each[1].under(t)
	stranger.data, stranger.out, stranger.cmd = t.TempDir(), &output{}, nil
	stranger.args = []string{"serve", "--data", stranger.data, "--database", r.dsn, "--listen", "127.0.0.1:0", "--url", r.url}
	err := stranger.tryStart()
	if err == nil {
		stranger.stop()
	}
	if err == nil || !strings.Contains(stranger.out.String(), "copy the folder") {
		t.Errorf("a process with other keys: %v\n%s", err, stranger.out)
	}
}

// invitedOnce uses one link at all replicas at the same instant.
func invitedOnce(t *testing.T, r *replicas) {
	for i := range 3 {
		email := fmt.Sprintf("new%d@%s.example", i, "refit")
		// The command goes to the process whose directory it is told.
		out := r.must("user", "invite", "--data", r.each[1+i%2].data, "--org", refit, "--email", email, "--name", "New Person", "--role", "technician")
		at := strings.Index(out, r.url+"/setup/")
		if at < 0 {
			t.Fatalf("the invitation has no link:\n%s", out)
		}
		link := strings.Fields(out[at+len(r.url):])[0]
		passwords := map[*replica]string{}
		for n, one := range r.each {
			passwords[one] = fmt.Sprintf("a password of replica %d", n)
		}
		won := ""
		for n, got := range r.everywhere(t, func(one *replica) (answer, error) {
			form := url.Values{"password": {passwords[one]}, "password_again": {passwords[one]}}
			client := &http.Client{Timeout: patient, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
			for range 5 {
				response, err := client.PostForm(one.url+link, form)
				if err != nil {
					return answer{}, err
				}
				if err := response.Body.Close(); err != nil || response.StatusCode != http.StatusServiceUnavailable {
					return answer{t: t, Status: response.StatusCode}, err
				}
			}
			return answer{}, errors.New("it is busy for ever")
		}) {
			switch {
			case got.Status == http.StatusSeeOther && won == "":
				won = passwords[r.each[n]]
			case got.Status != http.StatusNotFound:
				t.Errorf("the same link at another replica: %d", got.Status)
			}
		}
		if won == "" {
			t.Fatal("nobody could use the link")
		}
		r.each[i%3].signedIn(person{Email: email, Password: won})
	}
}
