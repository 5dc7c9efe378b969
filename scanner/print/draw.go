package print

import (
	"context"
	"errors"
	"fmt"
	"time"

	"quitclaim/scanner/code"
	"quitclaim/scanner/label"
	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/warehouse/certificate"
)

// found is what a reference leads to.
type found struct {
	snapshot lifecycle.Snapshot
	issued   *lifecycle.Certificate // nil: the unit's own label
}

// find is what the caller may have a label of: a unit's own label is for its
// custodian and its vendor, a certificate's for who has the unit and for who
// certified it. All else was never there.
func (p *Print) find(ctx context.Context, ref Ref) (found, error) {
	if ref.Certificate == "" {
		s, err := p.config.Units.SnapshotByKey(ctx, ref.Unit)
		if err != nil {
			return found{}, fmt.Errorf("find unit of a label: %w", err)
		}
		return found{snapshot: s}, mayLabel(ctx, s)
	}
	unit, issued, err := p.config.Units.Certificate(ctx, ref.Certificate)
	if err != nil {
		return found{}, fmt.Errorf("find certificate of a label: %w", err)
	}
	s, err := p.config.Units.Snapshot(ctx, unit.ID)
	if err != nil {
		return found{}, fmt.Errorf("find unit of a certificate: %w", err)
	}
	return found{snapshot: s, issued: &issued}, mayCertificate(ctx, s, issued)
}

func mayLabel(ctx context.Context, s lifecycle.Snapshot) error {
	if org := access.From(ctx).Org; org != "" && (s.Unit.Custody == org || s.Unit.Vendor == org) {
		return nil
	}
	return fmt.Errorf("label of another's unit: %w", lifecycle.ErrNotFound)
}

func mayCertificate(ctx context.Context, s lifecycle.Snapshot, issued lifecycle.Certificate) error {
	org := access.From(ctx).Org
	if org != "" && (s.Unit.Custody == org || issued.Org == org) || lifecycle.SentTo(s, org) {
		return nil
	}
	return fmt.Errorf("certificate of another's unit: %w", lifecycle.ErrNotFound)
}

// label is the label of what was found.
func (p *Print) label(ctx context.Context, f found) (label.Label, error) {
	if f.issued == nil {
		text, err := p.config.Units.LabelOf(ctx, f.snapshot.Unit.ID)
		if err != nil {
			return label.Label{}, fmt.Errorf("find label code: %w", err)
		}
		return label.Unit(code.LabelURL(p.config.Origin, text), code.FormatLabelCode(text), f.snapshot.Unit.Key), nil
	}
	stated, err := stated(*f.issued)
	if err != nil {
		return label.Label{}, err
	}
	return label.Certificate(label.Proof{
		Text: certificate.Text(p.config.Host, f.issued.Bytes), Address: p.address(stated.Code), Code: string(stated.Code),
		Model: stated.Model, Serial: stated.Unit.Serial, Issuer: stated.Issuer, Day: stated.At.Format(time.DateOnly),
		Grade: stated.Grade, Epoch: stated.Epoch, Waived: stated.Waived,
	}), nil
}

// stated reads our own record: what is wrong with it is no wrong request, so its
// kind is cut off.
func stated(issued lifecycle.Certificate) (certificate.Certificate, error) {
	stated, _, err := certificate.Parse(issued.Bytes)
	if err != nil {
		return stated, fmt.Errorf("read our own certificate: %w", errors.New(err.Error()))
	}
	return stated, nil
}

// draw is the labels of a job, for who may still have them. word marks copies.
func (p *Print) draw(ctx context.Context, job lifecycle.PrintJob, word string) ([]label.Label, error) {
	var labels []label.Label
	for _, l := range job.Labels {
		f, err := p.again(ctx, l)
		if err != nil {
			return nil, err
		}
		drawn, err := p.label(ctx, f)
		if err != nil {
			return nil, err
		}
		if job.CopyOf != "" {
			drawn.Lines = append(drawn.Lines, word)
		}
		labels = append(labels, drawn)
	}
	return labels, nil
}

// again finds what a label of a job is of, and asks anew whose it is.
func (p *Print) again(ctx context.Context, l lifecycle.PrintLabel) (found, error) {
	if l.Certificate != "" {
		return p.find(ctx, Ref{Certificate: l.Certificate})
	}
	s, err := p.config.Units.Snapshot(ctx, l.Unit)
	if err != nil {
		return found{}, fmt.Errorf("find unit of a label: %w", err)
	}
	return found{snapshot: s}, mayLabel(ctx, s)
}

// formats are a job's labels as a printer of ZPL takes them.
func formats(labels []label.Label, job lifecycle.PrintJob) ([][]byte, error) {
	stock, err := label.StockByID(job.Stock)
	if err != nil {
		return nil, err
	}
	var all [][]byte
	for _, l := range labels {
		format, err := l.On(stock, job.DPI).ZPL(job.Copies)
		if err != nil {
			return nil, fmt.Errorf("label of a print job: %w", err)
		}
		all = append(all, format)
	}
	return all, nil
}

// Document is the labels of a job as its stock is printed: PDF, or ZPL where zpl
// is asked for. word marks copies.
func (p *Print) Document(ctx context.Context, id lifecycle.PrintJobID, zpl bool, word string) ([]byte, error) {
	job, err := p.Job(ctx, id)
	if err != nil {
		return nil, err
	}
	stock, err := label.StockByID(job.Stock)
	if err != nil || zpl != (stock.Form == label.FormZPL) {
		return nil, fmt.Errorf("a document of another kind: %w", lifecycle.ErrNotFound)
	}
	labels, err := p.draw(ctx, job, word)
	if err != nil {
		return nil, err
	}
	if !zpl {
		return label.PDF(copied(labels, job.Copies), stock, job.Skip, job.At)
	}
	all, err := formats(labels, job)
	if err != nil {
		return nil, err
	}
	var document []byte
	for _, format := range all {
		document = append(document, format...)
	}
	return document, nil
}

// copied has each label as often as there are copies, one beside the other.
func copied(labels []label.Label, copies int) []label.Label {
	var all []label.Label
	for _, l := range labels {
		for range copies {
			all = append(all, l)
		}
	}
	return all
}

// Preview is one label as it will be printed on a stock.
func (p *Print) Preview(ctx context.Context, ref Ref, stockID string, dpi int) (label.Label, error) {
	stock, err := label.StockByID(stockID)
	if err != nil {
		return label.Label{}, err
	}
	f, err := p.find(ctx, ref)
	if err != nil {
		return label.Label{}, err
	}
	drawn, err := p.label(ctx, f)
	return drawn.On(stock, dpi), err
}

func (p *Print) address(code lifecycle.CertificateCode) string {
	return "HTTPS://" + upper(p.config.Host) + "/C/" + string(code)
}
