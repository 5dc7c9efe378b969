package lifecycle_test

import (
	"time"

	"quitclaim/service/lifecycle"
)

// who follows who has the unit and who can see.
func (m *model) who(w *world, c lifecycle.Change, command decider) {
	become := func(who string) {
		if who == m.belongs {
			m.belongs = ""
		}
		m.owner, m.eyes, m.waiting = who, map[string]bool{who: true}, map[string]string{}
		m.released = false
	}
	switch command := command.(type) {
	case lifecycle.Bind:
		if c.Event == lifecycle.EventBind {
			become(string(command.Actor.Person))
		} else {
			m.waiting[string(command.Actor.Person)] = command.ProofHash
		}
	case lifecycle.Transfer:
		become(string(command.Actor.Person))
	case lifecycle.Heard:
		switch told := command.Report.Verifier; c.Event {
		case lifecycle.EventBindConfirmed:
			become(string(confirmed(c)))
		case lifecycle.EventContactSeen:
			if made, ok := w.secretOf(told); ok && int(made.epoch) == m.era {
				for who, wanted := range m.waiting {
					if wanted != told {
						delete(m.waiting, who)
					}
				}
			}
		}
	case lifecycle.Unbind:
		m.unbound(c)
	case lifecycle.Share:
		m.invited[string(command.ID)] = member{string(command.To), command.Until}
	case lifecycle.Join:
		m.joined(c, command)
	case lifecycle.Object:
		delete(m.proposed, string(command.Hold))
	case lifecycle.RuleContest:
		if hold := c.Holds[0]; !hold.LiftedAt.IsZero() {
			delete(m.holds, string(hold.ID))
		} else if hold.Ruling.Upheld() {
			m.upheld[string(hold.ID)] = true
		}
		if hold := c.Holds[0]; hold.Ruling.Upheld() {
			m.belongs = string(hold.PlacedBy.Person)
		}
	case lifecycle.Certify:
		m.belongs = ""
	case lifecycle.Release:
		m.released = true
	case lifecycle.Cancel:
		m.released = false
		for id := range m.upheld {
			delete(m.holds, id)
		}
		m.upheld = map[string]bool{}
	case lifecycle.Sell:
		m.prior, m.receipt, m.released = string(c.From), command.ReceiptHash, false
	case lifecycle.Void, lifecycle.ReturnSealed:
		m.waiting = map[string]string{}
	case lifecycle.PlaceHold:
		m.holds[string(command.ID)] = true
	case lifecycle.Contest:
		m.holds[string(command.ID)] = true
	case lifecycle.LiftHold:
		if !c.Holds[0].LiftedAt.IsZero() {
			if m.upheld[string(command.Hold)] {
				m.belongs = "" // nobody came for it
			}
			delete(m.holds, string(command.Hold))
			delete(m.upheld, string(command.Hold))
		}
	}
	if c.From == lifecycle.StateStock && m.place == "bound" {
		m.prior = "stock"
	}
}

// work follows the order and what has been shown of the reset.
func (m *model) work(w *world, c lifecycle.Change, command decider) {
	if m.place == "returned" && (c.From != lifecycle.StateReturned) {
		m.freshOrder(c)
	}
	switch command := command.(type) {
	case lifecycle.TakeBack:
		m.clerk, m.since, m.right = string(command.Actor.Person), command.At, ""
		switch {
		case c.From == lifecycle.StateStock || c.From == lifecycle.StateCertified:
			m.right = "stock"
		case c.From == lifecycle.StateSold && m.released:
			m.right = "released"
		case m.receipt != "" && command.ReceiptHash == m.receipt:
			m.right = "receipt"
		}
	case lifecycle.Admit:
		m.clerk, m.since, m.right = string(command.Actor.Person), command.At, ""
	case lifecycle.Vouch:
		m.right = "receipt"
	case lifecycle.Heard:
		m.heard(w, c, command)
	case lifecycle.Attest, lifecycle.AttestTogether, lifecycle.Unsay, lifecycle.Photograph:
		m.said(c, command)
	case lifecycle.Waive:
		for task := range m.open {
			if m.cloudOf(task) == command.Cloud {
				delete(m.open, task)
				if task == command.Cloud+".probe" && m.place == "returned" { // a customer's unit leads nowhere
					m.gaveUp[command.Cloud] = true
				}
			}
		}
	case lifecycle.Progress:
		m.learnt(command)
	case lifecycle.BindingSeen:
		if c.From == lifecycle.StateReturned {
			for _, verb := range []string{"unbind", "cut", "probe"} {
				m.open[command.Sighting.Cloud+"."+verb] = true
			}
			delete(m.gaveUp, command.Sighting.Cloud)
		}
	}
}

func (m *model) freshOrder(c lifecycle.Change) {
	m.open, m.shown = map[string]bool{}, ""
	m.words, m.hands, m.gaveUp = map[string]bool{}, map[string]bool{}, map[string]bool{}
	m.list = newSheet()
	for _, cloud := range m.clouds {
		for _, verb := range []string{"inventory", "preflight", "revoke", "unbind", "detach", "rotate", "cut", "notify", "probe"} {
			m.open[cloud+"."+verb] = true
		}
	}
	if c.Event == lifecycle.EventReturn || c.Event == lifecycle.EventAdmit {
		m.dark = map[string]string{}
	}
}

func (m *model) cloudOf(task string) string {
	for _, cloud := range append([]string{"surprise"}, m.clouds...) {
		if len(task) > len(cloud) && task[:len(cloud)+1] == cloud+"." {
			return cloud
		}
	}
	return ""
}

func (m *model) heard(w *world, c lifecycle.Change, command lifecycle.Heard) {
	inHand := c.From == lifecycle.StateReturned || c.From == lifecycle.StateReset && c.Unit.State == lifecycle.StateReset
	if inHand && m.right == "" && command.Report.Presence == "presence" {
		m.right = "present"
	}
	made, ok := w.secretOf(command.Report.Verifier)
	anew := ok && made.told.Equal(command.At) // a button that was held has made another
	if c.From == lifecycle.StateReturned && command.Report.Kind == lifecycle.ResetHard && anew {
		m.shown = "signed"
	}
}

func (m *model) learnt(command lifecycle.Progress) {
	if m.place == "returned" {
		for _, task := range command.Tasks {
			if task.Done() {
				delete(m.open, task.ID)
			}
		}
	}
	if probe := command.Probe; probe != nil {
		if probe.Dark {
			m.dark[probe.Cloud] = probe.At.Format(time.RFC3339)
		} else {
			delete(m.dark, probe.Cloud)
		}
		if probe.CredentialRefused && command.Order != "" && m.place == "returned" && m.shown != "signed" {
			m.shown = "probed"
		}
	}
}
