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
	// Verdict is clear for a certificate that stands, held where a hold stands
	// over the unit, and unknown for one that is history.
	Verdict lifecycle.Verdict
	// Current: it stands at the unit's present epoch, and nobody has bought the
	// unit since.
	Current bool
	// AsOf is when the clouds were last asked, the oldest answer of all; zero
	// where no cloud knows the model, and for what is history.
	AsOf time.Time
	// Issuer is the organisation's whole name; the certificate has a short one.
	Issuer string
}

// codeLength is a short code's: 16 bytes in base32. The whole certificate is
// many times that.
const codeLength = 26

// Check looks a certificate up, by its short code or by the whole of it as the
// QR code says it. Whatever does not lead to a certificate of ours, to the last
// byte, is lifecycle.ErrNotFound.
func (a *Audit) Check(ctx context.Context, segment string) (Answer, error) {
	unit, issued, err := a.find(ctx, segment)
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
	answer := Answer{
		Stated: stated, Key: key, Bytes: issued.Bytes, Issuer: issuer.Name, Verdict: lifecycle.VerdictUnknown,
		Current: issued.StandsAt(s.Unit.Epoch) && s.Unit.State == lifecycle.StateCertified,
	}
	if answer.Current {
		answer.Verdict, answer.AsOf = lifecycle.VerdictClear, s.AsOf()
		if len(s.StandingHolds()) > 0 {
			answer.Verdict = lifecycle.VerdictHeld
		}
	}
	return answer, nil
}

// find resolves the segment of a path. The whole of a certificate must be, to
// the last byte, what was issued: a forged one that names a good code gets
// nowhere.
func (a *Audit) find(ctx context.Context, segment string) (lifecycle.Unit, lifecycle.Certificate, error) {
	code := lifecycle.CertificateCode(segment)
	var whole []byte
	if len(segment) != codeLength {
		data, err := certificate.FromText(segment)
		if err != nil {
			return lifecycle.Unit{}, lifecycle.Certificate{}, notOurs()
		}
		stated, err := certificate.Verify(data, a.certificates)
		if err != nil {
			return lifecycle.Unit{}, lifecycle.Certificate{}, notOurs()
		}
		code, whole = stated.Code, data
	}
	unit, issued, err := a.record.Certificate(ctx, code)
	if err != nil {
		return lifecycle.Unit{}, lifecycle.Certificate{}, fmt.Errorf("find certificate: %w", err)
	}
	if whole != nil && !bytes.Equal(whole, issued.Bytes) {
		return lifecycle.Unit{}, lifecycle.Certificate{}, notOurs()
	}
	return unit, issued, nil
}

func notOurs() error { return fmt.Errorf("no certificate of ours: %w", lifecycle.ErrNotFound) }

// errStored keeps what is wrong with our own record from looking like a wrong
// request: its kind is cut off.
func errStored(err error) error { return errors.New(err.Error()) }

// Proof is the inclusion proof of the certificate's entry on the ledger, as the
// text of a .tlog-proof file. Until the entry is signed, which takes a second,
// it is lifecycle.ErrBusy.
func (a *Audit) Proof(ctx context.Context, segment string) (code lifecycle.CertificateCode, text []byte, err error) {
	unit, issued, err := a.find(ctx, segment)
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
