package audit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
	"quitclaim/warehouse/certificate"
)

// Answer is what anybody may know of a certificate.
type Answer struct {
	Stated certificate.Certificate // what its signed bytes say
	Key    certificate.KeyID       // by which key
	Bytes  []byte
	// Standing is what it is worth today, Verdict the same in the words of a scan.
	Standing lifecycle.Standing
	Verdict  lifecycle.Verdict
	// Current: it stands at the unit's present epoch, and nobody has bought the
	// unit since.
	Current bool
	// AsOf is when the clouds were last asked, the oldest answer of all; zero
	// where no cloud knows the model, and for what is not for sale.
	AsOf time.Time
	// Issuer is the organisation's whole name; the certificate has a short one.
	Issuer string
}

// codeLength is a short code's: 16 bytes in base32. The whole certificate is
// many times that.
const codeLength = 26

// Check looks a certificate up for somebody in this network, by its short code
// or by the whole of it as the QR code says it. Whatever does not lead to a
// certificate of ours, to the last byte, is lifecycle.ErrNotFound.
func (a *Audit) Check(ctx context.Context, network, segment string) (Answer, error) {
	unit, issued, err := a.find(ctx, network, segment)
	if err != nil {
		return Answer{}, err
	}
	stated, err := certificate.Verify(issued.Bytes, a.certificates)
	if err != nil {
		return Answer{}, fmt.Errorf("verify our own certificate %s: %w", issued.Code, errStored(err))
	}
	_, key, err := certificate.Parse(issued.Bytes)
	if err != nil {
		return Answer{}, fmt.Errorf("parse our own certificate %s: %w", issued.Code, errStored(err))
	}
	s, err := a.record.Snapshot(ctx, unit.ID)
	if err != nil {
		return Answer{}, fmt.Errorf("read unit of certificate: %w", err)
	}
	issuer, err := a.record.Organisation(ctx, issued.Org)
	if err != nil {
		return Answer{}, fmt.Errorf("read issuer of certificate: %w", err)
	}
	standing := lifecycle.StandingOf(s, issued)
	answer := Answer{
		Stated: stated, Key: key, Bytes: issued.Bytes, Issuer: issuer.Name, Standing: standing, Verdict: standing.Verdict(),
		Current: issued.StandsAt(s.Unit.Epoch) && s.Unit.State == lifecycle.StateCertified,
	}
	if standing == lifecycle.StandsForSale {
		answer.AsOf = s.AsOf()
	}
	return answer, nil
}

// find resolves the segment of a path. The whole of a certificate must be, to
// the last byte, what was issued: a forged one that names a good code gets
// nowhere. Whatever was typed is counted and looked up once, also what can be
// no code, so that all that is wrong costs the same.
func (a *Audit) find(ctx context.Context, network, segment string) (lifecycle.Unit, lifecycle.Certificate, error) {
	code, whole := a.read(segment)
	if whole == nil {
		if err := a.guesses.attempt(ctx, network); err != nil {
			return lifecycle.Unit{}, lifecycle.Certificate{}, err
		}
	}
	unit, issued, err := a.record.Certificate(ctx, code)
	if err != nil {
		return lifecycle.Unit{}, lifecycle.Certificate{}, fmt.Errorf("find certificate: %w", err)
	}
	if whole != nil {
		if !bytes.Equal(whole, issued.Bytes) {
			return lifecycle.Unit{}, lifecycle.Certificate{}, fmt.Errorf("another certificate of this code: %w", lifecycle.ErrNotFound)
		}
		return unit, issued, nil
	}
	return unit, issued, a.guesses.forgive(ctx, network)
}

// noCode is what no certificate has.
const noCode = lifecycle.CertificateCode("")

// read tells a whole certificate, signed by us, from a code, and both from what
// is neither.
func (a *Audit) read(segment string) (code lifecycle.CertificateCode, whole []byte) {
	if len(segment) == codeLength {
		return lifecycle.CertificateCode(segment), nil
	}
	data, err := certificate.FromText(segment)
	if err != nil {
		return noCode, nil
	}
	stated, err := certificate.Verify(data, a.certificates)
	if err != nil {
		return noCode, nil
	}
	return stated.Code, data
}

// errStored keeps what is wrong with our own record from looking like a wrong
// request: its kind is cut off.
func errStored(err error) error { return errors.New(err.Error()) }

// Proof is the inclusion proof of the certificate's entry on the ledger, as the
// text of a .tlog-proof file. Until the entry is signed, which takes a second,
// it is lifecycle.ErrBusy.
func (a *Audit) Proof(ctx context.Context, network, segment string) (code lifecycle.CertificateCode, text []byte, err error) {
	unit, issued, err := a.find(ctx, network, segment)
	if err != nil {
		return "", nil, err
	}
	index, err := a.record.EntryOf(ctx, unit.ID, lifecycle.EventCertify, issued.Epoch)
	if err != nil {
		return "", nil, fmt.Errorf("find entry of certificate: %w", err)
	}
	checkpoint, err := a.Checkpoint(ctx)
	if err != nil {
		return "", nil, err
	}
	proof, err := ledger.Prove(index, checkpoint, a.hashes(ctx))
	if errors.Is(err, lifecycle.ErrNotFound) {
		return "", nil, fmt.Errorf("entry %d is not signed yet: %w", index, lifecycle.ErrBusy)
	}
	if err != nil {
		return "", nil, fmt.Errorf("prove certificate: %w", err)
	}
	return issued.Code, proof.Text(), nil
}
