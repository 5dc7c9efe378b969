package print_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"sync"
	"testing"
	"time"

	"quitclaim/scanner/print"
	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
	"quitclaim/warehouse/certificate"
)

// kit is the room over the real store and the real web server.
type kit struct {
	*storetest.World
	t       *testing.T
	site    *webtest.Site
	printer *printer
}

func setup(t *testing.T) *kit {
	t.Helper()
	k := &kit{World: storetest.NewWorld(t), t: t, printer: newPrinter(t)}
	printers := []print.Printer{
		{Name: "bench", Address: k.printer.address, DPI: 300, Org: k.Warehouse.ID},
		{Name: "dead", Address: closedPort(t), DPI: 203, Org: k.Warehouse.ID},
		{Name: "vendors", Address: k.printer.address, DPI: 203},
	}
	handler, err := print.NewHandler(print.New(print.Config{
		Units: k.Store, Jobs: k.Store, Origin: "https://qc.example", Host: "qc.example", Printers: printers,
		FirstOrg: func(context.Context) (lifecycle.OrgID, error) { return k.Vendor.ID, nil },
		Patience: print.Patience{Dial: time.Second, Write: 300 * time.Millisecond, Confirm: 200 * time.Millisecond},
		Now:      k.Clock.Now, Log: slog.New(slog.DiscardHandler),
	}))
	if err != nil {
		t.Fatal(err)
	}
	k.site = webtest.New(t, func(r *web.Routes) { handler.Mount(r) }, func(c *web.Config) { c.Now = k.Clock.Now })
	return k
}

func (k *kit) as(actor lifecycle.Actor) *webtest.Client {
	return k.site.As(access.Principal{
		Kind: access.KindPerson, Person: actor.Person, Org: actor.Org, OrgKind: actor.OrgKind, Roles: actor.Roles, Name: "Test Person", OrgName: "Its Org",
	})
}

// certified is a unit at the warehouse with a certificate that verifies.
func (k *kit) certified() (lifecycle.Unit, lifecycle.Certificate) {
	k.t.Helper()
	unit := k.Reset(k.t)
	var random [16]byte
	_, _ = rand.Read(random[:])
	out := k.Must(k.t, unit.ID, lifecycle.Certify{
		Command: k.By(k.Validator), Code: certificate.NewCode(random),
		Sign: func(s lifecycle.Snapshot, c lifecycle.Certificate) ([]byte, error) {
			return certificate.Sign(certificate.Certificate{
				Code: c.Code, Issuer: "Second Life", Unit: s.Unit.Key, Model: s.Model.Name, Epoch: c.Epoch, At: c.IssuedAt,
				Method: lifecycle.ResetHard, Firmware: c.Firmware, Grade: c.Grade, Accreditation: "Acme", Waived: []string{"old cloud"},
			}, k.Ring.Certificate())
		},
	}.Decide)
	return out.Change.Unit, *out.Change.Certificate
}

// jobID is a UUID that nobody drew before.
func jobID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b)
	return fmt.Sprintf("%x-%x-4%03x-8%03x-%x", b[:4], b[4:6], int(b[6])<<4, int(b[7])<<4, b[10:])
}

// order is what a program asks for.
func order(id, printer string, units ...lifecycle.Unit) map[string]any {
	var refs []map[string]string
	for _, unit := range units {
		refs = append(refs, map[string]string{"brand": unit.Key.Brand, "serial": unit.Key.Serial})
	}
	return map[string]any{"id": id, "units": refs, "stock": "zpl-51x25", "copies": 1, "printer": printer}
}

// form is what the page sends.
func form(id, labels, stock, printer string) url.Values {
	return url.Values{"job": {id}, "labels": {labels}, "stock": {stock}, "skip": {"0"}, "copies": {"1"}, "dpi": {"203"}, "printer": {printer}}
}

// job is the answer of the API.
type job struct {
	ID       string `json:"id"`
	State    string `json:"state"`
	CopyOf   string `json:"copy_of"`
	Document string `json:"document"`
	Labels   []struct {
		Serial, Certificate, State string
	} `json:"labels"`
	Reasons []struct{ Code, Detail string } `json:"reasons"`
}

func read(t *testing.T, got *webtest.Response, status int) (j job) {
	t.Helper()
	if got.Status != status {
		t.Fatalf("status %d, want %d: %s", got.Status, status, got.Body)
	}
	got.Decode(&j)
	return j
}

// temper is how the fake printer behaves towards one connection.
type temper string

const (
	accepts temper = "accepts" // takes everything, then closes
	cuts    temper = "cuts"    // resets the connection after a hundred bytes
	hangs   temper = "hangs"   // takes the connection and reads nothing
	mute    temper = "mute"    // takes everything and never closes
)

// printer is a printer's port on this machine.
type printer struct {
	address netip.AddrPort
	done    chan struct{}

	mu    sync.Mutex
	next  temper   // by mu
	taken []string // by mu: what each connection brought
	ended sync.WaitGroup
}

func newPrinter(t *testing.T) *printer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &printer{address: netip.MustParseAddrPort(listener.Addr().String()), done: make(chan struct{}), next: accepts}
	p.ended.Go(func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			p.ended.Go(func() { p.serve(connection) })
		}
	})
	t.Cleanup(func() {
		close(p.done)
		_ = listener.Close()
		p.ended.Wait()
	})
	return p
}

func (p *printer) be(t temper) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next = t
}

// got is what the connections so far brought.
func (p *printer) got() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string{}, p.taken...)
}

func (p *printer) serve(connection net.Conn) {
	defer connection.Close()
	p.mu.Lock()
	temper := p.next
	p.mu.Unlock()
	var data []byte
	switch temper {
	case hangs:
		<-p.done
	case cuts:
		data = make([]byte, 100)
		n, _ := io.ReadFull(connection, data)
		data = data[:n]
		_ = connection.(*net.TCPConn).SetLinger(0) // a reset, as when the power goes
	default:
		data, _ = io.ReadAll(connection)
	}
	p.mu.Lock()
	p.taken = append(p.taken, string(data))
	p.mu.Unlock()
	if temper == mute {
		<-p.done
	}
}

// closedPort is an address at which nobody listens.
func closedPort(t *testing.T) netip.AddrPort {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return netip.MustParseAddrPort(listener.Addr().String())
}
