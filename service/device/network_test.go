package device

import "testing"

func TestNetworkIsNoFinerThanASite(t *testing.T) {
	t.Parallel()
	for from, want := range map[string]string{
		"192.0.2.17":              "192.0.2.0/24",
		"192.0.2.255":             "192.0.2.0/24",
		"::ffff:192.0.2.17":       "192.0.2.0/24",
		"2001:db8:1:2:3:4:5:6":    "2001:db8:1::/48",
		"2001:db8:1:2::/64":       "2001:db8:1::/48", // as service/web cuts it
		"fe80::1%eth0":            "fe80::/48",
		"none":                    "",
		"":                        "",
		"192.0.2.17:4711":         "",
		"192.0.2.0/24; DROP unit": "",
	} {
		got := ""
		if prefix, ok := networkOf(from); ok {
			got = prefix.String()
		}
		if got != want {
			t.Errorf("network of %q is %q, want %q", from, got, want)
		}
	}
}

func TestNetworkIsStoredAsAKeyedHash(t *testing.T) {
	t.Parallel()
	d := &Device{config: Config{LookupHash: func(kind, value string) string { return kind + "(" + value + ")" }}}
	if got := d.networkHash("192.0.2.17"); got != "network(192.0.2.0/24)" {
		t.Errorf("stored as %q", got)
	}
	if got := d.networkHash("none"); got != "" {
		t.Errorf("an address that cannot be read is stored as %q", got)
	}
}
