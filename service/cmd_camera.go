package main

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"quitclaim/service/device/camera"
	"quitclaim/service/device/message"
	"quitclaim/service/lifecycle"
)

const cameraUsage = `usage: quitclaim camera [--url URL] [--state FILE | --brand B --serial S --key FILE] [flags]

A simulated camera: it asks for a challenge, and signs what happened to it. It
prints what it shows and hears as one JSON object per line.

  --url URL          the server; default: the one that runs on --data
  --data DIR         data directory of the running server (default "data", QUITCLAIM_DATA)
  --state FILE       the camera's memory: key, credential, epoch. Made when it is not there (0600)
  --brand, --serial  what is printed on it; needed where there is no memory yet
  --key FILE         its Ed25519 key in PEM (PKCS #8); default: a new one, whose public half it prints
  --firmware V       the version it runs (default: what it ran before, or 1.0.0)
  --hard-reset       its button is held first
  --new-credential   its button is pressed shortly first: a new credential, nothing else is lost
  --presence CODE    the code that it sees on the desk's screen
  --offline-for D    it takes so long to find its network, e.g. 10s
  --silent           it never finds its network
  --every D          it stays and calls in so often, until it is interrupted
  --patience D       how long it tries to be heard (default 2m; 0: for ever)
`

// cameraFlags are the command's flags, read.
type cameraFlags struct {
	url, data, state, brand, serial, key, firmware, presence string
	hardReset, renew, silent                                 bool
	offlineFor, every, patience                              time.Duration
}

// cameraLine is one line of its output.
type cameraLine struct {
	Event      string          `json:"event"` // key, hard-reset, report, silent
	Brand      string          `json:"brand"`
	Serial     string          `json:"serial"`
	DeviceKey  []byte          `json:"device_key,omitempty"` // as POST /v1/units takes it: base64 of 32 bytes
	Credential string          `json:"credential,omitempty"`
	Epoch      lifecycle.Epoch `json:"epoch,omitempty"`
	Action     string          `json:"action,omitempty"`
}

// runCamera is `quitclaim camera`.
func runCamera(ctx context.Context, args []string, stdout io.Writer) error {
	f, err := parseCamera(args)
	if err != nil {
		return err
	}
	address, err := f.server()
	if err != nil {
		return err
	}
	made, err := f.load()
	if err != nil {
		return err
	}
	memory, err := f.remember(ctx, made)
	if err != nil {
		return err
	}
	unit, err := camera.New(camera.Config{BaseURL: address, Memory: memory, OfflineFor: f.offlineFor, Silent: f.silent})
	if err != nil {
		return err
	}
	out := json.NewEncoder(stdout)
	line := cameraLine{Brand: made.state.Brand, Serial: made.state.Serial}
	if made.newKey {
		first := line
		first.Event, first.DeviceKey = "key", made.state.PublicKey()
		if err := out.Encode(first); err != nil {
			return err
		}
	}
	return f.act(ctx, unit, func(event string, answer message.Answer) error {
		credential, err := unit.Credential()
		if err != nil {
			return err
		}
		line.Event, line.Epoch, line.Action, line.Credential = event, answer.Epoch, answer.Action, credential
		return out.Encode(line)
	})
}

// act does what the flags ask for, and says each thing as it happens.
func (f cameraFlags) act(ctx context.Context, unit *camera.Camera, say func(string, message.Answer) error) error {
	if f.hardReset {
		if err := unit.Press(ctx); err != nil {
			return err
		}
		if err := say("hard-reset", message.Answer{}); err != nil {
			return err
		}
	}
	if f.renew {
		if err := unit.Renew(ctx); err != nil {
			return err
		}
	}
	if f.silent {
		return say("silent", message.Answer{})
	}
	for {
		answer, err := f.report(ctx, unit)
		if err != nil {
			return err
		}
		if err := say("report", answer); err != nil {
			return err
		}
		if f.every == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(f.every):
		}
	}
}

func (f cameraFlags) report(ctx context.Context, unit *camera.Camera) (message.Answer, error) {
	if f.patience > 0 {
		patient, cancel := context.WithTimeout(ctx, f.patience)
		defer cancel()
		ctx = patient
	}
	return unit.Report(ctx, f.presence)
}

