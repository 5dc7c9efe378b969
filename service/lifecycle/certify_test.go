package lifecycle_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/lifecycle"
)

func TestCertify(t *testing.T) {
	t.Parallel()
	y := resetDone(t)
	command := y.certifies(vala())
	y.do(command)
	y.state(lifecycle.StateCertified)
	want := &lifecycle.Certificate{
		Code: command.Code, Epoch: 3, ContinuedTo: 3, Grade: lifecycle.GradeDeviceSigned, Org: orgWarehouse,
		Operator: tess().Person, Validator: vala().Person, Clerk: cleo().Person, Firmware: "2.3", IssuedAt: y.now, Bytes: []byte("signed"),
	}
	if diff := cmp.Diff(want, y.s.Certificate); diff != "" {
		t.Errorf("certificate (-want +got):\n%s", diff)
	}
}

func TestWhatStandsAgainstACertificate(t *testing.T) {
	t.Parallel()
	noReceipt := func(t *testing.T) *story {
		return bound(t).takeBack(cleo(), withoutReceipt).hand(cleo(), tess()).reset("bench")
	}
	cases := map[string]struct {
		story func(*testing.T) *story
		want  []string
	}{
		"no authority": {noReceipt, []string{"certify.authority"}},
		"within the contest window": {func(t *testing.T) *story {
			y := bound(t).takeBack(cleo(), withoutReceipt).hand(cleo(), tess()).work()
			report := y.hears(lifecycle.ResetHard, secret("bench"))
			report.Report.Presence = "presence"
			y.do(report)
			return y.checks(tess()).prove()
		}, []string{"certify.contest-window"}},
		"unconfirmed": {func(t *testing.T) *story {
			y := resetDone(t)
			y.s.Unit.Unconfirmed = true
			return y
		}, []string{"certify.unconfirmed"}},
		"old firmware": {func(t *testing.T) *story {
			y := resetDone(t)
			y.s.Unit.Firmware = "2.0.9"
			return y
		}, []string{"certify.firmware"}},
		"a weaker grade than the model demands": {func(t *testing.T) *story {
			y := resetDone(t)
			y.s.Model.RequiredGrade = "sworn"
			return y
		}, []string{"certify.grade"}},
		"media, codes and list not looked at": {func(t *testing.T) *story {
			y := benched(t).work()
			y.do(y.hears(lifecycle.ResetHard, secret("bench")))
			y.do(y.attests(tess(), lifecycle.CheckFirmware, true))
			return y.prove()
		}, []string{"certify.check", "certify.check", "certify.check"}},
		"codes disagree": {func(t *testing.T) *story {
			y := resetDone(t)
			y.do(y.attests(tess(), lifecycle.CheckCodesAgree, false))
			return y
		}, []string{"certify.check"}},
		"at the same instant yes and no": {func(t *testing.T) *story {
			y := resetDone(t)
			no, yes := y.attests(tess(), "lens", false), y.attests(tim(), "lens", true)
			yes.At = no.At
			y.do(no)
			y.do(yes)
			return y
		}, []string{"certify.check"}},
		"nobody at the bench": {func(t *testing.T) *story {
			y := resetDone(t)
			y.s.Attestations = nil
			return y
		}, []string{"certify.check", "certify.check", "certify.check", "certify.no-operator"}},
		"it never switched on": {func(t *testing.T) *story {
			y := bound(t).takeBack(cleo(), func(c *lifecycle.TakeBack) { c.Condition = "dead" }).hand(cleo(), tess()).work().checks(tess())
			y.do(y.attests(tess(), lifecycle.CheckFactoryReset, true))
			y.do(y.attests(tim(), lifecycle.CheckFactoryReset, true))
			return y.prove()
		}, []string{"certify.dead"}},
		"one of two takes their word back": {func(t *testing.T) *story {
			y := benched(t).work().checks(tess())
			y.do(y.attests(tess(), lifecycle.CheckFactoryReset, true))
			y.do(y.attests(tim(), lifecycle.CheckFactoryReset, true))
			y.prove()
			y.do(y.attests(tim(), lifecycle.CheckFactoryReset, false))
			return y
		}, []string{"certify.grade"}},
		"no clerk on record": {func(t *testing.T) *story {
			y := resetDone(t)
			y.s.Return.Clerk = ""
			return y
		}, []string{"certify.no-clerk"}},
		"all at once": {func(t *testing.T) *story {
			y := noReceipt(t)
			y.s.Unit.Firmware = ""
			y.s.Holds = []lifecycle.Hold{{ID: "h", Kind: lifecycle.HoldLegal}}
			y.s.Accreditations = nil
			return y
		}, []string{"hold.legal", "certify.authority", "certify.firmware", "certify.not-accredited"}},
		"not reset": {func(t *testing.T) *story {
			y := benched(t).checks(tess())
			y.s.Order.Tasks = y.s.Order.Tasks[:3]
			return y
		}, []string{"certify.returned", "certify.task-open", "certify.task-open", "certify.grade"}},
		"no order of this epoch": {func(t *testing.T) *story {
			y := resetDone(t)
			y.s.Order.Epoch--
			return y
		}, []string{"certify.no-order"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := c.story(t)
			got := y.refused(y.certifies(vala()))
			if !slices.Equal(got, c.want) {
				t.Errorf("refused with %q, want %q", got, c.want)
			}
			// What the bench shows before is what the button would say.
			shown := codes(lifecycle.CertifyReasons(y.s, vala(), y.now))
			for _, code := range c.want {
				if code != "certify.returned" && !slices.Contains(shown, code) {
					t.Errorf("the bench shows %q, want %q among them", shown, code)
				}
			}
		})
	}
}

