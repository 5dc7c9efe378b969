package mail_test

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"time"
)

// play speaks SMTP with one client. At the step named it says what it is told
// to, or hangs up.
func play(conn net.Conn, at, answer string) {
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	say := func(step, well string) bool {
		if step == at && answer == "drop" {
			return false
		}
		if step == at {
			well = answer
		}
		_, err := fmt.Fprintf(conn, "%s\r\n", well)
		return err == nil
	}
	if !say("greet", "220 script ESMTP") {
		return
	}
	lines := bufio.NewScanner(conn)
	inData := false
	for lines.Scan() {
		line := lines.Text()
		verb := strings.ToUpper(strings.SplitN(line, " ", 2)[0])
		switch {
		case inData && line == ".":
			inData = false
			if !say(".", "250 2.0.0 taken") {
				return
			}
		case inData:
		case verb == "EHLO":
			fmt.Fprint(conn, "250-script\r\n250-ENHANCEDSTATUSCODES\r\n250 8BITMIME\r\n")
		case verb == "DATA":
			inData = true
			if !say("DATA", "354 go on") {
				return
			}
		default:
			if !say(verb, "250 2.0.0 well") {
				return
			}
		}
	}
}
