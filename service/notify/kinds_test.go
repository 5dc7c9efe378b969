package notify_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/notify"
	"quitclaim/service/notify/mail"
	"quitclaim/service/store/storetest"
)

// bell is a push service in memory.
type bell struct {
	mu   sync.Mutex
	rung []string
}

func (b *bell) Send(_ context.Context, _ notice.Subscription, body []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rung = append(b.rung, string(body))
	return nil
}

func (b *bell) all() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.rung)
}

// sighted is a cloud that reports a stranger on a unit.
func (b bundle) sighted(t *testing.T, unit lifecycle.Unit) {
	t.Helper()
	b.Must(t, unit.ID, lifecycle.BindingSeen{
		Command: b.By(storetest.ServiceActor()), Order: lifecycle.OrderID(storetest.NewID("ord")), Sighting: lifecycle.Sighting{
			Cloud: storetest.Cloud, AccountHash: storetest.Hex("a stranger"), Kind: lifecycle.BindingOwner, SeenAt: b.Clock.Now(),
		},
	}.Decide)
}

// handedOver is a unit whose owner offers it, and whose recipient takes it.
func (b bundle) handedOver(t *testing.T, unit lifecycle.Unit) {
	t.Helper()
	offer, credential := lifecycle.OfferID(storetest.NewID("ofr")), storetest.Hex(storetest.NewID("key"))
	b.Must(t, unit.ID, lifecycle.MakeOffer{Command: b.By(b.Owner), ID: offer, To: b.Neighbour.Person, CodeHash: storetest.Hex(string(offer))}.Decide)
	b.Clock.Add(time.Second)
	b.Must(t, unit.ID, b.Hears(unit, lifecycle.ResetNone, credential))
	b.Must(t, unit.ID, lifecycle.Transfer{
		Command: b.By(b.Neighbour), Offer: offer, Binding: lifecycle.BindingID(storetest.NewID("bnd")),
		Order: lifecycle.OrderID(storetest.NewID("ord")), AccountHash: storetest.Hex(string(b.Neighbour.Person)), ProofHash: credential,
	}.Decide)
}

