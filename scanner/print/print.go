package print

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"time"

	"quitclaim/scanner/label"
	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// units is what a label says.
type units interface {
	SnapshotByKey(ctx context.Context, key lifecycle.UnitKey) (lifecycle.Snapshot, error)
	Snapshot(ctx context.Context, unit lifecycle.UnitID) (lifecycle.Snapshot, error)
	Certificate(ctx context.Context, code lifecycle.CertificateCode) (lifecycle.Unit, lifecycle.Certificate, error)
	// LabelOf is the code of a unit's own label.
	LabelOf(ctx context.Context, unit lifecycle.UnitID) (string, error)
	Organisation(ctx context.Context, id lifecycle.OrgID) (access.Organisation, error)
}

// jobs keeps print jobs.
type jobs interface {
	// MakePrintJob keeps a job, or returns the one of this id that asks for the
	// same.
	MakePrintJob(ctx context.Context, job lifecycle.PrintJob) (lifecycle.PrintJob, error)
	PrintJob(ctx context.Context, org lifecycle.OrgID, id lifecycle.PrintJobID) (lifecycle.PrintJob, error)
	PrintJobs(ctx context.Context, org lifecycle.OrgID, limit int) ([]lifecycle.PrintJob, error)
	// MovePrintJob takes a job a step on, if it is where the step begins.
	MovePrintJob(ctx context.Context, org lifecycle.OrgID, id lifecycle.PrintJobID, move lifecycle.PrintMove) (bool, error)
}

// Config is what the room stands on. All of it must be given, but for Printers
// and Patience.
type Config struct {
	Units  units
	Jobs   jobs
	Origin string // scheme and host of the QR codes on units
	Host   string // of those on certificates
	// Printers are those that the operator named; none: nothing is sent.
	Printers []Printer
	// FirstOrg is whose the printers are that name nobody.
	FirstOrg func(context.Context) (lifecycle.OrgID, error)
	Patience Patience
	Now      func() time.Time
	Log      *slog.Logger
}

// Printer is a printer of ZPL II that takes raw bytes on a port of the server's
// own network.
type Printer struct {
	Name    string
	Address netip.AddrPort
	DPI     int             // its resolution
	Org     lifecycle.OrgID // whose it is; empty: the first organisation's
}

// Print is the room.
type Print struct {
	config Config
	busy   map[string]chan struct{} // a printer takes one connection at a time
}

// New is the room.
func New(config Config) *Print {
	config.Patience = config.Patience.orUsual()
	p := &Print{config: config, busy: map[string]chan struct{}{}}
	for _, printer := range config.Printers {
		p.busy[printer.Name] = make(chan struct{}, 1)
	}
	return p
}

// The bounds of one job: labels, copies of each, and all of them together.
const (
	maxLabels  = 200
	maxCopies  = 20
	maxPrinted = 1000
)

// Order is what somebody asks to have printed.
type Order struct {
	ID      lifecycle.PrintJobID
	Labels  []Ref
	Stock   string
	Skip    int
	Copies  int
	DPI     int    // 203 or 300, for stock that is printed as ZPL; 0: 203
	Printer string // empty: to be fetched
}

// Ref names a label: a unit's own, or a certificate's.
type Ref struct {
	Unit        lifecycle.UnitKey
	Certificate lifecycle.CertificateCode
}

// String is the reference as Refs reads it.
func (r Ref) String() string {
	if r.Certificate != "" {
		return string(r.Certificate)
	}
	return r.Unit.Brand + "/" + r.Unit.Serial
}

// Make keeps a print job, and sends it where it goes to a printer. A job that is
// asked for again is returned as it is.
func (p *Print) Make(ctx context.Context, order Order) (lifecycle.PrintJob, error) {
	job, err := p.plan(ctx, order)
	if err != nil {
		return lifecycle.PrintJob{}, err
	}
	for _, ref := range order.Labels {
		found, err := p.find(ctx, ref)
		if err != nil {
			return lifecycle.PrintJob{}, err
		}
		job.Labels = append(job.Labels, lifecycle.PrintLabel{
			Unit: found.snapshot.Unit.ID, Epoch: found.snapshot.Unit.Epoch, Certificate: ref.Certificate, State: job.State,
		})
	}
	return p.keep(ctx, job, "")
}

// keep keeps a job that is complete, once all of it was seen to fit its stock.
func (p *Print) keep(ctx context.Context, job lifecycle.PrintJob, word string) (lifecycle.PrintJob, error) {
	labels, err := p.draw(ctx, job, word)
	if err != nil {
		return lifecycle.PrintJob{}, err
	}
	if _, err := formats(labels, job); err != nil {
		return lifecycle.PrintJob{}, fits(err)
	}
	if len(labels)*job.Copies > maxPrinted {
		var invalid lifecycle.Invalid
		invalid.Add("copies", "print.too-many")
		return lifecycle.PrintJob{}, &invalid
	}
	kept, err := p.config.Jobs.MakePrintJob(ctx, job)
	if err != nil {
		return kept, fmt.Errorf("keep print job: %w", err)
	}
	return kept, nil
}

