package oidc

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

func TestNetworks(t *testing.T) {
	t.Parallel()
	public, local := networks{}, networks{loopback: true}
	named := networks{named: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}}
	cases := []struct {
		address              string
		public, local, named bool
	}{
		{"93.184.215.14", true, true, true},
		{"2606:2800:21f:cb07:6820:80da:af6b:8b2c", true, true, true},
		{"127.0.0.1", false, true, false},
		{"::1", false, true, false},
		{"::ffff:127.0.0.1", false, true, false},
		{"10.1.2.3", false, false, true},
		{"::ffff:10.1.2.3", false, false, true},
		{"10.2.2.3", false, false, false},
		{"192.168.1.1", false, false, false},
		{"172.16.0.1", false, false, false},
		{"169.254.169.254", false, false, false}, // what clouds tell their machines
		{"fe80::1%eth0", false, false, false},
		{"fd00:ec2::254", false, false, false},
		{"0.0.0.0", false, false, false},
		{"::", false, false, false},
		{"100.64.0.1", false, false, false},
		{"198.18.0.1", false, false, false},
		{"255.255.255.255", false, false, false},
		{"224.0.0.1", false, false, false},
		{"ff02::1", false, false, false},
		{"64:ff9b::7f00:1", false, false, false}, // 127.0.0.1 behind NAT64
		{"2002:7f00:1::", false, false, false},   // and behind 6to4
		{"::7f00:1", false, false, false},        // and as it was once written
		{"::a01:203", false, false, false},
		{"fec0::1", false, false, false}, // site-local: private before fc00::/7 was
		{"5f00::1", false, false, false},
		{"192.88.99.1", false, false, false},
	}
	for _, c := range cases {
		address := netip.MustParseAddr(c.address)
		for _, n := range []struct {
			name string
			of   networks
			want bool
		}{{"public", public, c.public}, {"on loopback", local, c.local}, {"named", named, c.named}} {
			if got := n.of.allows(address); got != n.want {
				t.Errorf("%s, %s = %v, want %v", c.address, n.name, got, n.want)
			}
		}
	}
}

func TestIssuers(t *testing.T) {
	t.Parallel()
	outside, here := New(Config{URL: "https://quitclaim.example"}), New(Config{URL: "http://127.0.0.1:8080"})
	cases := []struct{ issuer, outside, here string }{
		{"https://id.example", "", ""},
		{"https://id.example/realms/one", "", ""},
		{"https://id.example:8443", "", ""},
		{"http://id.example", "provider.issuer-https", "provider.issuer-https"},
		{"http://127.0.0.1:9000", "provider.issuer-https", ""},
		{"http://localhost:9000", "provider.issuer-https", ""},
		{"http://[::1]:9000", "provider.issuer-https", ""},
		{"https://id.example?x=1", "provider.shape", "provider.shape"},
		{"https://id.example?", "provider.shape", "provider.shape"},
		{"https://id.example#f", "provider.shape", "provider.shape"},
		{"https://ada@id.example", "provider.shape", "provider.shape"},
		{"https://", "provider.shape", "provider.shape"},
		{"id.example", "provider.shape", "provider.shape"},
		{"ftp://id.example", "provider.issuer-https", "provider.issuer-https"},
	}
	for _, c := range cases {
		if got := outside.issuerMistake(c.issuer); got != c.outside {
			t.Errorf("%s, of the outside: %q, want %q", c.issuer, got, c.outside)
		}
		if got := here.issuerMistake(c.issuer); got != c.here {
			t.Errorf("%s, on this machine: %q, want %q", c.issuer, got, c.here)
		}
	}
}

