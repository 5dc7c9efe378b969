package lifecycle_test

import (
	"slices"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

// DESIGN section 3, the table of verdicts by purpose.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	type want struct {
		verdict lifecycle.Verdict
		code    string
	}
	table := map[lifecycle.State]map[lifecycle.Purpose]want{
		lifecycle.StateStock: {
			lifecycle.PurposeReturn: {lifecycle.VerdictRefused, "scan.not-sold"},
			lifecycle.PurposeSale:   {lifecycle.VerdictClear, "scan.sellable"},
			lifecycle.PurposeBench:  {lifecycle.VerdictRefused, "scan.nothing-to-reset"},
		},
		lifecycle.StateSold: {
			lifecycle.PurposeReturn: {lifecycle.VerdictClear, "scan.nobody-bound"},
			lifecycle.PurposeSale:   {lifecycle.VerdictRefused, "scan.already-sold"},
			lifecycle.PurposeBench:  {lifecycle.VerdictRefused, "scan.take-back-first"},
		},
		lifecycle.StateBound: {
			lifecycle.PurposeReturn: {lifecycle.VerdictBound, "scan.bound"},
			lifecycle.PurposeSale:   {lifecycle.VerdictRefused, "scan.already-sold"},
			lifecycle.PurposeBench:  {lifecycle.VerdictBound, "scan.bound"},
		},
		lifecycle.StateReturned: {
			lifecycle.PurposeReturn: {lifecycle.VerdictRefused, "scan.already-returned"},
			lifecycle.PurposeSale:   {lifecycle.VerdictRefused, "scan.not-certified"},
			lifecycle.PurposeBench:  {lifecycle.VerdictClear, "scan.in-reset"},
		},
		lifecycle.StateReset: {
			lifecycle.PurposeReturn: {lifecycle.VerdictRefused, "scan.already-returned"},
			lifecycle.PurposeSale:   {lifecycle.VerdictRefused, "scan.not-certified"},
			lifecycle.PurposeBench:  {lifecycle.VerdictClear, "scan.reset"},
		},
		lifecycle.StateCertified: {
			lifecycle.PurposeReturn: {lifecycle.VerdictRefused, "scan.not-sold"},
			lifecycle.PurposeSale:   {lifecycle.VerdictClear, "scan.sellable"},
			lifecycle.PurposeBench:  {lifecycle.VerdictClear, "scan.certified"},
		},
		lifecycle.StateRetired: {
			lifecycle.PurposeReturn: {lifecycle.VerdictRefused, "scan.retired"},
			lifecycle.PurposeSale:   {lifecycle.VerdictRefused, "scan.retired"},
			lifecycle.PurposeBench:  {lifecycle.VerdictRefused, "scan.retired"},
		},
	}
	for _, state := range lifecycle.States() {
		for _, purpose := range lifecycle.Purposes() {
			t.Run(string(state)+" for "+string(purpose), func(t *testing.T) {
				t.Parallel()
				y := in(t, state)
				desk := cleo()
				if y.s.Unit.Custody != "" {
					desk.Org = y.s.Unit.Custody
				}
				got := lifecycle.Scan(y.s, purpose, desk, y.now)
				want := table[state][purpose]
				if got.Verdict != want.verdict || got.Reasons[0].Code != want.code {
					t.Errorf("got %s %q, want %s %q", got.Verdict, codes(got.Reasons), want.verdict, want.code)
				}
				elsewhere := desk
				elsewhere.Org = "org_elsewhere"
				if y.s.Unit.Custody != "" {
					otherStock(t, lifecycle.Scan(y.s, purpose, elsewhere, y.now))
				} else if other := lifecycle.Scan(y.s, purpose, elsewhere, y.now); other.Verdict != got.Verdict {
					t.Errorf("another desk is told %s of a customer's unit, want %s", other.Verdict, got.Verdict)
				}
				otherStock(t, lifecycle.Scan(y.s, purpose, ana(), y.now))
				for _, kind := range lifecycle.HoldKinds() {
					held := y.s
					held.Holds = []lifecycle.Hold{{ID: "hld", Kind: kind}}
					got := lifecycle.Scan(held, purpose, desk, y.now)
					want := []string{"scan.held"}
					if kind == lifecycle.HoldContest {
						want = append(want, "hold.contest") // until when it waits
					}
					if got.Verdict != lifecycle.VerdictHeld || !slices.Equal(codes(got.Reasons), want) || got.Next != nil {
						t.Errorf("under %s: %+v, want held and nothing else", kind, got)
					}
				}
			})
		}
	}
}

// otherStock: the answer is the same whatever the unit is, so that it tells
// nothing of it.
func otherStock(t *testing.T, got lifecycle.Answer) {
	t.Helper()
	if got.Verdict != lifecycle.VerdictRefused || !slices.Equal(codes(got.Reasons), []string{"scan.other-stock"}) || got.Next != nil || !got.AsOf.IsZero() {
		t.Errorf("another organisation is told %+v, want scan.other-stock alone", got)
	}
}

