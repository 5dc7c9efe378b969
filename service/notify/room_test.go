package notify_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/notify"
	"quitclaim/service/notify/mail"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web/messages"
)

// post is a mail server in memory: it takes what it is told to take.
type post struct {
	mu     sync.Mutex
	answer func(l mail.Letter) error
	taken  []mail.Letter
}

func (p *post) Send(_ context.Context, l mail.Letter) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.answer != nil {
		if err := p.answer(l); err != nil {
			return err
		}
	}
	p.taken = append(p.taken, l)
	return nil
}

func (p *post) letters() []mail.Letter {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]mail.Letter(nil), p.taken...)
}

func (p *post) says(answer func(l mail.Letter) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = answer
}

// bundle is a world with the room in it.
type bundle struct {
	*storetest.World
	post *post
	room *notify.Notify
}

func setup(t *testing.T) bundle {
	t.Helper()
	w := storetest.NewWorld(t)
	b := bundle{World: w, post: &post{}}
	b.room = b.another()
	if err := b.room.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	return b
}

// another is the room as a second process has it.
func (b bundle) another() *notify.Notify { return notify.New(b.config()) }

func (b bundle) config() notify.Config {
	return notify.Config{
		Feed: b.Store, Queue: b.Store, Aside: b.Store, Readers: b.Store, Mailer: b.post, MailHost: "mx.example.org", MailFrom: "q@quitclaim.test",
		Words: words, Hash: b.Ring.LookupHash, Origin: "https://quitclaim.test", Now: b.Clock.Now,
		Ticks: make(chan time.Time), Pause: func(ctx context.Context, _ time.Duration) error { <-ctx.Done(); return ctx.Err() },
		Log: slog.New(slog.DiscardHandler),
	}
}

func words(language string) notify.Words {
	parsed, err := messages.ParseLanguage(language)
	if err != nil {
		parsed = messages.English
	}
	catalogue, err := messages.In(parsed)
	if err != nil {
		panic(err)
	}
	return catalogue
}