// Rule 3: clerk, operators and validator are pairwise different people.
func TestPairwiseDifferentPeople(t *testing.T) {
	t.Parallel()
	at := func(who lifecycle.Actor, org lifecycle.OrgID) lifecycle.Actor {
		who.Org = org
		return who
	}
	machine := at(till(), orgWarehouse)
	machine.Person = "psn_boss"
	cases := map[string]struct {
		clerk, operator, validator lifecycle.Actor
		want                       []string
	}{
		"three people":              {cleo(), tess(), vala(), nil},
		"the operator validates":    {cleo(), tess(), tess(), []string{"certify.validator-operated"}},
		"the clerk operates":        {at(tess(), orgShop), tess(), vala(), []string{"certify.clerk-operated"}},
		"the clerk validates":       {at(vala(), orgShop), tess(), vala(), []string{"certify.validator-took-it-back"}},
		"one person does it all":    {at(tess(), orgShop), tess(), tess(), []string{"certify.validator-operated", "certify.clerk-operated", "certify.validator-took-it-back"}},
		"a machine validates":       {cleo(), tess(), machine, []string{"certify.machine"}},
		"nobody validates":          {cleo(), tess(), lifecycle.Actor{Kind: lifecycle.ActorPerson, Org: orgWarehouse}, []string{"certify.machine"}},
		"a third attests one check": {cleo(), tess(), tim(), []string{"certify.validator-operated"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := bound(t).takeBack(c.clerk).hand(c.clerk, c.operator).work()
			y.do(y.hears(lifecycle.ResetHard, secret("bench")))
			y.checks(c.operator)
			if name == "a third attests one check" {
				y.do(y.attests(tim(), "lens", true))
			}
			y.prove()
			if c.want == nil {
				y.do(y.certifies(c.validator))
				return
			}
			if got := y.refused(y.certifies(c.validator)); !slices.Equal(got, c.want) {
				t.Errorf("refused with %q, want %q", got, c.want)
			}
		})
	}
}

func TestAccreditation(t *testing.T) {
	t.Parallel()
	ours := func(t *testing.T) *story { // the warehouse took it back itself
		return bound(t).takeBack(tim()).reset("bench")
	}
	y := ours(t)
	y.do(y.certifies(vala()))
	if !y.s.Certificate.SelfCustody {
		t.Error("self-custody is not marked")
	}
	y = ours(t)
	y.s.Accreditations = []lifecycle.Accreditation{{Org: orgWarehouse, Model: "mdl_doorcam"}}
	if got := y.refused(y.certifies(vala())); !slices.Equal(got, []string{"certify.self-custody"}) {
		t.Errorf("its own return without leave: %q", got)
	}
	y = resetDone(t)
	y.fails(y.certifies(cleo()), lifecycle.ErrNotFound)
	y.fails(y.certifies(ana()), lifecycle.ErrNotFound)
}

