package mail

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	netmail "net/mail"
	"net/textproto"
	"regexp"
	"strings"
)

// ErrNoReport: the message is no delivery status notification. People's
// auto-replies come to return paths, too.
var ErrNoReport = errors.New("not a delivery status notification")

// Report is what a mail server says about a mail that it had taken.
type Report struct {
	// Recipient is the return path that it came to, as its header says.
	Recipient string
	// Failed: it will not be delivered (RFC 3464, section 2.3.3). Anything else,
	// such as a delay, is no news.
	Failed bool
	// Status is the enhanced status code (RFC 3463), "5.1.1".
	Status string
}

// Permanent reports whether the address takes no mail, and will not tomorrow.
func (r Report) Permanent() bool { return r.Failed && strings.HasPrefix(r.Status, "5.") }

const (
	// MaxReport is as much of a message as is read: a report may hold the whole
	// mail that it is about, and what matters stands before it.
	MaxReport = 1 << 20
	maxParts  = 20
	maxBlocks = 100 // one for each recipient; our mails have one
)

var status = regexp.MustCompile(`^[245]\.\d{1,3}\.\d{1,3}$`) // RFC 3463, section 2

// ParseReport reads a message. ErrNoReport: it is something else.
func ParseReport(message io.Reader) (Report, error) {
	m, err := netmail.ReadMessage(io.LimitReader(message, MaxReport))
	if err != nil {
		return Report{}, fmt.Errorf("%w: %w", ErrNoReport, err)
	}
	report := Report{Recipient: recipient(m.Header)}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/report" || !strings.EqualFold(params["report-type"], "delivery-status") || params["boundary"] == "" {
		return report, ErrNoReport
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for range maxParts {
		part, err := parts.NextPart()
		if err != nil {
			return report, fmt.Errorf("%w: it has no status: %w", ErrNoReport, err)
		}
		kind, _, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
		if err == nil && (kind == "message/delivery-status" || kind == "message/global-delivery-status") { // RFC 6533
			return report.read(part)
		}
	}
	return report, ErrNoReport
}

// recipient is the address that the message came to: what the mail server noted
// when it delivered it, else what was written on it.
func recipient(header netmail.Header) string {
	for _, name := range []string{"X-Original-To", "Delivered-To", "To"} {
		if text := header.Get(name); TokenOf(text) != "" {
			return strings.Trim(strings.TrimSpace(text), "<>")
		}
		if address, err := netmail.ParseAddress(header.Get(name)); err == nil && TokenOf(address.Address) != "" {
			return address.Address
		}
	}
	return ""
}

// read reads the blocks of a status part: one about the message, then one about
// each recipient (RFC 3464, section 2.1).
func (r Report) read(part io.Reader) (Report, error) {
	blocks := textproto.NewReader(bufio.NewReader(part))
	for range maxBlocks {
		block, err := blocks.ReadMIMEHeader()
		if len(block) == 0 && err != nil {
			break
		}
		code, _, _ := strings.Cut(strings.TrimSpace(block.Get("Status")), " ")
		if status.MatchString(code) && strings.EqualFold(strings.TrimSpace(block.Get("Action")), "failed") {
			r.Failed, r.Status = true, code
			return r, nil
		}
		if err != nil {
			break
		}
	}
	return r, nil
}
