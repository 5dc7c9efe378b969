package print

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"quitclaim/service/lifecycle"
)

// ParseRef reads "brand/serial", or the code of a certificate.
func ParseRef(text string) (Ref, error) {
	if strings.Contains(text, "/") {
		key, err := lifecycle.ParseUnitKeyString(text)
		return Ref{Unit: key}, err
	}
	const length = 26 // 128 bits in base 32
	code := strings.ToUpper(text)
	if len(code) != length || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" {
		return Ref{}, fmt.Errorf("neither brand/serial nor the code of a certificate: %w", lifecycle.ErrInvalid)
	}
	return Ref{Certificate: lifecycle.CertificateCode(code)}, nil
}

// Lines reads references, one a line. All lines that lead to nothing that the
// caller may print are told, and not why.
func (p *Print) Lines(ctx context.Context, text string) ([]Ref, error) {
	var refs []Ref
	var wrong []string
	number := 0
	for line := range strings.Lines(text) {
		number++
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if len(refs)+len(wrong) == maxLabels {
			return refs, &lifecycle.Invalid{Reasons: []lifecycle.Reason{tooMany()}}
		}
		ref, err := ParseRef(line)
		if err == nil {
			_, err = p.find(ctx, ref)
		}
		switch {
		case errors.Is(err, lifecycle.ErrNotFound), errors.Is(err, lifecycle.ErrInvalid):
			wrong = append(wrong, strconv.Itoa(number))
		case err != nil:
			return nil, err
		default:
			refs = append(refs, ref)
		}
	}
	if len(wrong) == 0 {
		return refs, nil
	}
	return refs, &lifecycle.Invalid{Reasons: []lifecycle.Reason{{
		Code: "print.line", Field: "labels", Args: map[string]string{"line": strings.Join(wrong, ", ")},
	}}}
}

func tooMany() lifecycle.Reason {
	return lifecycle.Reason{Code: "print.labels", Field: "labels", Args: map[string]string{"most": strconv.Itoa(maxLabels)}}
}