// Unknown is never clear: a state or a purpose that nobody knows is unknown.
func TestScanOfWhatNobodyKnows(t *testing.T) {
	t.Parallel()
	y := in(t, lifecycle.StateSold)
	if got := lifecycle.Scan(y.s, "giveaway", cleo(), y.now); got.Verdict != lifecycle.VerdictUnknown {
		t.Errorf("unknown purpose: %s, want unknown", got.Verdict)
	}
	y.s.Unit.State = "lost"
	if got := lifecycle.Scan(y.s, lifecycle.PurposeReturn, cleo(), y.now); got.Verdict != lifecycle.VerdictUnknown {
		t.Errorf("unknown state: %s, want unknown", got.Verdict)
	}
}

func TestScanOnTheWay(t *testing.T) {
	t.Parallel()
	y := in(t, lifecycle.StateStock)
	y.do(lifecycle.Ship{Command: y.by(cleo()), ID: "shp_1", To: orgWarehouse})
	if got := lifecycle.Scan(y.s, lifecycle.PurposeBench, tess(), y.now); !slices.Equal(got.Next, []lifecycle.NextAction{lifecycle.NextReceive}) {
		t.Errorf("recipient can %q, want to receive it", got.Next)
	}
	otherStock(t, lifecycle.Scan(y.s, lifecycle.PurposeBench, carl(), y.now))
}

func TestScanForSaleSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		story   func(*testing.T) *story
		verdict lifecycle.Verdict
		want    []string
	}{
		"returned": {func(t *testing.T) *story { return benched(t, oneCloud).takenWithoutReceipt() }, lifecycle.VerdictRefused,
			[]string{"scan.not-certified", "certify.authority", "certify.task-open", "certify.grade", "certify.check"}},
		"reset": {func(t *testing.T) *story { return resetDone(t) }, lifecycle.VerdictRefused, []string{"scan.not-certified"}},
		"certified, long ago": {func(t *testing.T) *story { return certified(t).wait(25 * time.Hour) }, lifecycle.VerdictRefused,
			[]string{"sell.not-probed", "sell.not-probed"}},
		"stock that a cloud knows": {func(t *testing.T) *story {
			y := begin(t).register().hand(vera(), tess())
			y.do(y.seen("acme", "x", time.Time{}))
			return y
		}, lifecycle.VerdictRefused, []string{"sell.still-bound"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := c.story(t)
			got := lifecycle.Scan(y.s, lifecycle.PurposeSale, tess(), y.now)
			if got.Verdict != c.verdict || !slices.Equal(slices.Compact(codes(got.Reasons)), slices.Compact(c.want)) {
				t.Errorf("got %s %q, want %s %q", got.Verdict, codes(got.Reasons), c.verdict, c.want)
			}
		})
	}
}

// takenWithoutReceipt makes the authority of the return none.
func (y *story) takenWithoutReceipt() *story {
	ret := *y.s.Return
	ret.Authority = lifecycle.AuthorityNone
	y.s.Return = &ret
	return y
}

func oneCloud(m *lifecycle.Model) { m.Clouds, m.RemovableMedia = []string{"builtin"}, false }

func TestAsOf(t *testing.T) {
	t.Parallel()
	y := certified(t)
	probe := func(i int) time.Time { return y.s.Probes[i].At }
	got := lifecycle.Scan(y.s, lifecycle.PurposeSale, tess(), y.now)
	if !got.AsOf.Equal(probe(0)) || !probe(0).Before(probe(1)) {
		t.Errorf("as of %v, want the older of both probes, %v", got.AsOf, probe(0))
	}
	y.s.Probes = y.s.Probes[:1]
	if got := y.s.AsOf(); !got.IsZero() {
		t.Errorf("as of %v with a cloud never asked, want no time", got)
	}
}

// SaleAnswer lists holds by kind, and what else the sale would be refused for.
// Of a stolen unit it says that it is to be kept, and not why.
func TestSaleAnswerUnderHold(t *testing.T) {
	t.Parallel()
	hold := func(s lifecycle.Snapshot) lifecycle.Snapshot {
		s.Holds = []lifecycle.Hold{{ID: "h1", Kind: lifecycle.HoldStolen}, {ID: "h2", Kind: lifecycle.HoldRecall}, {ID: "h3", Kind: lifecycle.HoldLegal, LiftedAt: day()}}
		return s
	}
	y := certified(t)
	got := lifecycle.SaleAnswer(hold(y.s), tess(), y.now)
	if want := []string{"hold.keep", "hold.recall"}; got.Verdict != lifecycle.VerdictHeld || !slices.Equal(codes(got.Reasons), want) {
		t.Errorf("certified: %s %q, want held %q", got.Verdict, codes(got.Reasons), want)
	}
	y = resetDone(t)
	got = lifecycle.SaleAnswer(hold(y.s), tess(), y.now)
	if want := []string{"hold.keep", "hold.recall", "scan.not-certified"}; !slices.Equal(codes(got.Reasons), want) {
		t.Errorf("reset: %q, want %q", codes(got.Reasons), want)
	}
	if got := lifecycle.SaleAnswer(y.s, carl(), y.now); got.Reasons[0].Code != "scan.other-stock" {
		t.Errorf("another shop is told %q", codes(got.Reasons))
	}
}
