package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
)

// runFile is DATA/run.json: how commands on the same machine find the running
// server, and the operator's token by which it lets them in. It is 0600 and
// goes when the server ends; the token is good for that run alone. The URL is
// this process's own: the one that the outside knows may lead to another, which
// does not know the token.
type runFile struct {
	URL   string `json:"url"`
	Token string `json:"token"`
}

func runFilePath(data string) string { return filepath.Join(data, "run.json") }

func (h *house) writeRunFile(config Config, listens net.Addr) error {
	text, err := json.Marshal(runFile{URL: localURL(listens), Token: h.operatorToken})
	if err != nil {
		return fmt.Errorf("run file: %w", err)
	}
	path := runFilePath(config.Data)
	if err := os.WriteFile(path+".new", append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("run file: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("run file: %w", err)
	}
	return nil
}

// localURL is how a process on the same machine reaches who listens there.
func localURL(listens net.Addr) string {
	address, ok := listens.(*net.TCPAddr)
	if ok && (len(address.IP) == 0 || address.IP.IsUnspecified()) {
		// Every address: the loopback one is among them. A socket for IPv6 takes
		// IPv4 too, unless the system says otherwise.
		loopback := net.IPv4(127, 0, 0, 1)
		return "http://" + (&net.TCPAddr{IP: loopback, Port: address.Port}).String()
	}
	return "http://" + listens.String()
}

func removeRunFile(config Config) error {
	err := os.Remove(runFilePath(config.Data))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("run file: %w", err)
	}
	return nil
}
