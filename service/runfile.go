package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// runFile is DATA/run.json: how commands on the same machine find the running
// server, and the operator's token by which it lets them in. It is 0600 and
// goes when the server ends; the token is good for that run alone.
type runFile struct {
	URL   string `json:"url"`
	Token string `json:"token"`
}

func runFilePath(data string) string { return filepath.Join(data, "run.json") }

func (h *house) writeRunFile(config Config) error {
	text, err := json.Marshal(runFile{URL: config.URL, Token: h.operatorToken})
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

func removeRunFile(config Config) error {
	err := os.Remove(runFilePath(config.Data))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("run file: %w", err)
	}
	return nil
}
