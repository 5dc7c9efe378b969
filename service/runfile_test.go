package main

import (
	"net"
	"testing"
)

// Commands on this machine must reach the process whose token they have: never
// the address that the outside knows, which may lead to another process.
func TestLocalURL(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		listens net.Addr
		want    string
	}{
		{&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}, "http://127.0.0.1:8080"},
		{&net.TCPAddr{IP: net.IPv4(10, 1, 2, 3), Port: 80}, "http://10.1.2.3:80"},
		{&net.TCPAddr{IP: net.IPv4zero, Port: 8080}, "http://127.0.0.1:8080"},
		{&net.TCPAddr{IP: net.IPv6unspecified, Port: 8080}, "http://127.0.0.1:8080"},
		{&net.TCPAddr{Port: 8080}, "http://127.0.0.1:8080"},
		{&net.TCPAddr{IP: net.IPv6loopback, Port: 8080}, "http://[::1]:8080"},
	} {
		if got := localURL(c.listens); got != c.want {
			t.Errorf("%v: %s, want %s", c.listens, got, c.want)
		}
	}
}
