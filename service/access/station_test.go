package access_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

func TestCheckPIN(t *testing.T) {
	t.Parallel()
	tests := []struct{ pin, want string }{
		{"730259", ""}, {"73025918", ""}, {"100203", ""}, {"123457", ""},
		{"", "pin.shape"}, {"73025", "pin.shape"}, {"7302591234567", "pin.shape"}, {"73025a", "pin.shape"},
		{"٧٣٠٢٥٩", "pin.shape"}, {"73 0259", "pin.shape"},
		{"000000", "pin.simple"}, {"121212", "pin.simple"}, {"123456", "pin.simple"}, {"987654", "pin.simple"},
		{"890123", "pin.simple"}, {"210987", "pin.simple"},
	}
	for _, tt := range tests {
		err, got := access.CheckPIN(tt.pin), ""
		var invalid *lifecycle.Invalid
		if errors.As(err, &invalid) {
			got = invalid.Reasons[0].Code
		}
		if got != tt.want || (err == nil) != (tt.want == "") {
			t.Errorf("CheckPIN(%q) = %v, want %q", tt.pin, err, tt.want)
		}
	}
}

func TestCodesAreFoundHoweverTheyAreSpelt(t *testing.T) {
	t.Parallel()
	code := access.NewStationCode()
	if len(code) != 12 {
		t.Fatalf("the code %q has %d characters", code, len(code))
	}
	for _, spelt := range []string{strings.ToLower(code), " " + code + "\n", code[:4] + "-" + code[4:8] + " " + code[8:]} {
		if access.CodeHash(spelt) != access.CodeHash(code) {
			t.Errorf("%q is not found as %q", spelt, code)
		}
	}
	badge, other := access.NewBadgeCode(), access.NewBadgeCode()
	if badge == other || access.CodeHash(badge) == access.CodeHash(other) || !strings.HasPrefix(badge, "QB") || len(badge) != 28 {
		t.Errorf("badges %q and %q", badge, other)
	}
}

func TestStationStands(t *testing.T) {
	t.Parallel()
	at := time.Unix(1, 0)
	tests := []struct {
		station access.Station
		want    bool
	}{
		{access.Station{}, false},
		{access.Station{EnrolledAt: at}, true},
		{access.Station{EnrolledAt: at, EndedAt: at}, false},
		{access.Station{EndedAt: at}, false},
	}
	for _, tt := range tests {
		if got := tt.station.Stands(); got != tt.want {
			t.Errorf("%+v stands: %v", tt.station, got)
		}
	}
}

// TestByPIN: whoever has every role has, by badge and PIN, what a clerk, a
// technician and a validator have in their hands, and nothing that answers for
// other people, for secrets or for the house.
func TestByPIN(t *testing.T) {
	t.Parallel()
	all := person(lifecycle.OrgRetailer, lifecycle.Roles()...)
	pinned := all.At("stn_1", true)
	if here := all.At("stn_1", false); here.Station != "stn_1" || here.ByPIN || !access.Allowed(here, access.PersonManage) {
		t.Errorf("by password at a station: %+v", here)
	}
	must := []access.Action{
		access.ReturnOpen, access.TaskAttest, access.CertificateIssue, access.UnitScan, access.SaleRecord, access.SessionEnd,
		access.HomeRead, access.StationUse, access.ShipmentReceive,
	}
	for _, action := range must {
		if err := access.Check(pinned, action); err != nil {
			t.Errorf("%s by PIN: %v", action, err)
		}
	}
	never := []access.Action{
		access.PersonManage, access.TokenManage, access.OrgManage, access.StationManage, access.StationRead, access.AlarmWork,
		access.FlagRead, access.FlagWork, access.HoldPlace, access.HoldLift, access.WaiverSign, access.SweepRun, access.MetricsRead,
		access.AccountRead, access.AccountChange, access.ModelManage, access.AccreditationManage, access.UnitRegister, access.OwnerRead,
	}
	for _, action := range never {
		if err := access.Check(pinned, action); !errors.Is(err, access.ErrByPIN) || !errors.Is(err, lifecycle.ErrForbidden) {
			t.Errorf("%s by PIN: %v, want ErrByPIN", action, err)
		}
	}
	for _, action := range access.Actions() {
		rule, _ := access.RuleOf(action)
		if got := access.Allowed(pinned, action); got && !rule.PIN && !rule.Public {
			t.Errorf("%s is open to a PIN without a word in its row", action)
		}
	}
	officer := person(lifecycle.OrgRetailer, lifecycle.RoleSecurityOfficer).At("stn_1", true)
	if len(officer.Roles) != 0 || access.Allowed(officer, access.UnitReopen) {
		t.Errorf("an officer by PIN has %v", officer.Roles)
	}
}