func TestEveryMistakeAtOnce(t *testing.T) {
	t.Parallel()
	room := New(Config{URL: "https://quitclaim.example"})
	shop := access.Principal{Org: "org_1", OrgKind: lifecycle.OrgRetailer}
	err := room.Check(shop, Settings{
		Audience: access.AudienceOwners, Issuer: "http://127.0.0.1", Hosts: []string{"https://keys.example/"}, ACR: []string{"a b"}, MaxAge: maxMaxAge + 1,
	})
	var invalid *lifecycle.Invalid
	if !errors.As(err, &invalid) {
		t.Fatalf("Check: %v", err)
	}
	var got []string
	for _, r := range invalid.Reasons {
		got = append(got, r.Field+" "+r.Code)
	}
	want := []string{"audience provider.owners-vendor", "issuer provider.issuer-https", "hosts provider.hosts", "acr provider.acr", "max_age provider.max-age"}
	if !slices.Equal(got, want) {
		t.Errorf("mistakes %q, want %q", got, want)
	}
	for _, host := range []string{"keys.example", "keys.example:8443", "[2001:db8::1]:443"} {
		if !isHost(host) {
			t.Errorf("%q is a host", host)
		}
	}
	for _, host := range []string{"", "Keys.example", "keys.example/", "a b", "ada@keys.example", "keys.example?x", strings.Repeat("k", 254)} {
		if isHost(host) {
			t.Errorf("%q is no host", host)
		}
	}
}

func TestDemandOfAToken(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)
	good := checked{Subject: "s", Audience: []string{"us"}, Nonce: "n", IssuedAt: now, claims: claims{AuthTime: now.Unix()}}
	wants := demand{client: "us", nonce: "n", now: now, started: now.Add(-time.Minute)}
	cases := []struct {
		name   string
		change func(*checked, *demand)
		want   string
	}{
		{"good", func(*checked, *demand) {}, ""},
		{"it does not say when, and nobody asks", func(c *checked, _ *demand) { c.AuthTime = 0 }, ""},
		{"ours among others, and it says so", func(c *checked, _ *demand) { c.Audience, c.Party = []string{"us", "them"}, "us" }, ""},
		{"its clock is ahead a little", func(c *checked, _ *demand) { c.IssuedAt, c.AuthTime = now.Add(skew), now.Add(skew).Unix() }, ""},
		{"its clock is ahead", func(c *checked, _ *demand) { c.IssuedAt = now.Add(skew + time.Second) }, "iat"},
		{"just old enough", func(c *checked, d *demand) { d.maxAge = time.Hour; c.AuthTime = now.Add(-time.Hour - skew).Unix() }, ""},
		{"too old", func(c *checked, d *demand) {
			d.maxAge = time.Hour
			c.AuthTime = now.Add(-time.Hour - skew - time.Second).Unix()
		}, "auth_time.old"},
		{"fresh", func(_ *checked, d *demand) { d.fresh = true }, ""},
		{"of before", func(c *checked, d *demand) { d.fresh = true; c.AuthTime = d.started.Add(-skew - time.Second).Unix() }, "auth_time.not-fresh"},
		{"fresh, and it does not say", func(c *checked, d *demand) { d.fresh = true; c.AuthTime = 0 }, "auth_time.missing"},
		{"a class", func(c *checked, d *demand) { d.acr = []string{"a", "b"}; c.ACR = "b" }, ""},
		{"no class", func(_ *checked, d *demand) { d.acr = []string{"a", "b"} }, "acr"},
	}
	for _, c := range cases {
		token, wanted := good, wants
		c.change(&token, &wanted)
		at, err := wanted.check(token)
		var failure *Failure
		got := ""
		if errors.As(err, &failure) {
			got = failure.Detail
		}
		if got != c.want || at.After(now) {
			t.Errorf("%s: %q at %s, want %q", c.name, got, at, c.want)
		}
	}
}

func TestEveryAttemptIsItsOwn(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, pair := range [][2]string{{"browser", "state"}, {"browser", "state2"}, {"browser2", "state"}, {"browsers", "tate"}} {
		for kind, value := range map[string]string{"nonce": nonceOf(pair[0], pair[1]), "verifier": verifierOf(pair[0], pair[1])} {
			if was, twice := seen[value]; twice || len(value) != 43 {
				t.Errorf("%s of %v is %q, as %s", kind, pair, value, was)
			}
			seen[value] = kind
		}
	}
}
