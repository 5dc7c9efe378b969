package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// handsOn are the roles that a PIN carries.
func handsOn() []lifecycle.Role {
	return []lifecycle.Role{lifecycle.RoleClerk, lifecycle.RoleTechnician, lifecycle.RoleValidator}
}

// refusedByPIN is what a session by badge and PIN is refused with at a door that
// is open to such sessions at all, by what is said of it and not by the code.
func (c caller) refusedByPIN(rule access.Rule) bool {
	return !rule.PIN || !rule.SignedIn && !slices.Contains(handsOn(), c.role)
}

// station is one of the organisation's, and the token of its cookie.
func (p *peopled) station(t *testing.T, side string) (access.Station, string) {
	t.Helper()
	code, token := access.NewStationCode(), access.NewToken()
	_, err := p.house.store.SaveStation(t.Context(), access.Station{
		ID: newPrefixedID("stn"), Org: p.orgs[side].ID, Name: "Bench of " + side, Idle: access.StationIdleMost, By: "psn_nobody",
		CreatedAt: p.house.now(), CodeHash: access.CodeHash(code), CodeUntil: p.house.now().Add(time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	station, err := p.house.store.EnrolStation(t.Context(), access.CodeHash(code), access.TokenHash(token))
	if err != nil {
		t.Fatal(err)
	}
	return station, token
}

// switched are those whose roles a PIN carries and two whose it does not, by badge and PIN at a station of the side.
func (p *peopled) switched(t *testing.T, side string) {
	t.Helper()
	// Cheap, or the test would do nothing but hash.
	cheap := access.NewPasswords(access.PasswordConfig{MemoryKiB: 64, Iterations: 1, Parallelism: 1})
	_, token := p.station(t, side)
	for _, role := range append(handsOn(), lifecycle.RoleSecurityOfficer, lifecycle.RoleAdmin) {
		c := p.person(t, side, role)
		badge, pin := access.NewBadgeCode(), "730259"
		hash, err := cheap.Hash(t.Context(), p.house.keys.LookupHash("pin", string(c.person)+" "+pin))
		if err != nil {
			t.Fatal(err)
		}
		if err := p.house.store.SavePIN(t.Context(), access.PIN{Person: c.person, Hash: hash, ChangedAt: p.house.now()}); err != nil {
			t.Fatal(err)
		}
		_, err = p.house.store.SaveBadge(t.Context(), access.Badge{
			ID: newPrefixedID("bdg"), Person: c.person, Hash: access.CodeHash(badge), MadeAt: p.house.now(),
		})
		if err != nil {
			t.Fatal(err)
		}
		c.name, c.token, c.pin = fmt.Sprintf("%s of %s by PIN", role, side), "", true
		c.cookies = p.comeIn(t, token, badge, pin)
		p.add(c)
	}
}

// comeIn scans the badge at the station and says the PIN.
func (p *peopled) comeIn(t *testing.T, station, badge, pin string) []*http.Cookie {
	t.Helper()
	mark := &http.Cookie{Name: "quitclaim-station", Value: station}
	form := url.Values{"badge": {badge}, "pin": {pin}}
	request := httptest.NewRequest(http.MethodPost, "/switch", strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.AddCookie(mark)
	recorder := httptest.NewRecorder()
	p.house.web.Handler().ServeHTTP(recorder, request)
	got := recorder.Result()
	if got.StatusCode != http.StatusSeeOther || len(got.Cookies()) != 1 {
		t.Fatalf("come in by badge and PIN: %d, %d cookies: %s", got.StatusCode, len(got.Cookies()), recorder.Body)
	}
	return []*http.Cookie{mark, got.Cookies()[0]}
}

// alarm is one of the organisation's: somebody's PIN was locked.
func (p *peopled) alarm(t *testing.T, side string) string {
	t.Helper()
	station, _ := p.station(t, side)
	person := p.person(t, side, lifecycle.RoleClerk).person
	if err := p.house.store.SavePIN(t.Context(), access.PIN{Person: person, Hash: "h", ChangedAt: p.house.now()}); err != nil {
		t.Fatal(err)
	}
	alarm := access.PINAlarm{Org: p.orgs[side].ID, Station: station.ID, Person: person, At: p.house.now()}
	for range access.PINTries {
		alarm.ID = newPrefixedID("alm")
		if _, err := p.house.store.WrongPIN(t.Context(), alarm); err != nil {
			t.Fatal(err)
		}
	}
	return alarm.ID
}
