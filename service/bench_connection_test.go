package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
)

// posting is one POST, ready to be sent.
type posting struct{ path, key, body string }

// connection is one keep-alive connection. It shares two cores with the server, so
// it is as lean as it can be: what a client burns, the server lacks.
type connection struct {
	conn net.Conn
	in   *bufio.Reader
	out  []byte
	head string // what every request of this connection says after its path
}

func dial(address, token string) (*connection, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	head := fmt.Sprintf(" HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n", address, token)
	return &connection{conn: conn, in: bufio.NewReader(conn), head: head}, nil
}

// post sends a request and reads the whole answer, which must have the wanted
// status.
func (c *connection) post(r posting, want int) error {
	c.out = append(append(append(c.out[:0], "POST "...), r.path...), c.head...)
	if r.key != "" {
		c.out = fmt.Appendf(c.out, "Idempotency-Key: %s\r\n", r.key)
	}
	c.out = fmt.Appendf(c.out, "Content-Length: %d\r\n\r\n%s", len(r.body), r.body)
	if _, err := c.conn.Write(c.out); err != nil {
		return err
	}
	answer, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return err
	}
	if answer.StatusCode == want {
		_, err = io.Copy(io.Discard, answer.Body)
		return err
	}
	text, _ := io.ReadAll(answer.Body)
	return fmt.Errorf("status %d, want %d: %s", answer.StatusCode, want, text)
}
