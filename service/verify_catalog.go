package main

import (
	"encoding/json"
	"slices"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/ledger"
	"quitclaim/service/ledger/replay"
	"quitclaim/service/lifecycle"
)

// catalogKinds are what vendors and organisations enter, and every certificate,
// sale and sign-in goes by.
func catalogKinds() []replay.Kind {
	return []replay.Kind{
		{Name: "model", Of: modelOf},
		{Name: "firmware-key", Of: firmwareKeyOf},
		{Name: "firmware", Of: firmwareOf},
		{Name: "kit", Of: kitOf},
		{Name: "provider", Of: providerOf},
		// Who is forgotten has none any more, without an entry for each.
		{Name: "identity", Of: identityOf, Must: func(string) bool { return false }},
		{Name: "org", Of: organisationOf},
	}
}

func modelOf(leaf ledger.Leaf, _ func(string) string) []ledger.Standing {
	var m lifecycle.Model
	if leaf.Kind != "model" || leaf.Event != "save" || json.Unmarshal(leaf.Body, &m) != nil {
		return nil
	}
	return one(leaf.Subject, m)
}

// firmwareKeyOf: a key that was ended signs nothing more.
func firmwareKeyOf(leaf ledger.Leaf, before func(string) string) []ledger.Standing {
	var k lifecycle.FirmwareKey
	if leaf.Kind != "model" || json.Unmarshal(leaf.Body, &k) != nil {
		return nil
	}
	subject := leaf.Subject + " " + k.ID
	state := access.StandingFirmwareKey{Public: k.Public, Name: k.Name, By: k.By}
	switch leaf.Event {
	case "firmware-key":
		return one(subject, state)
	case "firmware-key-end":
		if json.Unmarshal([]byte(before(subject)), &state) != nil {
			return nil
		}
		state.Ended = true
		return one(subject, state)
	}
	return nil
}

// firmwareOf: a version is what was entered, and one that was withdrawn stays so.
func firmwareOf(leaf ledger.Leaf, before func(string) string) []ledger.Standing {
	var f lifecycle.Firmware
	if leaf.Kind != "model" || json.Unmarshal(leaf.Body, &f) != nil {
		return nil
	}
	subject := leaf.Subject + " " + f.Version
	switch leaf.Event {
	case "firmware":
		f.Bytes, f.At = 0, stored(f.At)
		return one(subject, f)
	case "firmware-withdraw":
		by := f.By
		if json.Unmarshal([]byte(before(subject)), &f) != nil {
			return nil
		}
		f.WithdrawnBy = by
		return one(subject, f)
	}
	return nil
}

// stored is an instant as tables keep it.
func stored(at time.Time) time.Time { return time.UnixMilli(at.UnixMilli()).UTC() }

// kitOf: which unit is of which kit, and whether it was missing last.
func kitOf(leaf ledger.Leaf, before func(string) string) (list []ledger.Standing) {
	var kit struct {
		Vendor lifecycle.OrgID    `json:"vendor"`
		By     lifecycle.PersonID `json:"by"`
		Units  []lifecycle.UnitID `json:"units"`
	}
	if leaf.Kind != "kit" || json.Unmarshal(leaf.Body, &kit) != nil {
		return nil
	}
	for place, unit := range kit.Units {
		state := access.StandingKitUnit{Kit: lifecycle.KitID(leaf.Subject), Vendor: kit.Vendor, By: kit.By, Place: int64(place)}
		if leaf.Event == "missing" {
			if json.Unmarshal([]byte(before(string(unit))), &state) != nil {
				continue
			}
			state.Missing = kit.By
		}
		list = append(list, one(string(unit), state)...)
	}
	return list
}

func providerOf(leaf ledger.Leaf, _ func(string) string) []ledger.Standing {
	var p access.StandingProvider
	if leaf.Kind != "provider" || json.Unmarshal(leaf.Body, &p) != nil {
		return nil
	}
	return one(leaf.Subject, p)
}

// identityOf: a way in through a provider stands from its entry to the one that
// ends it. As whom the provider knows the person, no entry says.
func identityOf(leaf ledger.Leaf, _ func(string) string) []ledger.Standing {
	var i struct {
		Provider string `json:"provider"`
	}
	if leaf.Kind != "identity" || json.Unmarshal(leaf.Body, &i) != nil {
		return nil
	}
	subject := leaf.Subject + " " + i.Provider
	if leaf.Event == "unlink" {
		return []ledger.Standing{{Subject: subject}}
	}
	return one(subject, struct{}{})
}

// organisationOf: its kind and its age, by which the oldest is the host, are
// those of its first entry.
func organisationOf(leaf ledger.Leaf, before func(string) string) []ledger.Standing {
	var was access.StandingOrganisation
	known := json.Unmarshal([]byte(before(leaf.Subject)), &was) == nil
	var o access.Organisation
	switch {
	case leaf.Kind != "org" || json.Unmarshal(leaf.Body, &o) != nil:
		return nil
	case leaf.Event == "save":
		if !known {
			was.Kind, was.CreatedAt = o.Kind, stored(o.CreatedAt)
		}
		was.Name, was.Brands = o.Name, slices.Sorted(slices.Values(o.Brands))
	default:
		was.PasswordsOff = leaf.Event == "passwords-off"
	}
	return one(leaf.Subject, was)
}