// runs lets rooms run until done says so.
func runs(t *testing.T, done func() bool, rooms ...*notify.Notify) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	var group sync.WaitGroup
	for _, room := range rooms {
		group.Go(func() {
			if err := room.Run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	for deadline := time.Now().Add(2 * time.Minute); !done(); <-time.After(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Error("it does not happen")
			break
		}
	}
	stop()
	group.Wait()
}

func (b bundle) inbox(t *testing.T, person lifecycle.PersonID) []string {
	t.Helper()
	list, _, err := b.Notices(t.Context(), person, lifecycle.Page{Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, n := range list {
		kinds = append(kinds, strings.TrimSpace(string(n.Kind)+" "+n.Params["what"]))
	}
	return kinds
}

func (b bundle) has(t *testing.T, person lifecycle.PersonID, n int) func() bool {
	return func() bool { return len(b.inbox(t, person)) >= n }
}

// TestAFormerOwnerIsToldOfAReturn by mail, in their language, with the page on
// which they can object; and once, though two processes read the feed.
func TestAFormerOwnerIsToldOfAReturn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if err := b.ReadsIn(t.Context(), b.Owner.Person, "de"); err != nil {
		t.Fatal(err)
	}
	unit := b.TakenBack(t)
	runs(t, func() bool { return len(b.post.letters()) > 0 }, b.room, b.another())
	letters := b.post.letters()
	if len(letters) != 1 {
		t.Fatalf("%d letters, want one", len(letters))
	}
	got := letters[0]
	person, err := b.Person(t.Context(), b.Owner.Person)
	if err != nil {
		t.Fatal(err)
	}
	if got.To != person.Email || got.Language != "de" || got.Unsubscribe != "" || !strings.Contains(got.Body, unit.Key.Serial) ||
		!strings.Contains(got.Body, "https://quitclaim.test/mine/past/bnd_") || !strings.Contains(got.Body, "30 Tage") {
		t.Errorf("letter = %+v", got)
	}
	if strings.Contains(got.Subject, unit.Key.Serial) {
		t.Errorf("the subject %q has the serial number: it is on every screen that the mail passes", got.Subject)
	}
	if again := b.inbox(t, b.Owner.Person); len(again) != 1 || again[0] != "returned" {
		t.Errorf("inbox = %q", again)
	}
}

// TestNothingIsLostOrToldTwiceOverACrash: the position is stored behind what is
// queued, so a process that dies between makes some notices again.
func TestNothingIsLostOrToldTwiceOverACrash(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.TakenBack(t)
	runs(t, b.has(t, b.Owner.Person, 1), b.room)
	b.TakenBack(t) // while nobody reads
	// As after a crash before the position was moved: it stands further back.
	position, version, err := b.Position(t.Context(), "notify")
	if err != nil || position == "0" {
		t.Fatal(position, err)
	}
	if moved, err := b.MovePosition(t.Context(), "notify", version, "0"); err != nil || !moved {
		t.Fatal(moved, err)
	}
	runs(t, b.has(t, b.Owner.Person, 2), b.another())
	if got := b.inbox(t, b.Owner.Person); len(got) != 2 {
		t.Errorf("inbox = %q, want two returns", got)
	}
}

// TestAMailServerIsDownForAnHour: nothing is lost, and each mail comes once.
func TestAMailServerIsDownForAnHour(t *testing.T) {
	t.Parallel()
	b := setup(t)
	down := 0
	b.post.says(func(mail.Letter) error {
		down++
		return &mail.Failure{Kind: mail.ErrLater, Code: "unreachable"}
	})
	for _, once := range []string{"1", "2", "3"} {
		b.tell(t, notice.KindReleased, once)
	}
	for range 60 {
		b.deliver(t)
		b.Clock.Add(time.Minute)
	}
	if len(b.post.letters()) > 0 || down < 15 || down > 21 {
		t.Errorf("%d attempts in an hour for three letters, want about six each", down)
	}
	b.post.says(nil)
	for range 60 {
		b.deliver(t)
		b.Clock.Add(time.Minute)
	}
	ids := map[string]bool{}
	for _, l := range b.post.letters() {
		ids[l.ID] = true
	}
	if len(ids) != 3 || len(b.post.letters()) != 3 {
		t.Errorf("%d letters of %d notices, want each once", len(b.post.letters()), len(ids))
	}
}

func (b bundle) tell(t *testing.T, kind notice.Kind, once string) {
	t.Helper()
	n := notice.Notice{To: b.Owner.Person, Kind: kind, Params: map[string]string{"unit": "acme S1"}, Link: "/mine", Once: once, At: b.Clock.Now()}
	if err := b.QueueNotice(t.Context(), n); err != nil {
		t.Fatal(err)
	}
}

func (b bundle) deliver(t *testing.T) {
	t.Helper()
	if err := b.room.DeliverDue(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestKilledBetweenSendingAndNoting: it is sent again when the lease runs out,
// as the same mail.
func TestKilledBetweenSendingAndNoting(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.tell(t, notice.KindReleased, "1")
	if _, err := b.ClaimDeliveries(t.Context(), notice.Mail, b.Clock.Now(), time.Minute, 1); err != nil {
		t.Fatal(err)
	}
	// Whoever claimed it has sent it, and died here.
	b.deliver(t)
	if n := len(b.post.letters()); n != 0 {
		t.Fatalf("%d letters while another has the lease", n)
	}
	b.Clock.Add(2 * time.Minute)
	b.deliver(t)
	b.Clock.Add(time.Hour)
	b.deliver(t)
	letters := b.post.letters()
	inbox, _, err := b.Notices(t.Context(), b.Owner.Person, lifecycle.Page{})
	if err != nil || len(letters) != 1 || letters[0].ID != inbox[0].ID {
		t.Errorf("letters %+v, want one under the notice's own id %v", letters, err)
	}
}

// TestBounces: an address that takes no mail is marked; what is about security
// is tried again weekly, the rest is not sent; a new try clears it.
func TestBounces(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx, person := t.Context(), b.Owner.Person
	if err := b.Choose(ctx, person, []notice.Choice{{Kind: notice.KindFirmware, Channel: notice.Mail}}); err != nil {
		t.Fatal(err)
	}
	tries := 0
	b.post.says(func(mail.Letter) error { tries++; return &mail.Failure{Kind: mail.ErrAddress, Code: "5.1.1"} })
	b.tell(t, notice.KindReleased, "1")
	b.deliver(t)
	standing, err := b.MailStanding(ctx, person)
	if err != nil || standing.Code != "5.1.1" || standing.BouncedAt.IsZero() {
		t.Fatalf("standing = %+v, %v", standing, err)
	}
	b.tell(t, notice.KindFirmware, "2")
	b.tell(t, notice.KindReturned, "3")
	for range 6 {
		b.deliver(t)
		b.Clock.Add(24 * time.Hour)
	}
	if tries != 1 {
		t.Errorf("%d tries in a week, want one", tries)
	}
	b.post.says(nil)
	b.Clock.Add(2 * 24 * time.Hour)
	b.deliver(t)
	if got := b.post.letters(); len(got) != 2 {
		t.Errorf("after a week %d letters, want the two about security", len(got))
	}
	if standing, err = b.MailStanding(ctx, person); err != nil || !standing.BouncedAt.IsZero() {
		t.Errorf("standing = %+v, %v, want it well", standing, err)
	}
	// A report that comes later marks it again, by a token of ours alone.
	id := b.post.letters()[0].ID
	token := mail.Token(b.Ring.LookupHash, mail.ForReturn, id)
	if marked, err := b.room.Bounced(ctx, token[:len(token)-1]+"x", "5.1.1"); err != nil || marked {
		t.Errorf("a guessed token: %v, %v", marked, err)
	}
	if _, err := b.room.Bounced(ctx, token, "2.0.0"); !errors.Is(err, lifecycle.ErrInvalid) {
		t.Errorf("a report of success: %v", err)
	}
	if marked, err := b.room.Bounced(ctx, token, "5.2.1"); err != nil || !marked {
		t.Errorf("a report: %v, %v", marked, err)
	}
	if standing, err = b.MailStanding(ctx, person); err != nil || standing.Code != "5.2.1" {
		t.Errorf("standing = %+v, %v", standing, err)
	}
	if err := b.room.TryAddress(ctx, person); err != nil {
		t.Fatal(err)
	}
	if standing, err = b.MailStanding(ctx, person); err != nil || !standing.BouncedAt.IsZero() {
		t.Errorf("standing = %+v, %v, want it well", standing, err)
	}
}

// TestSecurityCannotBeTurnedOff: neither by the page nor by a mail's link.
func TestSecurityCannotBeTurnedOff(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx, person := t.Context(), b.Owner.Person
	var all []notice.Choice
	for _, kind := range notice.Kinds() {
		all = append(all, notice.Choice{Kind: kind, Channel: notice.Mail}, notice.Choice{Kind: kind, Channel: "drum"})
	}
	if err := b.room.Choose(ctx, person, "en", append(all, notice.Choice{Kind: "weather", Channel: notice.Mail})); err != nil {
		t.Fatal(err)
	}
	chosen, err := b.Choices(ctx, person)
	if err != nil || len(chosen) != 5 {
		t.Fatalf("choices = %v, %v, want the five kinds that are one", chosen, err)
	}
	if err := b.room.Choose(ctx, person, "en", nil); err != nil {
		t.Fatal(err)
	}
	for _, kind := range notice.Kinds() {
		b.tell(t, kind, "once "+string(kind))
	}
	b.deliver(t)
	mailed := map[string]bool{}
	for _, l := range b.post.letters() {
		mailed[l.Subject] = true
		if err := b.room.Unsubscribe(ctx, mail.Token(b.Ring.LookupHash, mail.ForUnsubscribe, l.ID)); err != nil {
			t.Fatal(err)
		}
	}
	if len(mailed) != len(notice.Kinds())-5 {
		t.Errorf("%d kinds were mailed: %v", len(mailed), mailed)
	}
	b.tell(t, notice.KindReturned, "after")
	before := len(b.post.letters())
	if b.deliver(t); len(b.post.letters()) != before+1 {
		t.Error("a return is not mailed any more")
	}
}

// TestOneClickUnsubscribe: the link in a mail ends mails of its kind.
func TestOneClickUnsubscribe(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx, person := t.Context(), b.Owner.Person
	want := []notice.Choice{{Kind: notice.KindFirmware, Channel: notice.Mail}, {Kind: notice.KindShare, Channel: notice.Mail}}
	if err := b.room.Choose(ctx, person, "en", want); err != nil {
		t.Fatal(err)
	}
	b.tell(t, notice.KindFirmware, "1")
	b.deliver(t)
	link := b.post.letters()[0].Unsubscribe
	token := link[strings.LastIndex(link, "/")+1:]
	if !strings.HasPrefix(link, "https://quitclaim.test/unsubscribe/") || strings.Contains(link, string(person)) {
		t.Fatalf("link = %s", link)
	}
	for _, guess := range []string{"", "x", token[1:] + "0", strings.Repeat("0", len(token))} {
		if err := b.room.Unsubscribe(ctx, guess); err != nil {
			t.Errorf("a guess: %v", err)
		}
	}
	if got, err := b.Choices(ctx, person); err != nil || len(got) != 2 {
		t.Errorf("after guesses: %v, %v", got, err)
	}
	if err := b.room.Unsubscribe(ctx, token); err != nil {
		t.Fatal(err)
	}
	if got, err := b.Choices(ctx, person); err != nil || len(got) != 1 || got[0].Kind != notice.KindShare {
		t.Errorf("choices = %v, %v, want the other kind still", got, err)
	}
}
