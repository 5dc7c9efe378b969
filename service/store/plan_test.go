package store_test

import (
	"database/sql"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"quitclaim/service/store/storetest"
)

// SQLite plans by the schema alone as long as nobody runs ANALYZE, and the store
// never does. So the plan of an empty database is the plan of ten million units.

// mayScan are the statements that read a table from one end to the other, each
// with the reason why that table stays small or the reading short.
func mayScan() map[string]string {
	return map[string]string{
		"sqlSignedSize":        "by its index from the newest, one row",
		"sqlTopHash":           "by its index from the newest, one row",
		"sqlNewestCheckpoint":  "by its index from the newest, one row",
		"sqlPurgeRuns":         "runs are purged, so there are few",
		"sqlEndSetupLinks":     "set-up links are purged, so there are few",
		"sqlForgetSetupLinks":  "set-up links are purged, so there are few",
		"sqlForgetCeremonies":  "ceremonies last five minutes and are purged, so there are few",
		"sqlAnyOrganisation":   "any one row",
		"sqlAnyPerson":         "any one row",
		"sqlFirstOrganisation": "organisations are few",
		"sqlMigrations":        "migrations are few",
		"sqlMigrationsOfOne":   "migrations are few",
		"sqlOrigins":           "the log's names are few",
		"sqlListedProviders":   "the buttons on the sign-in page are few",
		"sqlFirmwareToTell":    "by an index of what not all were told of, one row",
		"sqlTryUntold":         "what could not be told is little, or somebody looks at it at once",
		"sqlUntoldAsks":        "by an index of what nobody was told of yet, a second's worth",
		"sqlArrivingAt":        "one constant row",
		"sqlHadBy":             "one constant row",
	}
}

// maySort are the statements that sort what they found otherwise than one unit's
// rows by hand, with the reason why that is little.
func maySort() map[string]string {
	return map[string]string{
		"sqlAddressChangesOf":   "one person's changes of address at one instant",
		"sqlMineOf":             "one person's bindings",
		"sqlPastOf":             "one person's bindings",
		"sqlOffersTo":           "one person's offers",
		"sqlMailLinkToType":     "what one browser asked for within a day",
		"sqlContestsOf":         "one person's contests",
		"sqlUnitsBySerial":      "units of different brands with one serial",
		"sqlBrandsOf":           "one organisation's brands",
		"sqlFirstOrganisation":  "organisations are few",
		"sqlWaiting":            "what waits for the sequencer, a quarter of a second's",
		"sqlUnplaced":           "what waits for the sequencer, a quarter of a second's",
		"sqlReturnsByDay":       "a day's number each, of a limited number of entries of an index",
		"sqlCameBackByDay":      "a day's number each, of a limited number of entries of an index",
		"sqlStandingBySeverity": "a limited number of entries of two indexes",
		"sqlWaits":              "the tasks of a limited number of units",
		"sqlStuckHere":          "the work of a limited number of units",
		"sqlStuckMade":          "the work of a limited number of units",
	}
}

