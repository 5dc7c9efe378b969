package code_test

import (
	"fmt"

	"quitclaim/scanner/code"
)

func ExampleParse() {
	acme, err := code.NewSerialPattern("acme", `SN[0-9A-F]{4}`, "SN00A1")
	if err != nil {
		fmt.Println(err)
		return
	}
	rules := code.Rules{Hosts: []string{"qc.example"}, Serials: []code.SerialPattern{acme}}
	for _, payload := range []string{"SN00A1", "9506000134352", "MT:Y.K9042C00KA0648G00", "HA&&é"} {
		r := code.Parse(payload, rules)
		fmt.Println(r.Kind, r.Redacted)
	}
	// Output:
	// serial SN00A1
	// model https://id.gs1.org/01/09506000134352
	// secret MT:…
	// unknown … (5)
}
