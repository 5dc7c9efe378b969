package print

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/lifecycle"
)

func TestParsePrinters(t *testing.T) {
	t.Parallel()
	got, mistakes := ParsePrinters(" bench=10.1.2.3:9100, till-2=[fd00::1]:9100/300@org_abc,here=127.0.0.1:9101/203")
	if len(mistakes) > 0 {
		t.Fatal(mistakes)
	}
	want := []Printer{
		{Name: "bench", Address: netip.MustParseAddrPort("10.1.2.3:9100"), DPI: 203},
		{Name: "till-2", Address: netip.MustParseAddrPort("[fd00::1]:9100"), DPI: 300, Org: "org_abc"},
		{Name: "here", Address: netip.MustParseAddrPort("127.0.0.1:9101"), DPI: 203},
	}
	same := cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b })
	if diff := cmp.Diff(want, got, same); diff != "" {
		t.Errorf("printers (-want +got):\n%s", diff)
	}
	if got, mistakes := ParsePrinters(" "); got != nil || mistakes != nil {
		t.Errorf("no printers = %v, %v", got, mistakes)
	}
}

// Every mistake is told, each with what it is about.
func TestParsePrintersTellsEveryMistake(t *testing.T) {
	t.Parallel()
	wrong := []string{
		"10.0.0.1:9100", "Bench=10.0.0.1:9100", "a=printer.example:9100", "a=8.8.8.8:9100", "a=10.0.0.1", "a=10.0.0.1:0",
		"a=10.0.0.1:9100/600", "a=10.0.0.1:9100@somebody", "a=169.254.169.254:80", "a=0.0.0.0:9100", "a=[::ffff:8.8.8.8]:9100", "a=",
	}
	printers, mistakes := ParsePrinters("good=10.0.0.1:9100," + strings.Join(wrong, ",") + ",good=10.0.0.2:9100")
	if len(printers) != 1 || len(mistakes) != len(wrong)+1 {
		t.Fatalf("%d printers and %d mistakes, want 1 and %d: %v", len(printers), len(mistakes), len(wrong)+1, mistakes)
	}
	for i, text := range wrong {
		if !strings.Contains(mistakes[i].Error(), text) {
			t.Errorf("mistake %d does not say what it is about: %v", i, mistakes[i])
		}
	}
}

func TestParseRef(t *testing.T) {
	t.Parallel()
	code := strings.Repeat("ABC2", 6) + "AB"
	for text, want := range map[string]string{"acme/SN-1": "acme/SN-1", "acme/a/b": "acme/a/b", code: code, strings.ToLower(code): code} {
		if got, err := ParseRef(text); err != nil || got.String() != want {
			t.Errorf("ParseRef(%q) = %q, %v, want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"", "acme", "/x", "acme/", code + "A", strings.Repeat("1", 26)} {
		if got, err := ParseRef(text); err == nil {
			t.Errorf("ParseRef(%q) = %+v, want an error", text, got)
		}
	}
	if got := (Ref{Unit: lifecycle.UnitKey{Brand: "acme", Serial: "Sn1"}}).String(); got != "acme/Sn1" {
		t.Errorf("a unit's reference is %q", got)
	}
}
