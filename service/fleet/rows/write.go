package rows

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
)

// Writer writes CSV that a spreadsheet shows and does not run.
type Writer struct{ out *csv.Writer }

// NewWriter writes to w, with a byte order mark: without one Excel takes UTF-8
// for the code page of the machine.
func NewWriter(w io.Writer) (*Writer, error) {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return nil, fmt.Errorf("write CSV: %w", err)
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	return &Writer{out}, nil
}

// Write writes a record.
func (w *Writer) Write(cells ...string) error {
	plain := make([]string, len(cells))
	for i, cell := range cells {
		plain[i] = Plain(cell)
	}
	if err := w.out.Write(plain); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}

// Flush writes what is left.
func (w *Writer) Flush() error {
	w.out.Flush()
	if err := w.out.Error(); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}

// Plain is a cell that no spreadsheet takes for a formula: one that begins like
// one gets an apostrophe before it (OWASP, CSV Injection). Blanks before it do
// not help: some programs cut them. Control characters go: they would only hide
// what follows.
func Plain(cell string) string {
	cell = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\r' && r != '\n' || r == 0x7F || r == '\uFEFF' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(cell, "\uFFFD"))
	rest := strings.TrimLeft(cell, " \u00A0")
	if rest != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠|%", []rune(rest)[0]) {
		return "'" + cell
	}
	return cell
}