func parseCamera(args []string) (cameraFlags, error) {
	var f cameraFlags
	flags := flag.NewFlagSet("quitclaim camera", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&f.url, "url", "", "")
	flags.StringVar(&f.data, "data", envOr("QUITCLAIM_DATA", "data"), "")
	flags.StringVar(&f.state, "state", "", "")
	flags.StringVar(&f.brand, "brand", "", "")
	flags.StringVar(&f.serial, "serial", "", "")
	flags.StringVar(&f.key, "key", "", "")
	flags.StringVar(&f.firmware, "firmware", "", "")
	flags.StringVar(&f.presence, "presence", "", "")
	flags.BoolVar(&f.hardReset, "hard-reset", false, "")
	flags.BoolVar(&f.renew, "new-credential", false, "")
	flags.BoolVar(&f.silent, "silent", false, "")
	flags.DurationVar(&f.offlineFor, "offline-for", 0, "")
	flags.DurationVar(&f.every, "every", 0, "")
	flags.DurationVar(&f.patience, "patience", 2*time.Minute, "")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return f, errUsage{cameraUsage}
		}
		return f, err
	}
	var mistakes []error
	if flags.NArg() > 0 {
		mistakes = append(mistakes, fmt.Errorf("unexpected argument %q", flags.Arg(0)))
	}
	if f.offlineFor < 0 || f.every < 0 || f.patience < 0 {
		mistakes = append(mistakes, errors.New("offline-for, every, patience: not below 0"))
	}
	return f, errors.Join(mistakes...)
}

// loaded is a camera's state, and how it came about.
type loaded struct {
	state  camera.State
	fresh  bool // there was no memory
	newKey bool // its key was made just now
}

// load reads the camera's memory, or makes a camera as its factory does.
func (f cameraFlags) load() (loaded, error) {
	if f.state == "" {
		return f.factory()
	}
	state, err := camera.LoadState(f.state)
	if errors.Is(err, lifecycle.ErrNotFound) {
		return f.factory()
	}
	if err != nil {
		return loaded{}, err
	}
	key, err := state.UnitKey()
	if err != nil {
		return loaded{}, err
	}
	asked, err := lifecycle.ParseUnitKey(cmp.Or(f.brand, key.Brand), cmp.Or(f.serial, key.Serial))
	if err != nil || !asked.Equal(key) || f.key != "" {
		return loaded{}, fmt.Errorf("%s is the memory of camera %s: leave out --brand, --serial and --key", f.state, key)
	}
	return loaded{state: state}, nil
}

func (f cameraFlags) factory() (loaded, error) {
	key, err := lifecycle.ParseUnitKey(f.brand, f.serial)
	if err != nil {
		return loaded{}, fmt.Errorf("a camera without a memory needs --brand and --serial: %w", err)
	}
	state, err := camera.NewState(key, cmp.Or(f.firmware, "1.0.0"))
	if err != nil || f.key == "" {
		return loaded{state: state, fresh: true, newKey: true}, err
	}
	private, err := readEd25519(f.key)
	if err != nil {
		return loaded{}, fmt.Errorf("key: %w", err)
	}
	state.Seed = private.Seed()
	return loaded{state: state, fresh: true}, nil
}

// remember is the memory that the camera works on. A running camera may share
// it, so nothing is written over that need not be.
func (f cameraFlags) remember(ctx context.Context, made loaded) (camera.Memory, error) {
	if f.state == "" {
		return camera.InMemory(made.state), nil
	}
	memory := camera.InFile(f.state)
	unlock, err := memory.Lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if made.fresh {
		return memory, memory.Save(made.state)
	}
	state, err := memory.Load()
	if err != nil || f.firmware == "" || state.Firmware == f.firmware {
		return memory, err
	}
	state.Firmware = f.firmware
	return memory, memory.Save(state)
}

// readEd25519 reads a private key as `openssl genpkey -algorithm ed25519`
// writes it: PKCS #8 (RFC 5958, RFC 8410) in PEM.
func readEd25519(path string) (ed25519.PrivateKey, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s holds no PEM block", path)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	private, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%s holds a %T, not an Ed25519 key", path, parsed)
	}
	return private, nil
}

// server is the address of the server: as told, or as the data directory says.
// A silent camera needs none.
func (f cameraFlags) server() (string, error) {
	if f.url != "" || f.silent {
		return cmp.Or(f.url, "http://127.0.0.1"), nil
	}
	text, err := os.ReadFile(runFilePath(f.data))
	if err != nil {
		return "", fmt.Errorf("no server runs on %s; name one by --url", f.data)
	}
	var running runFile
	if err := json.Unmarshal(text, &running); err != nil {
		return "", fmt.Errorf("find the server: %w", err)
	}
	return running.URL, nil
}
