package engine

import (
	"strings"
	"testing"
)

func TestTablesAboutAUnitArePartitioned(t *testing.T) {
	t.Parallel()
	const text = `-- release 1
CREATE TABLE unit (
  unit_id TEXT PRIMARY KEY,
  state   TEXT NOT NULL,
  CONSTRAINT unit_state_known CHECK (state IN ('stock', 'sold'))
);
CREATE INDEX unit_by_state ON unit (state);
CREATE TABLE lookup (
  kind    TEXT NOT NULL,
  code    TEXT NOT NULL,
  unit_id TEXT NOT NULL,
  CONSTRAINT lookup_key PRIMARY KEY (kind, code)
);
CREATE TABLE probe (
  unit_id TEXT NOT NULL REFERENCES unit (unit_id),
  cloud   TEXT NOT NULL,
  CONSTRAINT probe_key PRIMARY KEY (unit_id, cloud)
);
`
	got := partitioned(text, 2)
	for _, want := range []string{
		"CHECK (state IN ('stock', 'sold'))\n) PARTITION BY HASH (unit_id);\n" +
			"CREATE TABLE unit_p00 PARTITION OF unit FOR VALUES WITH (MODULUS 2, REMAINDER 0);\n" +
			"CREATE TABLE unit_p01 PARTITION OF unit FOR VALUES WITH (MODULUS 2, REMAINDER 1);\n",
		"PRIMARY KEY (unit_id, cloud)\n) PARTITION BY HASH (unit_id);\nCREATE TABLE probe_p00 ",
		"PRIMARY KEY (kind, code)\n);\n",
		"CREATE INDEX unit_by_state ON unit (state);",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "lookup_p00") {
		t.Errorf("lookup is about no unit, and is partitioned by it:\n%s", got)
	}
}
