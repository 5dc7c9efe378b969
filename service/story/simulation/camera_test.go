package simulation

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"strings"

	"quitclaim/service/device/camera"
	"quitclaim/service/device/message"
	"quitclaim/service/lifecycle"
)

// unitCamera is one of the world's units, as it is: what it knows, what it has
// said, and who has seen its screen.
type unitCamera struct {
	key     lifecycle.UnitKey
	id      lifecycle.UnitID // by its first leaf
	private ed25519.PrivateKey
	epoch   lifecycle.Epoch // the last one that it was told
	pressed bool            // its button was held, and nobody has heard of it
	silent  int             // steps for which its network is gone
	holder  string          // who of the owners has it, while a customer does
	secrets []*secret       // the last is in use
	sent    []sent
	pledged []message.Report // signed, and not sent yet
	codes   []string         // of offers, as their makers handed them on
}

// secret is a credential that the camera made.
type secret struct {
	text, hash string
	era        lifecycle.Epoch // of the unit, when it was made
	told       bool            // a report of it is on the ledger
	known      map[string]bool
}

// sent is a report that was heard.
type sent struct {
	report  message.Report
	network string
}

func (w *world) newCamera(n int) *unitCamera {
	var seed [ed25519.SeedSize]byte
	_, _ = w.dice.Read(seed[:])
	return &unitCamera{
		key:     lifecycle.UnitKey{Brand: brand, Serial: fmt.Sprintf("SN-%04d", n)},
		private: ed25519.NewKeyFromSeed(seed[:]), holder: "ana",
	}
}

// now is the credential in use; nil before the first.
func (c *unitCamera) now() *secret {
	if len(c.secrets) == 0 {
		return nil
	}
	return c.secrets[len(c.secrets)-1]
}

// makes a new credential. Whoever has the camera sees it; in an organisation's
// hands that is tom, who has a friend at every bench.
func (w *world) makes(c *unitCamera) {
	w.watch.look()
	var drawn [26]byte
	for i := range drawn {
		drawn[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[w.dice.below(32)]
	}
	who := c.holder
	now := w.watch.of(c.id)
	if now.history.Snapshot().Unit.Custody != "" {
		who = "tom"
	}
	made := &secret{text: string(drawn[:]), hash: camera.CredentialHash(string(drawn[:])), era: now.era, known: map[string]bool{who: true}}
	if w.dice.in(4) {
		made.known["tom"] = true // looks over the shoulder
	}
	c.secrets = append(c.secrets, made)
}

// secretOf finds a credential by its hash; a guess is none.
func (c *unitCamera) secretOf(hash string) *secret {
	for _, made := range c.secrets {
		if made.hash == hash {
			return made
		}
	}
	return nil
}

// network is where the camera calls from.
func (w *world) network(c *unitCamera) string {
	if w.watch.of(c.id).history.Snapshot().Unit.Custody != "" {
		return "198.51.100.7"
	}
	return map[string]string{"ana": "192.0.2.1", "ben": "203.0.113.1", "tom": "203.0.113.99"}[c.holder]
}

// speaks is one exchange of the camera with the service. It makes a new
// credential where the epoch is not the one that it knew; a stubborn one that
// has told its credential keeps it.
func (w *world) speaks(c *unitCamera, presence string, stubborn bool) {
	ctx, h, from := w.house.ctx, w.house, w.network(c)
	if c.silent > w.step {
		w.tell("%s is silent", c.key)
		return
	}
	challenge, err := h.device.Challenge(ctx, c.key, from)
	if err != nil {
		w.tell("%s challenge: %v", c.key, err)
		return
	}
	if c.now() == nil {
		w.makes(c)
	}
	report, err := w.says(c, challenge, presence)
	if err != nil {
		w.fail("%s cannot sign: %v", c.key, err)
		return
	}
	if w.dice.in(6) {
		c.pledged = append(c.pledged, report) // it comes late
		return
	}
	if epoch := w.reports(c, report, from); epoch != 0 {
		w.speaksAt(c, epoch, presence, stubborn)
	}
}

// speaksAt is what the camera says once it was told its epoch.
func (w *world) speaksAt(c *unitCamera, epoch lifecycle.Epoch, presence string, stubborn bool) {
	if keep := stubborn && c.now().told; !keep {
		w.makes(c)
	}
	c.epoch = epoch
	from := w.network(c)
	challenge, err := w.house.device.Challenge(w.house.ctx, c.key, from)
	if err != nil {
		w.tell("%s challenge: %v", c.key, err)
		return
	}
	report, err := w.says(c, challenge, presence)
	if err != nil {
		w.fail("%s cannot sign: %v", c.key, err)
		return
	}
	w.reports(c, report, from)
}

func (w *world) says(c *unitCamera, challenge message.Challenge, presence string) (message.Report, error) {
	kind := lifecycle.ResetNone
	if c.pressed {
		kind = lifecycle.ResetHard
	}
	return message.Report{
		Brand: c.key.Brand, Serial: c.key.Serial, Nonce: challenge.Nonce, Epoch: max(c.epoch, 1), Kind: kind,
		Firmware: "1.2.0", Verifier: c.now().hash, Presence: presence,
	}.Sign(c.private)
}

// reports sends it; where the service is at another epoch, it is that one.
func (w *world) reports(c *unitCamera, report message.Report, from string) lifecycle.Epoch {
	answer, err := w.house.device.Report(w.house.ctx, report, from)
	w.tell("%s says %s at epoch %d: %s %v", c.key, report.Kind, report.Epoch, answer.Action, err)
	if err != nil {
		return 0
	}
	c.sent = append(c.sent, sent{report, from})
	if answer.Action == message.ActionOtherEpoch {
		return answer.Epoch
	}
	if report.Kind == lifecycle.ResetHard {
		c.pressed = false
	}
	if answer.Action == message.ActionReportAgain {
		c.epoch = 0 // the next contact makes a new credential
	}
	return 0
}

// late sends a report that was signed some time ago.
func (w *world) late(c *unitCamera) {
	if len(c.pledged) == 0 {
		return
	}
	report := c.pledged[0]
	c.pledged = c.pledged[1:]
	w.reports(c, report, w.network(c))
}

// replays sends a report that was heard once more: nobody may hear it.
func (w *world) replays(c *unitCamera) {
	if len(c.sent) == 0 {
		return
	}
	again := pick(w.dice, c.sent)
	_, err := w.house.device.Report(context.WithoutCancel(w.house.ctx), again.report, again.network)
	w.tell("%s: a report is replayed: %v", c.key, err)
	if err == nil {
		w.fail("replay: a report of %s at epoch %d was heard twice", c.key, again.report.Epoch)
	}
	if !errors.Is(err, lifecycle.ErrNotFound) && !errors.Is(err, lifecycle.ErrThrottled) && !w.house.dead {
		w.fail("replay: a replayed report was answered %v", err)
	}
}

// presses its button, and tells about it if it can.
func (w *world) presses(c *unitCamera) {
	c.pressed = true
	w.makes(c)
	w.speaks(c, w.presenceOf(c), false)
}

// presenceOf is the code that the desk's screen shows for the unit.
func (w *world) presenceOf(c *unitCamera) string {
	ret := w.watch.of(c.id).history.Snapshot().Return
	if ret == nil || w.dice.in(3) {
		return ""
	}
	return strings.TrimSpace(w.house.keys.LookupHash("presence", string(ret.ID)))
}
