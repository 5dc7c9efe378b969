package drive

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// Posting is one POST, ready to be sent, and what it must be answered.
type Posting struct {
	Path, Token, Body string
	Key               string // the idempotency key; none where the route takes none
	Want              int    // the status
}

// Target is the server under load.
type Target struct {
	address string // host:port
	host    string
	secure  bool
	timeout time.Duration // of one request, answer and all
}

// NewTarget is the server at this address.
func NewTarget(text string, timeout time.Duration) (Target, error) {
	parsed, err := url.Parse(text)
	if err != nil {
		return Target{}, fmt.Errorf("url: %w", err)
	}
	if parsed.Host == "" || parsed.Scheme != "http" && parsed.Scheme != "https" {
		return Target{}, fmt.Errorf("url: %q is not http(s)://host", text)
	}
	port := parsed.Port()
	if port == "" {
		port = parsed.Scheme // net.Dial knows both names
	}
	return Target{net.JoinHostPort(parsed.Hostname(), port), parsed.Host, parsed.Scheme == "https", timeout}, nil
}

// connection is one client's keep-alive connection. It may share its cores with
// the server, so it is as lean as it can be: what a client burns, the server
// lacks. It connects when it has something to say, and anew after any mishap.
type connection struct {
	target Target
	conn   net.Conn // nil: not connected
	in     *bufio.Reader
	out    []byte
}

func (c *connection) connect(ctx context.Context) error {
	dialer := &net.Dialer{Timeout: c.target.timeout}
	var conn net.Conn
	var err error
	if c.target.secure {
		conn, err = (&tls.Dialer{NetDialer: dialer}).DialContext(ctx, "tcp", c.target.address)
	} else {
		conn, err = dialer.DialContext(ctx, "tcp", c.target.address)
	}
	if err != nil {
		return err
	}
	c.conn, c.in = conn, bufio.NewReader(conn)
	return nil
}

func (c *connection) close() {
	if c.conn != nil {
		_ = c.conn.Close() // nothing is in flight, or it is lost already
		c.conn = nil
	}
}

// post sends a request and reads the whole answer. text is the body of an
// answer with another status than the wanted one.
func (c *connection) post(ctx context.Context, p Posting) (status int, text string, err error) {
	if c.conn == nil {
		if err := c.connect(ctx); err != nil {
			return 0, "", err
		}
	}
	status, text, again, err := c.exchange(p)
	if err != nil || !again {
		c.close()
	}
	return status, text, err
}

func (c *connection) exchange(p Posting) (status int, text string, again bool, err error) {
	if err := c.conn.SetDeadline(time.Now().Add(c.target.timeout)); err != nil {
		return 0, "", false, err
	}
	if _, err := c.conn.Write(c.write(p)); err != nil {
		return 0, "", false, err
	}
	answer, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return 0, "", false, err
	}
	defer answer.Body.Close()
	if answer.StatusCode == p.Want {
		_, err = io.Copy(io.Discard, answer.Body)
		return answer.StatusCode, "", !answer.Close, err
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxProblem))
	return answer.StatusCode, string(body), !answer.Close && len(body) < maxProblem, err
}

// maxProblem is the longest error that is read: a problem document is shorter.
const maxProblem = 64 << 10

// write is the request's bytes (RFC 9112 section 2.1).
func (c *connection) write(p Posting) []byte {
	out := append(append(append(c.out[:0], "POST "...), p.Path...), " HTTP/1.1\r\nHost: "...)
	out = append(append(out, c.target.host...), "\r\nContent-Type: application/json\r\nAuthorization: Bearer "...)
	out = append(append(out, p.Token...), "\r\n"...)
	if p.Key != "" {
		out = append(append(append(out, "Idempotency-Key: "...), p.Key...), "\r\n"...)
	}
	c.out = fmt.Appendf(out, "Content-Length: %d\r\n\r\n%s", len(p.Body), p.Body)
	return c.out
}
