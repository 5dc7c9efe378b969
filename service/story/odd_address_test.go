package story

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Addresses and forms with what cannot be: an error that people understand, at
// worst, and never one of ours.
func TestOddAddresses(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	values := []string{
		odd, strings.Repeat("A", 4096), "\x00", "\x1b[2J\r\n", "..", "../../etc/passwd", "%", "%zz", "\xff\xfe",
		"ret_none", "' OR 1=1 --", "<script>alert(1)</script>", "😀", strings.Repeat("é", 64), " ", "-1", "9223372036854775808",
	}
	visitors := map[string]visitor{
		"clerk": s.signedIn(s.as("clerk", brightside, 0).person), "technician": s.signedIn(s.as("technician", refit, 0).person),
		"validator": s.signedIn(s.as("validator", refit, 0).person), "owner": s.signedIn(s.as("owner", "", 0).person),
		"officer": s.signedIn(s.as("security_officer", vendor, 0).person), "admin": s.signedIn(s.as("admin", vendor, 0).person),
		"nobody": s.visitor(),
	}
	paths := []string{
		"/desk/returns/§", "/desk/take-back?brand=halden&serial=§", "/desk/take-back?brand=§&serial=§", "/desk/admit?brand=halden&serial=§",
		"/desk/sealed?brand=§&serial=§", "/scan?purpose=§", "/scan?purpose=return&brand=§&serial=§", "/till/sell?brand=halden&serial=§",
		"/till/sales/§", "/bench?state=§", "/bench/units/halden/§", "/bench/units/§/§", "/bench/certificates/§", "/shipments?brand=§&serial=§",
		"/units/§/§", "/units?state=§", "/units?serial=§&brand=§", "/units?after=§", "/flags?kind=§", "/flags/§", "/mine/bind?brand=§&serial=§",
		"/mine/units/§/§", "/transfer/§", "/sign-in?next=§", "/setup/§", "/C/§", "/c/§", "/log/tile/§", "/log/proof/§", "/admin/§",
		"/v1/units/§/§", "/v1/units/§/§/label.png", "/v1/units?after=§", "/v1/units?limit=§", "/v1/returns/§", "/v1/orders/§",
		"/v1/sales/check?brand=§&serial=§", "/v1/flags?after=§", "/v1/certificates/§", "/v1/transfers/§", "/v1/mine/units/§/§", "/§",
	}
	for who, v := range visitors {
		v.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		for i, path := range paths {
			value := values[(i+len(who))%len(values)]
			for _, value := range []string{value, values[i%len(values)], values[(3*i+1)%len(values)]} {
				way, query, _ := strings.Cut(path, "?")
				way = strings.ReplaceAll(way, "§", url.PathEscape(value))
				query = strings.ReplaceAll(query, "§", url.QueryEscape(value))
				v.harmless(t, who, way+"?"+query, value)
			}
		}
	}
	for _, value := range values {
		form := url.Values{"payload": {value}, "purpose": {"return"}}
		got := visitors["clerk"].read(visitors["clerk"].http.PostForm(s.url+"/scan", form))
		if got.Status != http.StatusOK && got.Status != http.StatusUnprocessableEntity {
			t.Errorf("scan %q: %d\n%s", value, got.Status, got.Body)
		}
	}
	if strings.Contains(s.out.String(), "panic") || strings.Contains(s.out.String(), "level=ERROR") {
		t.Errorf("the log:\n%s", s.out)
	}
}

// harmless fails the story if an address leads to an error of ours, out of the
// house, or shows what was sent as markup.
func (v visitor) harmless(t *testing.T, who, path, value string) {
	t.Helper()
	got := v.open(path)
	if got.Status >= http.StatusInternalServerError {
		t.Errorf("%s at %q: %d\n%s", who, path, got.Status, got.Body)
	}
	if to := got.Header.Get("Location"); to != "" && !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") {
		t.Errorf("%s at %q is sent to %q", who, path, to)
	}
	if strings.HasPrefix(value, "<script>") && strings.Contains(string(got.Body), value) {
		t.Errorf("%s at %q: what was sent stands in the page\n%s", who, path, got.Body)
	}
}
