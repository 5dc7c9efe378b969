package code_test

import (
	"testing"

	"quitclaim/scanner/code"
)

func TestParseGTIN(t *testing.T) {
	t.Parallel()
	for digits, want := range map[string]string{
		"02345673": "00000002345673", "416000336108": "00416000336108",
		"9506000134352": gtin, gtin: gtin,
		"9506000134353": "", "": "", "950600013435": "", "0000000000000": "", "95060001343x2": "", "009506000134352": "",
	} {
		if got, ok := code.ParseGTIN(digits); got != want || ok != (want != "") {
			t.Errorf("ParseGTIN(%q) = %q, %v, want %q", digits, got, ok, want)
		}
	}
}