func TestTheContestWindowEnds(t *testing.T) {
	t.Parallel()
	y := bound(t).takeBack(cleo(), withoutReceipt)
	at := y.now
	y.hand(cleo(), tess()).work()
	report := y.hears(lifecycle.ResetHard, secret("bench"))
	report.Report.Presence = "presence"
	y.do(report)
	if got := y.s.Return.Authority; got != lifecycle.AuthorityDevicePresent {
		t.Fatalf("authority %s, want device-present", got)
	}
	y.checks(tess()).prove()
	command := y.certifies(vala())
	command.At = at.Add(lifecycle.ContestWindow - time.Second)
	if got := y.refused(command); !slices.Equal(got, []string{"certify.contest-window"}) {
		t.Errorf("a second before: %q", got)
	}
	until := lifecycle.CertifyReasons(y.s, vala(), command.At)[0].Args["until"]
	if want := at.Add(lifecycle.ContestWindow).Format(time.RFC3339); until != want {
		t.Errorf("until %s, want %s", until, want)
	}
	command.At = at.Add(lifecycle.ContestWindow)
	y.do(command)
}

// What an organisation sends back out of its own stock wronged no customer.
func TestOwnStockNeedsNoAuthority(t *testing.T) {
	t.Parallel()
	y := begin(t).register().hand(vera(), tess())
	y.do(y.takes(tim()))
	y.reset("bench")
	y.do(y.certifies(vala()))
}

// An accepted authority, and no hold: then a lock's claim has done its part.
func TestACertificateEndsAClaim(t *testing.T) {
	t.Parallel()
	y := bound(t, func(m *lifecycle.Model) { m.ResetPolicy = lifecycle.ResetLocks })
	y.do(y.hears(lifecycle.ResetHard, secret("x")))
	y.takeBack(cleo()).hand(cleo(), tess()).reset("bench")
	if got := y.s.Unit.Claim; got != ana().Person {
		t.Fatalf("claim %q before the certificate, want it kept", got)
	}
	y.certify().hand(tess(), cleo()).sell(cleo()).bind(ben(), "second")
}

func TestASignerThatFails(t *testing.T) {
	t.Parallel()
	y := resetDone(t)
	broken := errors.New("no key")
	command := y.certifies(vala())
	command.Sign = func(lifecycle.Snapshot, lifecycle.Certificate) ([]byte, error) { return nil, broken }
	if _, err := command.Decide(y.s); !errors.Is(err, broken) {
		t.Errorf("got %v, want the signer's error", err)
	}
}

func TestWaivedTasksArePrinted(t *testing.T) {
	t.Parallel()
	y := benched(t)
	y.do(y.proven("builtin"))
	y.do(lifecycle.Waive{Command: y.by(tess()), Order: y.s.Order.ID, Cloud: "acme", Second: tim().Person})
	y.do(y.hears(lifecycle.ResetHard, secret("bench")))
	y.checks(tess()).prove().certify()
	if got := y.s.Certificate.Waived; len(got) != len(lifecycle.CloudVerbs()) || got[0] != "acme.inventory" {
		t.Errorf("waived %q, want every task of acme", got)
	}
}

func TestGrades(t *testing.T) {
	t.Parallel()
	cases := []struct {
		have, want lifecycle.Grade
		ok         bool
	}{
		{lifecycle.GradeDeviceSigned, lifecycle.GradeDeviceSigned, true},
		{lifecycle.GradeDeviceSigned, lifecycle.GradeAttested, true},
		{lifecycle.GradeProbed, lifecycle.GradeAttested, true},
		{lifecycle.GradeProbed, lifecycle.GradeDeviceSigned, false},
		{lifecycle.GradeAttested, lifecycle.GradeProbed, false},
		{lifecycle.GradeAttested, "", true},
		{"", lifecycle.GradeAttested, false},
		{"", "", false},
		{"hearsay", "", false},
		{"hearsay", lifecycle.GradeAttested, false},
		{lifecycle.GradeDeviceSigned, "sworn", false},
	}
	for _, c := range cases {
		if got := c.have.AtLeast(c.want); got != c.ok {
			t.Errorf("%q at least %q: %v, want %v", c.have, c.want, got, c.ok)
		}
	}
}
