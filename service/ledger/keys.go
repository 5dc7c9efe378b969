package ledger

import (
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"quitclaim/service/lifecycle"
)

// ParseVerifiers reads a file of public keys, as an auditor keeps it outside
// of our reach. Each line is one signed-note verifier key
// (c2sp.org/signed-note, "Verifier keys"), alone or after the word "ledger":
// what the service prints at its first start can be pasted whole. Empty
// lines, lines that begin with "#" and keys of other purposes are passed over.
func ParseVerifiers(text []byte) (note.Verifiers, error) {
	var known []note.Verifier
	number := 0
	for line := range strings.Lines(string(text)) {
		number++
		fields := strings.Fields(line)
		switch {
		case len(fields) == 0 || strings.HasPrefix(fields[0], "#"):
			continue
		case len(fields) == 2 && fields[0] == "ledger":
			fields = fields[1:]
		case len(fields) > 1:
			continue
		}
		key, err := note.NewVerifier(fields[0])
		if err != nil {
			return nil, fmt.Errorf("line %d: %w: %w", number, lifecycle.ErrInvalid, err)
		}
		known = append(known, key)
	}
	if len(known) == 0 {
		return nil, fmt.Errorf("no ledger key in the file: %w", lifecycle.ErrInvalid)
	}
	return note.VerifierList(known...), nil
}
