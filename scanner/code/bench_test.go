package code_test

import (
	"testing"

	"quitclaim/scanner/code"
)

func BenchmarkParse(b *testing.B) {
	rules := site(b)
	for name, payload := range map[string]string{
		"label":    "https://qc.example/u/" + labelCode,
		"link":     "https://id.gs1.org/01/09506000134352/21/SN00A1",
		"elements": "]Q3010950600013435221SN00A1",
		"serial":   "SN00A1",
		"unknown":  "{SN:5G043D4PAJ361D8,DT:IPC-G22P,SC:L2A262CB,NC:015}",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				code.Parse(payload, rules)
			}
		})
	}
}