// drivers are the lists that go page by page, and the index that has to lead
// each: it must be in the order of the pages and hold nothing else than what is
// listed, or what is filtered beside.
func drivers() map[string]string {
	return map[string]string{
		"sqlAsksTo":           "consent_ask_waiting (owner=?)",
		"sqlUntoldAsks":       "consent_ask_untold",
		"sqlReplaceAsks":      "consent_ask_open (unit_id=? AND agent=?)",
		"sqlPurgeAsks":        "consent_ask_over (expires_at<?)",
		"sqlConsentsOf":       "consent_by_owner (owner=?)",
		"sqlConsentsTo":       "consent_by_agent (agent=? AND expires_at>?)",
		"sqlAccessesOf":       "support_access_by_owner (owner=? AND unit_id=? AND epoch=? AND (at,access_id)<(?,?))",
		"sqlUnitsInCustody":   "unit_by_custody (custody=? AND unit_id>?)",
		"sqlUnitsOfVendor":    "unit_by_vendor (vendor_id=? AND unit_id>?)",
		"sqlUnitsOfOwner":     "binding_by_account (account=? AND unit_id>?)",
		"sqlUnitsReturnedTo":  "unit_return_by_org (org_id=? AND unit_id>?)",
		"sqlUnits":            "sqlite_autoindex_unit_1 (unit_id>?)",
		"sqlUnitsBySerial":    "unit_by_serial (serial_folded=?)",
		"sqlArriving":         "shipment_arriving (to_org=? AND unit_id>?)",
		"sqlDeparting":        "shipment_departing (from_org=? AND unit_id>?)",
		"sqlUnitsOfShipment":  "shipment_by_id (shipment_id=?)",
		"sqlLateShipments":    "shipment_one_open (unit_id>?)",
		"sqlAbsentReturns":    "unit_returned (unit_id>?)",
		"sqlResold":           "binding_ended_by_reset (unit_id>?)",
		"sqlWatchedDue":       "watch_due ((next_at,unit_id)>(?,?) AND next_at<?)",
		"sqlClaimWork":        "work_due (next_at<?)",
		"sqlFreeWork":         "work_leased (lease_until>?)",
		"sqlPullWork":         "work_due (next_at>?)",
		"sqlPullLeases":       "work_leased (lease_until>?)",
		"sqlStuckWork":        "work_open ((unit_id,order_id,cloud)>(?,?,?))",
		"sqlFlags":            "flag_by_age ((first_at,flag_id)<(?,?))",
		"sqlFlagsOfUnit":      "sqlite_autoindex_flag_1 (unit_id=?)",
		"sqlReturnsSince":     "unit_return_by_day (org_id=? AND at>?)",
		"sqlReturnsByDay":     "unit_return_by_day (org_id=? AND at>?)",
		"sqlCameBackByDay":    "unit_came_back (vendor_id=? AND returned_at>?)",
		"sqlCountAtHand":      "unit_at_hand (custody=? AND state=? AND epoch_at>? AND epoch_at<?)",
		"sqlCountMade":        "unit_made (vendor_id=? AND state=?)",
		"sqlUnitsByReceipt":   "receipt_by_number (receipt_hash=?)",
		"sqlUnproven":         "unit_return_unproven (org_id=? AND at>?)",
		"sqlUnitsAfter":       "sqlite_autoindex_unit_1 (unit_id>?)",
		"sqlFeed":             "log_entry_by_index (idx>?)",
		"sqlOf":               "log_entry_by_subject (subject=? AND idx>?)",
		"sqlEntries":          "log_entry_by_index (idx>? AND idx<?)",
		"sqlPeople":           "person_by_org (org_id=? AND person_id>?)",
		"sqlRoles":            "person_by_org (org_id=? AND person_id>?)",
		"sqlClaimUntold":      "untold_due (next_at<?)",
		"sqlImports":          "import_by_org (org_id=? AND (created_at,import_id)<(?,?))",
		"sqlPurgeParts":       "import_ended (ended_at<?)",
		"sqlImportToWork":     "import_at_work (lease_until<?)",
		"sqlBatches":          "batch_by_org (org_id=? AND (opened_at,batch_id)<(?,?))",
		"sqlFirmwareReaders":  "unit_bound_of_model (model_id=? AND unit_id>?)",
		"sqlFirmwareToTell":   "firmware_untold",
		"sqlCredentialsOfOrg": "credential_by_org (org_id=? AND credential_id>?)",
	}
}

// plan is how SQLite would run a statement, step by step.
func plan(t *testing.T, db *sql.DB, text string) []string {
	t.Helper()
	rows, err := db.Query("EXPLAIN QUERY PLAN "+strings.ReplaceAll(text, "$", "+?"), make([]any, parameters(text))...)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	defer rows.Close()
	var steps []string
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return steps
}

// parameters is the highest number of a placeholder.
func parameters(text string) int {
	highest := 0
	for _, found := range regexp.MustCompile(`\$(\d+)`).FindAllStringSubmatch(text, -1) {
		n, _ := strconv.Atoi(found[1]) // digits
		highest = max(highest, n)
	}
	return highest
}

func TestNoStatementReadsAWholeTable(t *testing.T) {
	t.Parallel()
	db := rawDB(t, storetest.OpenNew(t).Dir)
	planned := regexp.MustCompile(`(?is)^\s*(select|update|delete|with|insert\b.*\bselect)\b`)
	scans, sorts, led := mayScan(), maySort(), drivers()
	used := map[string]bool{}
	for _, s := range statements(t) {
		if !planned.MatchString(s.text) {
			continue
		}
		steps := plan(t, db, s.text)
		if leader, ok := led[s.name]; ok && !slices.ContainsFunc(steps, func(step string) bool { return strings.HasSuffix(step, "INDEX "+leader) }) {
			t.Errorf("%s %s goes by %q, want the index %s", s.file, s.name, steps, leader)
		}
		delete(led, s.name)
		ofOneUnit := len(steps) > 0 && strings.Contains(steps[0], "(unit_id=?")
		for _, step := range steps {
			if _, may := scans[s.name]; strings.HasPrefix(step, "SCAN") && !ownList(steps, step) {
				if used[s.name] = true; !may {
					t.Errorf("%s %s reads a whole table: %s", s.file, s.name, step)
				}
			}
			if _, may := sorts[s.name]; strings.Contains(step, "TEMP B-TREE") && !ofOneUnit {
				if used[s.name] = true; !may {
					t.Errorf("%s %s sorts more than one unit's rows: %q", s.file, s.name, steps)
				}
			}
		}
	}
	for _, allowed := range []map[string]string{scans, sorts} {
		for name := range allowed {
			if !used[name] {
				t.Errorf("%s needs no exception", name)
			}
		}
	}
	for name := range led {
		t.Errorf("%s is no statement any more", name)
	}
}

// ownList reports whether a step scans what the statement has listed itself.
func ownList(steps []string, scan string) bool {
	name := strings.Fields(scan)[1]
	return slices.Contains(steps, "MATERIALIZE "+name) || slices.Contains(steps, "CO-ROUTINE "+name)
}