// fits words what does not fit for whoever chose the stock.
func fits(err error) error {
	if !errors.Is(err, label.ErrTooSmall) {
		return err
	}
	var invalid lifecycle.Invalid
	invalid.Add("stock", "print.too-small")
	return &invalid
}

// plan is the job of an order without its labels. Every mistake is told at once.
func (p *Print) plan(ctx context.Context, order Order) (lifecycle.PrintJob, error) {
	principal := access.From(ctx)
	job := lifecycle.PrintJob{
		ID: order.ID, Org: principal.Org, Person: principal.Person, Stock: order.Stock, Skip: order.Skip, Copies: order.Copies,
		DPI: order.DPI, Printer: order.Printer, State: lifecycle.PrintMade, At: p.now(),
	}
	var invalid lifecycle.Invalid
	stock, err := label.StockByID(order.Stock)
	if err != nil {
		invalid.Add("stock", "print.stock-unknown")
	} else if order.Skip < 0 || order.Skip >= stock.Cells() {
		invalid.Reasons = append(invalid.Reasons, lifecycle.Reason{Code: "print.skip", Field: "skip", Args: map[string]string{"most": fmt.Sprint(stock.Cells() - 1)}})
	}
	if order.Copies < 1 || order.Copies > maxCopies {
		invalid.Reasons = append(invalid.Reasons, lifecycle.Reason{Code: "print.copies", Field: "copies", Args: map[string]string{"most": fmt.Sprint(maxCopies)}})
	}
	if len(order.Labels) < 1 || len(order.Labels) > maxLabels {
		invalid.Reasons = append(invalid.Reasons, tooMany())
	}
	if order.DPI != 0 && order.DPI != 203 && order.DPI != 300 {
		invalid.Add("dpi", "print.dpi")
	}
	if stock.Form != label.FormZPL {
		job.DPI = 0
	}
	if order.Printer != "" {
		mine, err := p.Printers(ctx)
		if err != nil {
			return job, err
		}
		at := slices.IndexFunc(mine, func(one Printer) bool { return one.Name == order.Printer })
		switch {
		case at < 0:
			invalid.Add("printer", "print.printer")
		case stock.Form != label.FormZPL:
			invalid.Add("stock", "print.not-zpl")
		default:
			job.DPI, job.State = mine[at].DPI, lifecycle.PrintWaiting
		}
	}
	return job, invalid.Err()
}

// Printers are those of the caller's organisation.
func (p *Print) Printers(ctx context.Context) ([]Printer, error) {
	if len(p.config.Printers) == 0 {
		return nil, nil
	}
	first, err := p.config.FirstOrg(ctx)
	if err != nil {
		return nil, fmt.Errorf("whose the printers are: %w", err)
	}
	org := access.From(ctx).Org
	var mine []Printer
	for _, printer := range p.config.Printers {
		if printer.Org == "" {
			printer.Org = first
		}
		if org != "" && printer.Org == org {
			mine = append(mine, printer)
		}
	}
	return mine, nil
}

// Job is one of the caller's organisation's jobs.
func (p *Print) Job(ctx context.Context, id lifecycle.PrintJobID) (lifecycle.PrintJob, error) {
	job, err := p.config.Jobs.PrintJob(ctx, access.From(ctx).Org, id)
	if err != nil {
		return job, fmt.Errorf("find print job: %w", err)
	}
	return job, nil
}

// Recent are the newest jobs of the caller's organisation.
func (p *Print) Recent(ctx context.Context) ([]lifecycle.PrintJob, error) {
	const few = 10
	list, err := p.config.Jobs.PrintJobs(ctx, access.From(ctx).Org, few)
	if err != nil {
		return nil, fmt.Errorf("list print jobs: %w", err)
	}
	return list, nil
}

// Again makes a job that prints labels of an earlier one once more: those at
// these places, or all. They say that they are copies, by this word.
func (p *Print) Again(ctx context.Context, of, id lifecycle.PrintJobID, places []int, word string) (lifecycle.PrintJob, error) {
	first, err := p.Job(ctx, of)
	if err != nil {
		return first, err
	}
	principal := access.From(ctx)
	job := first
	job.ID, job.CopyOf, job.Person, job.At = id, first.ID, principal.Person, p.now()
	job.SendingAt, job.EndedAt, job.Labels, job.State = time.Time{}, time.Time{}, nil, lifecycle.PrintMade
	if job.Printer != "" {
		job.State = lifecycle.PrintWaiting
	}
	for place, l := range first.Labels {
		if len(places) == 0 || slices.Contains(places, place) {
			l.State = job.State
			job.Labels = append(job.Labels, l)
		}
	}
	if len(job.Labels) == 0 {
		var invalid lifecycle.Invalid
		invalid.Reasons = append(invalid.Reasons, tooMany())
		return first, &invalid
	}
	return p.keep(ctx, job, word)
}

// now is the present as the record keeps it: UTC, whole milliseconds.
func (p *Print) now() time.Time { return p.config.Now().UTC().Truncate(time.Millisecond) }
