package code_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"quitclaim/scanner/code"
)

func TestCompare(t *testing.T) {
	t.Parallel()
	const link = "https://id.gs1.org/01/09506000134352/21/SN00A1"
	label := "https://qc.example/u/" + labelCode
	other := "https://qc.example/u/" + newLabelCode(t)
	for _, row := range []struct {
		name, box, device string
		want              []string
	}{
		{"same code", link, link, nil},
		{"other form of the same", "(01)09506000134352(21)sn00a1", "SN00A1", nil},
		{"another serial", link, "SN00A2", []string{"code.mismatch"}},
		{"another model", link, "(01)09520123456788(21)SN00A1", []string{"code.mismatch-model"}},
		{"another brand too", link, "12345678901", []string{"code.mismatch", "code.mismatch-brand"}},
		{"our label on both", label, label, nil},
		{"two labels of ours", label, other, []string{"code.mismatch"}},
		{"a label says no serial", label, link, []string{"code.cannot-compare"}},
		{"an EAN names no unit", "9506000134352", link, []string{"code.cannot-compare"}},
		{"two EANs neither", "9506000134352", "9506000134352", []string{"code.cannot-compare"}},
		{"unknown", link, "?", []string{"code.cannot-compare"}},
		{"ambiguous", link, "5G043D4PAJ361D8", []string{"code.cannot-compare"}},
		{"secret", "MT:Y.K9042C00KA0648G00", "MT:Y.K9042C00KA0648G00", []string{"code.cannot-compare"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			rules := site(t)
			agree, reasons := code.Compare(code.Parse(row.box, rules), code.Parse(row.device, rules))
			if diff := cmp.Diff(reason(row.want...), reasons); diff != "" || agree != (row.want == nil) {
				t.Errorf("Compare(%q, %q) = %v; reasons (-want +got):\n%s", row.box, row.device, agree, diff)
			}
		})
	}
}
