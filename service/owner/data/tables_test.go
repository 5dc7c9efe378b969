package data_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// copied says of each table that names a person, or holds something sealed, in
// which sections of a copy it is; or why in none.
func copied() map[string]struct{ in, why string } {
	const (
		work   = "what somebody did at work is their organisation's record: its custodian reads it there"
		minute = "it lives for minutes, and what is in it is a secret of a browser"
	)
	return map[string]struct{ in, why string }{
		"person":            {in: "person"},
		"mail_standing":     {in: "person"},
		"session":           {in: "sessions"},
		"credential":        {in: "tokens"},
		"passkey":           {in: "passkeys"},
		"identity":          {in: "identities"},
		"badge":             {in: "badges"},
		"pin":               {in: "pins"},
		"recovery":          {in: "recoveries"},
		"address_change":    {in: "address_changes"},
		"unit":              {in: "past"}, // a claim
		"binding":           {in: "units past"},
		"share_name":        {in: "units"},
		"hold":              {in: "units contests"},
		"contest":           {in: "contests"},
		"offer":             {in: "units offers"},
		"deletion":          {in: "past"},
		"consent":           {in: "consents"},
		"consent_ask":       {in: "questions"},
		"support_access":    {in: "accesses"},
		"notice":            {in: "notices"},
		"notice_choice":     {in: "notice_settings"},
		"push_subscription": {in: "push_subscriptions"},

		"subject_key":      {why: "the key itself: what it opens is in the copy"},
		"known_browser":    {why: "hashes of random numbers that their own browsers hold; the sessions in the copy say when they signed in"},
		"setup_link":       {why: "a link that was not used yet: its hash and its date"},
		"mail_link":        {why: minute},
		"ceremony":         {why: minute},
		"provider_attempt": {why: minute},
		"answer":           {why: "an answer that was sent once already, kept for a week to be sent again; what it changed is in the copy"},
		"cloud_link":       {why: "the built-in cloud's own books, which mirror bindings"},
		"sighting":         {why: "keyed hashes: it cannot be told whose they are"},
		"receipt":          {why: "a shop's receipt number; whose it is, only the shop can tell"},
		"provider":         {why: "an organisation's own secret at its provider"},
		"import_part":      {why: "an organisation's file"},
		"import_error":     {why: "an organisation's file"},
		"log_entry":        {why: "the ledger is public, and holds opaque ids alone"},
		"unit_return":      {why: work},
		"attestation":      {why: work},
		"certificate":      {why: work},
		"sale":             {why: work},
		"shipment":         {why: work},
		"flag":             {why: work},
		"flag_round":       {why: work},
		"batch":            {why: work},
		"batch_entry":      {why: work},
		"import_job":       {why: work},
		"print_job":        {why: work},
		"kit":              {why: work},
		"kit_unit":         {why: work},
		"station":          {why: work},
		"firmware":         {why: work},
		"firmware_key":     {why: work},
		"pin_alarm":        {why: "an officer's record of an attack on a badge"},
	}
}

var (
	newTable  = regexp.MustCompile(`(?s)CREATE TABLE (\w+) \((.*?)\n\)`)
	newColumn = regexp.MustCompile(`ALTER TABLE (\w+) ADD COLUMN (\w+)`)
	column    = regexp.MustCompile(`(?m)^  ([a-z_]+) +[A-Z]`)
	// personal are the names of columns that hold a person's id, as the store's
	// test of forgetting has them, or something that is sealed or hashed of one.
	personal = regexp.MustCompile(`^(person_id|account|account_hash|claim|owner|agent|actor|clerk|second|operator|validator|from_person|to_person|subject|sealed|email_hash|[a-z]+_by)$`)
)

// TestEveryTableIsCopiedOrSaysWhyNot: a table that somebody adds, and that holds
// something about people, has to be decided about.
func TestEveryTableIsCopiedOrSaysWhyNot(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../store/migrations/*.sql")
	if err != nil || len(files) < 20 {
		t.Fatalf("migrations %v, %v", files, err)
	}
	naming := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range newTable.FindAllStringSubmatch(string(text), -1) {
			for _, c := range column.FindAllStringSubmatch(table[2], -1) {
				naming[table[1]] = naming[table[1]] || personal.MatchString(c[1])
			}
		}
		for _, added := range newColumn.FindAllStringSubmatch(string(text), -1) {
			naming[added[1]] = naming[added[1]] || personal.MatchString(added[2])
		}
	}
	k := newKit(t)
	_, document := k.exported(t, k.Owner)
	rules := copied()
	for table, names := range naming {
		rule, has := rules[table]
		if names && !has {
			t.Errorf("%s holds something about people: put it into the copy, or say here why not", table)
		}
		if has && (rule.in == "") == (rule.why == "") {
			t.Errorf("%s: either it is copied, or there is a reason", table)
		}
		for _, section := range strings.Fields(rule.in) {
			if _, there := document[section]; !there {
				t.Errorf("%s is said to be in %q, and a copy has no such section", table, section)
			}
		}
	}
	for table := range rules {
		if !naming[table] {
			t.Errorf("there is a rule for %s, which names nobody", table)
		}
	}
	if len(rules) < 40 {
		t.Errorf("%d tables: the test looks in the wrong place", len(rules))
	}
}
