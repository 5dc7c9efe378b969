package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"quitclaim/service/demo"
	"quitclaim/service/keyring"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store"
)

// jumpy is the wired house on a clock that somebody sets: an operator by hand,
// or a virtual machine that woke up.
type jumpy struct {
	*testing.T
	house *house
	url   string
	set   atomic.Int64 // so far from the real time
	world demo.World
	units int // so many were picked
}

func newJumpy(t *testing.T) *jumpy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	j := &jumpy{T: t, url: "http://" + listener.Addr().String()}
	now := func() time.Time { return clock().Add(time.Duration(j.set.Load())) }
	dir := t.TempDir()
	config, err := parseConfig("test", []string{"--data", dir, "--url", j.url, "--cloud-delay", "1s"}, func(string) string { return "" }, demoDefaults())
	if err != nil {
		t.Fatal(err)
	}
	j.house = &house{config: config, log: newLogger(config, io.Discard), now: now, host: listener.Addr().String()}
	if j.house.keys, err = keyring.Open(filepath.Join(dir, "keys"), config.Origin); err != nil {
		t.Fatal(err)
	}
	j.house.store, err = store.Open(t.Context(), store.Config{
		Dir: dir, Keys: j.house.keys, Now: now, NewID: newPrefixedID, NewLabel: newLabel, Log: j.house.log,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := j.house.wire(); err != nil {
		t.Fatal(err)
	}
	if j.world, err = j.house.demoWorld(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- j.house.run(ctx, listener) }()
	t.Cleanup(func() {
		end()
		if err := <-ended; err != nil {
			t.Errorf("the house ended with %v", err)
		}
		if err := j.house.store.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return j
}

// jump sets the clock, on or back.
func (j *jumpy) jump(d time.Duration) { j.set.Add(int64(d)) }

// TestTheClockJumps an hour on and an hour back while the house runs: nobody is
// signed out, no key is forgotten, nothing is done twice, the worker works and
// the ledger is sound.
func TestTheClockJumps(t *testing.T) {
	t.Parallel()
	j := newJumpy(t)
	browser := j.signIn()
	var early []deskReturn
	for _, d := range []time.Duration{time.Hour, -time.Hour, -time.Hour, time.Hour, time.Hour} {
		before := j.takeBack()
		j.jump(d)
		what := fmt.Sprintf("after a jump by %s", d)
		for _, r := range append(early, before) {
			if again := j.send(r.key, r.body); again.ID != r.ID {
				t.Errorf("%s the same request made return %s, was %s", what, again.ID, r.ID)
			}
		}
		response, err := browser.Get(j.url + "/desk")
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != http.StatusOK || response.Request.URL.Path != "/desk" {
			t.Errorf("%s the clerk's page is %s, %d", what, response.Request.URL, response.StatusCode)
		}
		after := j.takeBack()
		j.forgotten(after, what)
		if d > 0 { // set back, what the cloud was asked for already may wait until the clock has caught up
			j.forgotten(before, what)
		}
		early = append(early, before, after)
		j.oneRunEach(what)
	}
	for _, r := range early { // the clock is where it was furthest
		j.forgotten(r, "in the end")
	}
	var said strings.Builder
	if err := runVerify(t.Context(), []string{"--data", j.house.config.Data}, &said); err != nil {
		t.Errorf("verify: %v\n%s", err, said.String())
	}
}

// deskReturn is a return, and the request that made it.
type deskReturn struct {
	ID    string
	Order *struct {
		Tasks []struct{ Cloud, State string }
	}
	key  string
	body map[string]any
}

// takeBack returns a unit that nobody has returned yet.
func (j *jumpy) takeBack() deskReturn {
	j.Helper()
	for at, unit := range j.world.Units[j.units:] {
		if unit.State != string(lifecycle.StateBound) || unit.Answers || unit.Seller != "Brightside Electronics" || !strings.HasPrefix(unit.Serial, "HI2-") {
			continue
		}
		j.units += at + 1
		return j.send(newID(), map[string]any{
			"brand": unit.Brand, "serial": unit.Serial, "receipt": unit.Receipt,
			"condition": "used", "reason": "changed-mind", "customer_present": true,
		})
	}
	j.Fatal("the demo has too few units")
	return deskReturn{}
}

func (j *jumpy) send(key string, body map[string]any) deskReturn {
	j.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		j.Fatal(err)
	}
	made := j.ask(http.MethodPost, "/v1/returns", key, string(text), http.StatusCreated)
	made.key, made.body = key, body
	return made
}

func (j *jumpy) ask(method, path, key, body string, want int) deskReturn {
	j.Helper()
	request, err := http.NewRequestWithContext(j.Context(), method, j.url+path, strings.NewReader(body))
	if err != nil {
		j.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", key)
	request.Header.Set("Authorization", "Bearer "+j.clerk().Token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		j.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != want {
		j.Fatalf("%s %s: %d %v, want %d\n%s", method, path, response.StatusCode, err, want, text)
	}
	var r deskReturn
	if err := json.Unmarshal(text, &r); err != nil {
		j.Fatal(err)
	}
	return r
}

// forgotten waits until every cloud has forgotten the unit.
func (j *jumpy) forgotten(r deskReturn, what string) {
	j.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for open := 1; open > 0; {
		open = 0
		now := j.ask(http.MethodGet, "/v1/returns/"+r.ID, "", "", http.StatusOK)
		for _, task := range now.Order.Tasks {
			if task.Cloud != "" && task.State != string(lifecycle.TaskProven) {
				open++
			}
		}
		if open > 0 && time.Now().After(deadline) {
			j.Fatalf("%s %d tasks of %s are not proven: %+v", what, open, r.ID, now.Order)
		}
		<-time.After(50 * time.Millisecond)
	}
}

// clerk is who takes back at Brightside.
func (j *jumpy) clerk() demo.Person {
	j.Helper()
	for _, person := range j.world.People {
		if person.Role == string(lifecycle.RoleClerk) && person.Org == "Brightside Electronics" {
			return person
		}
	}
	j.Fatal("the demo has no clerk")
	return demo.Person{}
}

func (j *jumpy) signIn() *http.Client {
	j.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		j.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	response, err := browser.PostForm(j.url+"/sign-in", url.Values{"email": {j.clerk().Email}, "password": {demo.Password}})
	if err != nil {
		j.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		j.Fatalf("sign in: %d", response.StatusCode)
	}
	return browser
}

// oneRunEach: no slot of a job ran twice, whatever the clock said.
func (j *jumpy) oneRunEach(what string) {
	j.Helper()
	for _, job := range []string{"sold-but-bound", "returned-but-absent", "stuck-reset"} {
		runs, err := j.house.store.Runs(j.Context(), job, 100)
		if err != nil {
			j.Fatal(err)
		}
		seen := map[time.Time]bool{}
		for _, run := range runs {
			if seen[run.Slot] {
				j.Errorf("%s %s ran twice for %s", what, job, run.Slot)
			}
			seen[run.Slot] = true
		}
	}
}
