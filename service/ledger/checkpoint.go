package ledger

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/transparency-dev/formats/log"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/service/lifecycle"
)

var (
	// ErrSignature: a checkpoint names a key that we know, and that key did
	// not sign it.
	ErrSignature = errors.New("bad signature")
	// ErrUnknownKey: no key of the log that we know has signed the checkpoint.
	ErrUnknownKey = errors.New("no signature by a known key of the log")
)

// Checkpoint says what the log was at one size. Signed, it is a C2SP
// checkpoint (c2sp.org/tlog-checkpoint): three lines of text, an empty one,
// and one signature line for each signer.
type Checkpoint struct {
	Origin string    // which log: its address without the scheme
	Size   int64     // number of leaves
	Root   tlog.Hash // root of the tree of that size
}

// Sign returns the signed text. One of the signers must be the log itself,
// which is the one whose name is the origin.
func (c Checkpoint) Sign(signers ...note.Signer) ([]byte, error) {
	named := false
	for _, signer := range signers {
		named = named || signer.Name() == c.Origin
	}
	if !named {
		return nil, fmt.Errorf("sign checkpoint of %q: no signer of that name", c.Origin)
	}
	text, err := note.Sign(&note.Note{Text: c.body()}, signers...)
	if err != nil {
		return nil, fmt.Errorf("sign checkpoint of %q at %d: %w", c.Origin, c.Size, err)
	}
	return text, nil
}

// OpenCheckpoint checks a signed checkpoint. A key of the log itself, one
// whose name is the origin, must have signed; a witness alone does not do.
// Signatures by unknown keys are passed over, as C2SP demands; a false
// signature under a known key is an error even beside a good one.
func OpenCheckpoint(text []byte, keys note.Verifiers) (Checkpoint, error) {
	checkpoint, err := parseCheckpoint(text)
	if err != nil {
		return Checkpoint{}, err
	}
	opened, err := note.Open(text, keys)
	if invalid := new(note.InvalidSignatureError); errors.As(err, &invalid) {
		return Checkpoint{}, fmt.Errorf("checkpoint at %d: %w by %s+%08x", checkpoint.Size, ErrSignature, invalid.Name, invalid.Hash)
	}
	if unverified := new(note.UnverifiedNoteError); errors.As(err, &unverified) {
		return Checkpoint{}, fmt.Errorf("checkpoint at %d: %w", checkpoint.Size, ErrUnknownKey)
	}
	if err != nil {
		return Checkpoint{}, fmt.Errorf("checkpoint at %d: %w: %w", checkpoint.Size, lifecycle.ErrInvalid, err)
	}
	signed := false
	for _, signature := range opened.Sigs {
		if !oneSpelling(signature.Base64) {
			return Checkpoint{}, fmt.Errorf("signature of checkpoint at %d in another spelling: %w", checkpoint.Size, lifecycle.ErrInvalid)
		}
		signed = signed || signature.Name == checkpoint.Origin
	}
	if signed {
		return checkpoint, nil
	}
	return Checkpoint{}, fmt.Errorf("checkpoint at %d: %w", checkpoint.Size, ErrUnknownKey)
}

// oneSpelling reports whether base64 is as we write it. The last letter may have
// bits that stand for nothing (RFC 4648 section 3.5): with others in them the
// signature is as good, and the text is not the one that was published.
func oneSpelling(text string) bool {
	signature, err := base64.StdEncoding.DecodeString(text)
	return err == nil && base64.StdEncoding.EncodeToString(signature) == text
}

func (c Checkpoint) body() string {
	body := log.Checkpoint{Origin: c.Origin, Size: uint64(c.Size), Hash: c.Root[:]}
	return string(body.Marshal())
}

// OriginOf is the origin that a checkpoint states. Whoever signed it is another
// question.
func OriginOf(text []byte) (string, error) {
	stated, err := parseCheckpoint(text)
	return stated.Origin, err
}

// parseCheckpoint reads what the text says and looks at no signature. It takes
// one spelling only, and no extension lines: nobody could audit them.
func parseCheckpoint(text []byte) (Checkpoint, error) {
	// The body ends with the last empty line; what follows are signatures.
	end := bytes.LastIndex(text, []byte("\n\n"))
	var body log.Checkpoint
	if end >= 0 {
		if _, err := body.Unmarshal(text[:end+1]); err != nil {
			return Checkpoint{}, fmt.Errorf("malformed checkpoint: %w: %w", lifecycle.ErrInvalid, err)
		}
	}
	if len(body.Hash) != tlog.HashSize || body.Size > maxSize {
		return Checkpoint{}, fmt.Errorf("malformed checkpoint: %w", lifecycle.ErrInvalid)
	}
	checkpoint := Checkpoint{Origin: body.Origin, Size: int64(body.Size), Root: tlog.Hash(body.Hash)}
	if checkpoint.body() != string(text[:end+1]) {
		return Checkpoint{}, fmt.Errorf("checkpoint in another spelling: %w", lifecycle.ErrInvalid)
	}
	return checkpoint, nil
}