// TestEachKindFromEventToReader: what happens is in the inbox of whoever must
// hear of it, in their mailbox, and on their phone, where nothing names it. What
// is not about security comes to both because they have asked for it.
func TestEachKindFromEventToReader(t *testing.T) {
	t.Parallel()
	owner := func(b bundle) lifecycle.PersonID { return b.Owner.Person }
	officer := func(b bundle) lifecycle.PersonID { return b.Officer.Person }
	for _, c := range []struct {
		name    string
		to      func(bundle) lifecycle.PersonID
		kind    notice.Kind
		happens func(t *testing.T, b bundle)
	}{
		{"released", owner, notice.KindReleased, func(t *testing.T, b bundle) {
			b.Must(t, b.Bound(t).ID, lifecycle.Release{Command: b.By(b.Owner), Order: "ord_r"}.Decide)
		}},
		{"returned", owner, notice.KindReturned, func(t *testing.T, b bundle) { b.TakenBack(t) }},
		{"reset", owner, notice.KindReset, func(t *testing.T, b bundle) {
			unit := b.Bound(t)
			b.Must(t, unit.ID, b.Hears(unit, lifecycle.ResetHard, storetest.Hex("new")))
		}},
		{"transferred", owner, notice.KindTransferred, func(t *testing.T, b bundle) {
			b.handedOver(t, b.Bound(t))
		}},
		{"offered", func(b bundle) lifecycle.PersonID { return b.Neighbour.Person }, notice.KindTransferOffered, func(t *testing.T, b bundle) { b.handedOver(t, b.Bound(t)) }},
		{"bound by another", owner, notice.KindBoundByOther, func(t *testing.T, b bundle) {
			b.sighted(t, b.Bound(t))
		}},
		{"certificate", owner, notice.KindCertificate, func(t *testing.T, b bundle) {
			unit := b.TakenBack(t)
			b.Clock.Add(time.Hour)
			b.Certify(t, b.WorkThrough(t, b.Move(t, unit, b.Clerk, b.Technician)))
		}},
		{"access", owner, notice.KindAccess, func(t *testing.T, b bundle) {
			agent := b.Agent(t)
			b.Looks(t, agent, b.Consented(t, agent, b.Owner, b.Bound(t)).ID)
		}},
		// That the room of firmware queues this is shown by its own TestOwnersAreTold.
		{"firmware", owner, notice.KindFirmware, func(t *testing.T, b bundle) {
			b.tell(t, notice.KindFirmware, "firmware 2.0")
		}},
		{"flag", officer, notice.KindFlag, func(t *testing.T, b bundle) {
			unit := b.TakenBack(t)
			s, err := b.Snapshot(t.Context(), unit.ID)
			if err != nil {
				t.Fatal(err)
			}
			b.Must(t, unit.ID, lifecycle.Attest{Command: b.By(b.Clerk), Order: s.Order.ID, Check: lifecycle.CheckCodesAgree}.Decide)
		}},
		{"flag of a sweep", officer, notice.KindFlag, func(t *testing.T, b bundle) {
			if _, err := b.RaiseFlag(t.Context(), lifecycle.Flag{
				Kind: lifecycle.FlagStuckReset, Cause: "c", Severity: lifecycle.SeverityHigh, State: lifecycle.FlagOpen, Org: b.Officer.Org,
				FirstAt: b.Clock.Now(), LastAt: b.Clock.Now(),
			}); err != nil {
				t.Fatal(err)
			}
		}},
		{"stolen", owner, notice.KindStolen, func(t *testing.T, b bundle) {
			b.Must(t, b.Bound(t).ID, lifecycle.PlaceHold{Command: b.By(b.Owner), ID: "hld_1", Kind: lifecycle.HoldStolen}.Decide)
		}},
		{"contest", owner, notice.KindContest, func(t *testing.T, b bundle) {
			b.Must(t, b.TakenBack(t).ID, lifecycle.Contest{Command: b.By(b.Owner), ID: "hld_1"}.Decide)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			rings, config := &bell{}, b.config()
			config.Pusher = rings
			b.room = notify.New(config)
			reader, err := b.Person(t.Context(), c.to(b))
			if err != nil {
				t.Fatal(err)
			}
			b.listens(t, reader, c.kind)
			c.happens(t, b)
			subject := words("en").Text("notify."+string(c.kind)+".subject", nil)
			letter := func() bool {
				return slices.ContainsFunc(b.post.letters(), func(l mail.Letter) bool { return l.To == reader.Email && l.Subject == subject })
			}
			rung := func() bool {
				return slices.ContainsFunc(rings.all(), func(body string) bool { return strings.Contains(body, `"kind":"`+string(c.kind)+`"`) })
			}
			runs(t, func() bool { return letter() && rung() }, b.room)
			if got := b.inbox(t, reader.ID); !slices.ContainsFunc(got, func(k string) bool { return strings.HasPrefix(k, string(c.kind)) }) {
				t.Errorf("inbox = %q", got)
			}
			for _, body := range rings.all() {
				if strings.Contains(body, reader.Name) || strings.Contains(body, "acme") {
					t.Errorf("the push says %s", body)
				}
			}
		})
	}
}

// listens lets a kind come to somebody by mail and to one browser.
func (b bundle) listens(t *testing.T, reader access.Person, kind notice.Kind) {
	t.Helper()
	if err := b.Subscribe(t.Context(), notice.Subscription{Person: reader.ID, Endpoint: "https://push.example/" + string(reader.ID), P256DH: "k", Auth: "a"}); err != nil {
		t.Fatal(err)
	}
	if kind.Security() {
		return
	}
	if err := b.Choose(t.Context(), reader.ID, []notice.Choice{{Kind: kind, Channel: notice.Mail}, {Kind: kind, Channel: notice.Push}}); err != nil {
		t.Fatal(err)
	}
}
