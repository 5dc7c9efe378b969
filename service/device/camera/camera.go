package camera

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"quitclaim/service/device/message"
	"quitclaim/service/lifecycle"
)

const (
	requestFor   = 10 * time.Second // one request
	firstWait    = 500 * time.Millisecond
	longestWait  = 30 * time.Second
	unprovenMost = 3 // reports in a row that do not verify
	roundsMost   = 8 // exchanges of one report: each advance asks for another
)

// ErrUnproven: the server does not take the camera for the unit that it says
// it is. It needs service.
var ErrUnproven = errors.New("the server does not know this camera's key")

// Config is what a camera needs. BaseURL and Memory must be given.
type Config struct {
	BaseURL string // of the server, "https://…"
	Memory  Memory
	HTTP    *http.Client // nil: one with a time limit
	// Wait waits between attempts; nil: a timer.
	Wait func(ctx context.Context, d time.Duration) error
	// OfflineFor is how long it takes to find its network, each time it wants
	// to say something.
	OfflineFor time.Duration
	// Silent: its network is never found. Its button works all the same.
	Silent bool
}

// Camera is a simulated camera. Its methods may be called side by side.
type Camera struct {
	config Config
	base   string
}

// New is a camera that says nothing yet.
func New(config Config) (*Camera, error) {
	parsed, err := url.Parse(config.BaseURL)
	if err != nil || parsed.Host == "" || parsed.Scheme != "http" && parsed.Scheme != "https" {
		return nil, fmt.Errorf("camera: %q is not the address of a server: %w", config.BaseURL, lifecycle.ErrInvalid)
	}
	if config.Memory == nil {
		return nil, fmt.Errorf("camera without a memory: %w", lifecycle.ErrInvalid)
	}
	if config.HTTP == nil {
		config.HTTP = &http.Client{Timeout: requestFor}
	}
	if config.Wait == nil {
		config.Wait = wait
	}
	return &Camera{config: config, base: strings.TrimRight(config.BaseURL, "/")}, nil
}

// Credential is what its screen shows, for an owner to scan or type.
func (c *Camera) Credential() (string, error) {
	state, err := c.config.Memory.Load()
	return state.Credential, err
}

// Press holds its button: nothing of before is left, and a new credential is
// made. Nobody hears of it before the next Report.
func (c *Camera) Press(ctx context.Context) error {
	unlock, err := c.config.Memory.Lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	state, err := c.config.Memory.Load()
	if err != nil {
		return err
	}
	// The epoch stays the last one it knew: if another has begun meanwhile,
	// whoever saw this credential may be of before.
	state.Credential, state.Reset = NewCredential(), true
	return c.config.Memory.Save(state)
}

// HardReset holds its button and tells about it.
func (c *Camera) HardReset(ctx context.Context) (message.Answer, error) {
	if err := c.Press(ctx); err != nil {
		return message.Answer{}, err
	}
	return c.Report(ctx, "")
}

// Report says what there is to say, with the presence code that it sees, if it
// sees one. It tries until it is heard, ctx ends, or there is no hope. A
// silent camera has said nothing when it returns.
func (c *Camera) Report(ctx context.Context, presence string) (message.Answer, error) {
	if c.config.Silent {
		return message.Answer{}, nil
	}
	if c.config.OfflineFor > 0 {
		if err := c.config.Wait(ctx, c.config.OfflineFor); err != nil {
			return message.Answer{}, fmt.Errorf("camera is offline: %w", err)
		}
	}
	unproven, rounds, pause := 0, 0, firstWait
	for {
		answer, err := c.exchange(ctx, presence)
		switch kindOf(answer, err) {
		case done:
			return answer, err
		case advanced: // again at once, at the new epoch
			if rounds++; rounds == roundsMost {
				return answer, fmt.Errorf("the epoch advanced %d times: %w", rounds, lifecycle.ErrStale)
			}
			continue
		case unknown:
			if unproven++; unproven == unprovenMost {
				return message.Answer{}, ErrUnproven
			}
		}
		if failed := c.config.Wait(ctx, max(pause, retryAfter(err))); failed != nil {
			return message.Answer{}, fmt.Errorf("not heard, %w: %w", failed, err)
		}
		pause = min(2*pause, longestWait)
	}
}

// outcome is how an exchange ended.
type outcome int

const (
	done     outcome = iota // heard, or there is no hope
	advanced                // the epoch moved on: begin again
	unknown                 // it does not verify
	later                   // nothing is known: try again
)

func kindOf(answer message.Answer, err error) outcome {
	var refused *refusal
	switch {
	case err == nil && (answer.Action == message.ActionReportAgain || answer.Action == message.ActionOtherEpoch):
		return advanced
	case errors.As(err, &refused):
		return refused.outcome()
	case errors.Is(err, errNetwork):
		return later
	}
	return done
}

// Run calls in at once and then every so often, until ctx ends. A server that
// does not know it today may do so tomorrow.
func (c *Camera) Run(ctx context.Context, every time.Duration) error {
	for {
		_, err := c.Report(ctx, "")
		if err != nil && ctx.Err() == nil && !errors.Is(err, ErrUnproven) && !errors.Is(err, lifecycle.ErrStale) {
			return err
		}
		if err := c.config.Wait(ctx, every); err != nil {
			return nil
		}
	}
}

// exchange is one challenge and the report that answers it.
func (c *Camera) exchange(ctx context.Context, presence string) (message.Answer, error) {
	unlock, err := c.config.Memory.Lock(ctx)
	if err != nil {
		return message.Answer{}, err
	}
	defer unlock()
	state, err := c.config.Memory.Load()
	if err != nil {
		return message.Answer{}, err
	}
	challenge, err := post[message.Challenge](ctx, c, "/device/v1/challenge", message.ChallengeRequest{Brand: state.Brand, Serial: state.Serial})
	if err != nil {
		return message.Answer{}, err
	}
	if state, err = c.keepUp(state, state.Epoch); err != nil {
		return message.Answer{}, err
	}
	report, err := says(state, challenge, presence)
	if err != nil {
		return message.Answer{}, err
	}
	answer, err := post[message.Answer](ctx, c, "/device/v1/report", report)
	if err != nil {
		return message.Answer{}, err
	}
	if answer.Action == message.ActionOtherEpoch { // nobody has heard anything yet
		_, err = c.keepUp(state, answer.Epoch)
		return answer, err
	}
	state.Reset, state.Epoch = false, answer.Epoch
	if answer.Action == message.ActionReportAgain {
		state.Credential = NewCredential()
	}
	return answer, c.config.Memory.Save(state)
}

// keepUp makes a new credential where the present one is of another epoch. It
// is remembered before anybody hears of it: a credential that the server has
// and the camera has lost would let nobody in.
func (c *Camera) keepUp(state State, epoch lifecycle.Epoch) (State, error) {
	if state.Credential != "" && state.Epoch == epoch {
		return state, nil
	}
	if state.Credential == "" || state.Epoch != 0 {
		state.Credential = NewCredential()
	}
	state.Epoch = epoch
	return state, c.config.Memory.Save(state)
}

// says is the signed report.
func says(state State, challenge message.Challenge, presence string) (message.Report, error) {
	kind := lifecycle.ResetNone
	if state.Reset {
		kind = lifecycle.ResetHard
	}
	return message.Report{
		Brand: state.Brand, Serial: state.Serial, Nonce: challenge.Nonce, Epoch: max(state.Epoch, 1), Kind: kind,
		Firmware: state.Firmware, Verifier: CredentialHash(state.Credential), Presence: presence,
	}.Sign(state.Key())
}
