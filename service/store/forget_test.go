package store_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"quitclaim/service/store/storetest"
)

// What becomes of the rows that name somebody who is erased.
const (
	// goes: nothing of it is left.
	goes = "goes"
	// stays: with an opaque id that leads to nobody; what was sealed in it opens
	// no more.
	stays = "stays"
)

// forgetting has a rule for every table that names a person, with its reason.
func forgetting() map[string]struct{ rule, why string } {
	return map[string]struct{ rule, why string }{
		"subject_key":       {goes, "without it nothing of theirs opens"},
		"session":           {goes, "they are signed out"},
		"setup_link":        {goes, "it lets them in"},
		"mail_link":         {goes, "it lets them in"},
		"recovery":          {goes, "it lets them in"},
		"address_change":    {goes, "where they are written to"},
		"known_browser":     {goes, "where they signed in"},
		"passkey":           {goes, "it lets them in"},
		"identity":          {goes, "it lets them in, and what a provider calls them is personal"},
		"ceremony":          {goes, "it lets them in"},
		"provider_attempt":  {goes, "it lets them in"},
		"badge":             {stays, "it has ended"},
		"pin":               {goes, "it lets them in"},
		"notice":            {goes, "what they were told"},
		"notice_choice":     {goes, "what they wanted to be told"},
		"push_subscription": {goes, "where they were told"},
		"mail_standing":     {goes, "how mail to them fares"},

		"person":         {stays, "the id and the roles: records name it"},
		"credential":     {stays, "it has ended; the id was in the records of what it did"},
		"station":        {stays, "who set it up"},
		"pin_alarm":      {stays, "what an officer was told of"},
		"provider":       {stays, "who configured it"},
		"kit":            {stays, "who packed it"},
		"firmware":       {stays, "who published it"},
		"firmware_key":   {stays, "who published it"},
		"binding":        {stays, "it has ended; the unit's record"},
		"deletion":       {stays, "the unit's record: what of theirs was deleted"},
		"unit":           {stays, "the unit's record"},
		"unit_return":    {stays, "the unit's record"},
		"attestation":    {stays, "the unit's record: two people, whoever they were"},
		"certificate":    {stays, "the unit's record: two people, whoever they were"},
		"offer":          {stays, "the unit's record"},
		"hold":           {stays, "the unit's record"},
		"contest":        {stays, "the unit's record; their words are sealed for them"},
		"share_name":     {stays, "how its owner calls somebody, sealed for the owner"},
		"consent":        {stays, "it is on the ledger; it proves who was let in"},
		"consent_ask":    {stays, "who asked whom; the words are sealed"},
		"support_access": {stays, "it is on the ledger: who looked; the agent's words are sealed for the owner"},
		"batch":          {stays, "the desk's record"},
		"batch_entry":    {stays, "the desk's record"},
		"print_job":      {stays, "the bench's record"},
		"kit_unit":       {stays, "who found it missing"},
		"cloud_link":     {stays, "the built-in cloud's own books: an account that is nobody's"},
		"flag":           {stays, "who settled it"},
		"flag_round":     {stays, "who settled it"},
		"shipment":       {stays, "who sent and received it"},
		"sale":           {stays, "who recorded it"},
		"log_entry":      {stays, "the ledger: opaque ids alone"},
	}
}

// personColumns are the names by which columns hold a person's id.
var personColumns = regexp.MustCompile(`^(person_id|account|owner|agent|clerk|second|operator|validator|from_person|to_person|subject|[a-z]+_by)$`)

// TestForgettingHasARuleForEveryTable: a table that names a person and has no
// rule would keep what should go, and nobody would notice.
func TestForgettingHasARuleForEveryTable(t *testing.T) {
	t.Parallel()
	s := storetest.OpenNew(t)
	db := rawDB(t, s.Dir)
	text, err := os.ReadFile("testdata/one-of-each.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range splitSQL(string(text)) {
		if regexp.MustCompile(`INTO (log_|checkpoint)`).MatchString(statement) {
			continue // the ledger of this store has begun
		}
		if _, err := db.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	for _, statement := range []string{
		`UPDATE person SET roles = '[]'`, `UPDATE binding SET state = 'ended', ended_at = 2`,
		// What one-of-each leaves empty, somebody is named by here.
		`UPDATE setup_link SET person_id = 'psn_1'`, `UPDATE session SET person_id = 'psn_1', session_id = 'ses_1'`,
		`UPDATE provider_attempt SET person_id = 'psn_1', purpose = 'link'`,
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	rules, naming := forgetting(), map[string]bool{}
	tables := column(t, db, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
	names := func(table string) bool {
		for _, c := range column(t, db, `SELECT name FROM pragma_table_info(?)`, table) {
			if len(column(t, db, fmt.Sprintf(`SELECT 'x' FROM %s WHERE CAST(%s AS TEXT) = 'psn_1' LIMIT 1`, table, c))) > 0 {
				return true
			}
		}
		return false
	}
	for _, table := range tables {
		named := slices.ContainsFunc(column(t, db, `SELECT name FROM pragma_table_info(?)`, table), personColumns.MatchString)
		naming[table] = names(table)
		if _, has := rules[table]; (named || naming[table]) && !has {
			t.Errorf("%s names a person: say in forgetting what becomes of it when they are erased, and have forget do it", table)
		}
	}
	if err := s.ForgetPerson(t.Context(), "psn_1"); err != nil {
		t.Fatal(err)
	}
	checked := 0
	for table, r := range rules {
		if !slices.Contains(tables, table) {
			t.Errorf("there is a rule for %s, and no such table", table)
			continue
		}
		if r.rule == goes && !naming[table] {
			t.Errorf("%s: no row names psn_1 before, so nothing shows that it goes", table)
		}
		if r.rule == stays && !naming[table] && !slices.ContainsFunc(column(t, db, `SELECT name FROM pragma_table_info(?)`, table), personColumns.MatchString) {
			t.Errorf("there is a rule for %s, which names nobody", table)
		}
		if left := names(table); left != (r.rule == stays) && naming[table] {
			t.Errorf("%s names psn_1 afterwards: %v; it %s, for %s", table, left, r.rule, r.why)
		}
		checked++
	}
	if checked < 30 {
		t.Errorf("checked %d tables: the test looks in the wrong place", checked)
	}
	if left := column(t, db, `SELECT 'sealed' FROM person WHERE person_id = 'psn_1' AND (sealed IS NOT NULL OR email_hash IS NOT NULL OR password_hash IS NOT NULL)`); len(left) > 0 {
		t.Errorf("%s is left of the person", strings.Join(left, ", "))
	}
}
