package main

import "maps"

// deskRows: every desk is told of a unit that a customer has, and that one in
// other hands is other stock (rule 13). What is asked for is refused by a rule
// that comes after: the unit is to be scanned in a thousand years.
func deskRows() []row {
	back := `{"brand":"{brand}","serial":"{serial}","condition":"used","reason":"changed-mind","scanned_at":"2999-01-01T00:00:00Z"}`
	backForm := "brand={brand}&serial={serial}&condition=used&reason=changed-mind&scanned_at=2999-01-01T00:00:00Z"
	take := map[string]answers{
		"home": everybody(409), "sold": everybody(409),
		"stock": {"shop": 409, "*": 409}, "desk": {"shop": 409, "*": 409}, "returned": {"warehouse": 409, "*": 409},
		"transit": {"shop": 409, "*": 409}, "certified": {"warehouse": 409, "*": 409}, "retired": {"warehouse": 409, "*": 409},
	}
	look := map[string]answers{
		"home": everybody(200), "stock": {"shop": 200, "*": 200}, "returned": {"warehouse": 200, "*": 200},
		"retired": {"warehouse": 200, "*": 200},
	}
	seal := map[string]answers{"home": everybody(409), "stock": {"shop": 409}, "returned": {"warehouse": 409}}
	read := map[string]answers{
		"desk": {"shop": 200}, "returned": {"shop": 200, "warehouse": 200}, "transit": {"shop": 200}, "home": {"shop": 200},
	}
	custodian := map[string]answers{"desk": {"shop": 409}, "returned": {"warehouse": 409}, "transit": {"shop": 409}, "home": {}}
	return []row{
		{route: "POST /v1/returns", body: back, of: take, told: true},
		{route: "POST /v1/returns/sealed", body: `{"brand":"{brand}","serial":"{serial}","seal_attested":true}`, of: seal},
		{route: "GET /v1/returns/:id", id: "return", of: read},
		{route: "GET /v1/returns/:id/events", id: "return", of: read},
		{route: "POST /v1/returns/:id/cancel", id: "return", body: `{"payload":""}`, of: custodian},
		{route: "POST /v1/returns/:id/vouch", id: "return", body: `{"receipt":"R-nobody"}`, of: custodian},

		{route: "GET /desk", all: everybody(200)},
		{route: "GET /desk/take-back", query: "brand={brand}&serial={serial}", of: look, never: everybody(303), told: true},
		{route: "GET /desk/admit", query: "brand={brand}&serial={serial}", of: look, never: everybody(200)},
		{route: "POST /desk/returns", body: backForm, of: take, told: true},
		{route: "GET /desk/sealed", query: "brand={brand}&serial={serial}", of: look, told: true},
		{route: "POST /desk/sealed", body: "brand={brand}&serial={serial}&seal_attested=true", of: seal},
		{route: "GET /desk/returns/:id", id: "return", of: read},
		{route: "GET /desk/returns/:id/receipt", id: "return", of: map[string]answers{
			"desk": {"shop": 200}, "returned": {"shop": 200}, "home": {"shop": 200}}},
		{route: "GET /desk/returns/:id/presence.svg", id: "return", of: map[string]answers{"desk": {"shop": 200}, "returned": {}, "home": {}}},
		{route: "POST /desk/returns/:id/cancel", id: "return", body: "payload=", of: custodian},
		{route: "POST /desk/returns/:id/vouch", id: "return", body: "receipt=R-nobody", of: custodian},
	}
}

// saleRows: the sale is of a day to come, which no rule lets pass.
func saleRows() []row {
	sell := map[string]answers{
		"stock": {"shop": 409}, "returned": {"warehouse": 409}, "certified": {"warehouse": 409}, "transit": {"shop": 409}, "home": everybody(409),
	}
	check := map[string]answers{
		"stock": {"shop": 200, "*": 200}, "returned": {"warehouse": 200, "*": 200}, "retired": {"warehouse": 200, "*": 200},
		"home": everybody(200),
	}
	void := map[string]answers{"home": {"shop": 409}, "moved": {"shop": 409}, "before": {}, "returned": {}}
	return []row{
		{route: "GET /v1/sales/check", query: "brand={brand}&serial={serial}", of: check, never: everybody(200), told: true},
		{route: "POST /v1/sales", body: `{"brand":"{brand}","serial":"{serial}","sold_at":"2999-01-01T00:00:00Z"}`, of: sell},
		{route: "POST /v1/sales/:id/void", id: "sale", of: void, present: true},
		{route: "GET /till", all: everybody(200)},
		{route: "GET /till/sell", query: "brand={brand}&serial={serial}", of: check, never: everybody(200), told: true},
		{route: "POST /till/sales", body: "brand={brand}&serial={serial}&sold_at=2999-01-01T00:00:00Z", of: sell},
		{route: "GET /till/sales/:id", id: "sale", of: map[string]answers{
			"home": {"shop": 200}, "moved": {"shop": 200}, "before": {"shop": 200}, "sold": {"shop": 200}, "returned": {"shop": 200}}},
		{route: "POST /till/sales/:id/void", id: "sale", body: "x=", of: void},
	}
}

// benchRows: a unit is at the bench that has it, or that it is on its way to.
// Each command is one that a rule or a shape refuses once the unit is found.
func benchRows() []row {
	here := map[string]answers{
		"stock": {"shop": 200}, "desk": {"shop": 200}, "returned": {"warehouse": 200}, "transit": {"shop": 200, "warehouse": 200},
		"reset": {"warehouse": 200}, "certified": {"warehouse": 200}, "retired": {"warehouse": 200}, "home": {},
	}
	bench := func(status int) map[string]answers {
		return map[string]answers{"returned": {"warehouse": status}, "home": {}, "stock": {"shop": status}}
	}
	order := func(status int) map[string]answers { // what has no order has none to work on
		return map[string]answers{"returned": {"warehouse": status}, "home": {}, "stock": {}}
	}
	disputed := map[string]answers{"disputed": {"warehouse": 409}, "held": {}}
	retire := "scan={serial}&second_email={nomail}&second_password=x"
	retireBody := `{"scan":"{serial}","second_email":"{nomail}","second_password":"x"}`
	unit := "/bench/units/:brand/:serial"
	return []row{
		{route: "GET /bench", all: everybody(200)},
		{route: "POST /bench/scan", body: "unit={brand}/{serial}&payload=QC:NEXT", of: map[string]answers{
			"desk": {"shop": 303}, "returned": {"warehouse": 303}, "certified": {"warehouse": 303}, "home": {}}},
		{route: "GET /bench/commands", all: everybody(200)},
		{route: "GET /bench/certify", query: "unit={brand}/{serial}", never: everybody(200), all: everybody(200)},
		{route: "GET " + unit, of: here},
		{route: "GET " + unit + "/silent", of: here},
		{route: "POST " + unit + "/silent", body: "second_email={nomail}&second_password=x", of: order(422)},
		{route: "POST " + unit + "/undo", body: "x=", of: order(409)},
		{route: "POST " + unit + "/photos", body: "check=codes-agree", of: bench(422)},
		{route: "GET " + unit + "/steps/:check/picture", of: map[string]answers{"returned": {"warehouse": 200}, "home": {}}},
		{route: "POST " + unit + "/codes", body: "box=!&device=!", of: order(422)},
		{route: "POST " + unit + "/checks", body: "check=codes-agree&note=NOT+A+CODE", of: order(422)},
		{route: "POST " + unit + "/presence", body: "x=", of: order(409)},
		{route: "POST " + unit + "/reopen", body: "cause=doubt", of: bench(409)},
		{route: "GET " + unit + "/retire", of: here},
		{route: "POST " + unit + "/retire", body: retire, of: bench(422)},
		// Its vendor gives a cloud up while a customer has the unit.
		{route: "GET " + unit + "/waive", of: withVendor(here, 200)},
		{route: "POST " + unit + "/waive", body: "cloud=builtin&reason=shut-down&second_email={nomail}&second_password=x", of: withVendor(order(422), 422)},
		{route: "POST " + unit + "/holds", body: "kind={holdkind}", of: disputed},
		{route: "POST " + unit + "/lift", body: "hold={hold}", of: disputed},
		{route: "POST /bench/certificates", body: "unit={brand}/{serial}", never: everybody(409), of: map[string]answers{
			"returned": {"warehouse": 409, "*": 409}, "certified": {"warehouse": 409, "*": 409}, "home": everybody(409)}},
		{route: "GET /bench/certificates/:code", id: "certificate", of: map[string]answers{"certified": {"warehouse": 200}, "home": {"warehouse": 200}}},
		{route: "POST /v1/units/:brand/:serial/reopen", body: `{"cause":"doubt"}`, of: bench(409)},
		{route: "POST /v1/units/:brand/:serial/retire", body: retireBody, of: bench(422)},
		{route: "POST /v1/certificates", body: `{"units":[{"brand":"{brand}","serial":"{serial}"}]}`, of: map[string]answers{
			"returned": {"warehouse": 409}, "certified": {"warehouse": 409}, "home": {}, "stock": {"shop": 409}}},
		{route: "GET /v1/certificates/:code", id: "certificate", of: map[string]answers{"certified": {"warehouse": 200}, "home": {"warehouse": 200}}},
		{route: "GET /v1/certificates/:code/label.png", id: "certificate", of: map[string]answers{"certified": {"warehouse": 200}}},
		{route: "GET /v1/certificates/:code/label.svg", id: "certificate", of: map[string]answers{"certified": {"warehouse": 200}}},
		{route: "POST /v1/holds", body: `{"brand":"{brand}","serial":"{serial}","kind":"{holdkind}"}`, of: map[string]answers{
			"disputed": {"warehouse": 409}, "held": {"vendor": 409}}},
		{route: "POST /v1/holds/:id/lift", id: "hold", of: map[string]answers{"disputed": {"warehouse": 409}, "held": {"vendor": 409}}},
	}
}

// withVendor are the answers with those of the vendor of a unit at home.
func withVendor(of map[string]answers, status int) map[string]answers {
	with := maps.Clone(of)
	with["home"] = answers{"vendor": status}
	return with
}

// orderRows: an order is of those who work it and of the desk that took the
// unit back, until its epoch is over.
func orderRows() []row {
	read := map[string]answers{
		"desk": {"shop": 200}, "returned": {"shop": 200, "warehouse": 200}, "transit": {"shop": 200, "warehouse": 200},
		"reset": {"shop": 200, "warehouse": 200}, "home": {}, "reopened": {},
	}
	work := func(status int) map[string]answers {
		return map[string]answers{"desk": {"shop": status}, "returned": {"warehouse": status}, "home": {}, "reopened": {}}
	}
	return []row{
		{route: "GET /v1/orders/:id", id: "order", of: read},
		{route: "GET /v1/orders/:id/events", id: "order", of: read},
		{route: "POST /v1/orders/:id/tasks/:task/attest", id: "order", body: `{"pass":true,"note":"NOT A CODE"}`, of: work(422)},
		{route: "POST /v1/orders/:id/tasks/:task/photos", id: "order", body: `{}`, of: work(422)},
		{route: "GET /v1/orders/:id/photos/:digest", id: "order", of: map[string]answers{"returned": {"shop": 200, "warehouse": 200}, "home": {}, "reopened": {}}},
		{route: "POST /v1/orders/:id/undo", id: "order", of: work(409)},
		{route: "POST /v1/orders/:id/silent", id: "order", body: `{"second_email":"{nomail}","second_password":"x"}`, of: work(422)},
		{route: "POST /v1/orders/:id/waive", id: "order", body: `{"cloud":"builtin","second_email":"{nomail}","second_password":"x"}`, of: work(422)},
		{route: "POST /v1/orders/:id/presence", id: "order", of: map[string]answers{
			"returned": {"warehouse": 409}, "desk": {"shop": 200}, "home": {}, "reopened": {}}},
	}
}

// shipmentRows: the first who receives has the unit; whoever comes after finds
// nothing on its way.
func shipmentRows() []row {
	return []row{
		{route: "GET /shipments", all: everybody(200)},
		{route: "POST /shipments", body: "to={elsewhere}&units={payload}", never: everybody(422), of: map[string]answers{
			"transit": {"shop": 409, "warehouse": 409, "*": 422}, "home": everybody(422)}},
		{route: "POST /shipments/receive", body: "payload={payload}", never: everybody(422), alone: true, orElse: 422,
			of: map[string]answers{"transit": {"warehouse": 303, "shop": 422, "*": 422}, "home": everybody(422)}},
		{route: "POST /v1/shipments", body: `{"to":"{elsewhere}","units":[{"brand":"{brand}","serial":"{serial}"}]}`,
			of: map[string]answers{"transit": {"shop": 409}, "home": {}}},
		{route: "POST /v1/shipments/:id/receive", id: "shipment", body: `{"units":[{"brand":"{brand}","serial":"{serial}"}]}`,
			alone: true, orElse: 404, of: map[string]answers{"transit": {"warehouse": 200}, "home": {}}},
	}
}

func scannerRows() []row {
	look := map[string]answers{
		"stock": {"shop": 200, "*": 200}, "returned": {"warehouse": 200, "*": 200}, "retired": {"warehouse": 200, "*": 200},
		"home": everybody(200),
	}
	label := map[string]answers{
		"stock": {"shop": 200, "vendor": 200}, "returned": {"warehouse": 200, "vendor": 200}, "home": {"vendor": 200},
		"transit": {"shop": 200, "vendor": 200},
	}
	return []row{
		{route: "POST /v1/scans", body: `{"payload":"{payload}","purpose":"return"}`, of: look, never: everybody(200), told: true},
		{route: "GET /v1/units/:brand/:serial/label.png", of: label},
		{route: "GET /v1/units/:brand/:serial/label.svg", of: label},
		{route: "GET /scan", query: "purpose=bench&brand={brand}&serial={serial}", of: look, never: everybody(200), told: true},
		{route: "POST /scan", body: "payload={payload}&purpose=sale", of: look, never: everybody(200), told: true},
		{route: "POST /scan/photo", body: "purpose=sale", all: everybody(422)},
	}
}

// fleetRows: whoever has the unit, made it, or had it.
func fleetRows() []row {
	shown := map[string]answers{
		"stock": {"shop": 200, "vendor": 200}, "sold": {"shop": 200, "vendor": 200},
		"home": {"shop": 200, "warehouse": 200, "vendor": 200}, "moved": {"shop": 200, "vendor": 200},
		"held": {"shop": 200, "vendor": 200}, "desk": {"shop": 200, "vendor": 200},
		"returned": {"shop": 200, "warehouse": 200, "vendor": 200}, "transit": {"shop": 200, "warehouse": 200, "vendor": 200},
		"reset":     {"shop": 200, "warehouse": 200, "vendor": 200},
		"certified": {"shop": 200, "warehouse": 200, "vendor": 200}, "retired": {"shop": 200, "warehouse": 200, "vendor": 200},
	}
	// A search answers everybody; it leads on to what the searcher is shown.
	found := map[string]answers{}
	for thing, whom := range shown {
		found[thing] = answers{"*": 200}
		for side := range whom {
			found[thing][side] = 303
		}
	}
	confirm := map[string]answers{"returned": {"vendor": 409}, "home": {"vendor": 409}, "retired": {"vendor": 409}}
	register := map[string]answers{"home": {"vendor": 409, "*": 422}, "stock": {"vendor": 409, "*": 422}}
	return []row{
		{route: "POST /v1/units", body: `{"brand":"{brand}","serial":"{serial}","model":"{model}"}`, of: register, never: everybody(422)},
		{route: "GET /v1/units", all: everybody(200)},
		{route: "GET /v1/units/:brand/:serial", of: shown},
		{route: "GET /v1/units/:brand/:serial/history", of: shown, present: true},
		{route: "POST /v1/units/:brand/:serial/confirm", body: `{}`, of: confirm},
		{route: "GET /v1/overview", all: everybody(200)},
		{route: "GET /overview", all: everybody(200)},
		{route: "GET /v1/search", query: "q=x", all: everybody(200)}, // it finds what GET /search finds
		{route: "GET /search", query: "q={serial}", of: found, never: everybody(200)},
		{route: "GET /units", all: everybody(200)},
		{route: "GET /units/new", all: everybody(200)},
		{route: "POST /units", body: "brand={brand}&serial={serial}&model={model}", of: register, never: everybody(422)},
		{route: "GET /units/:brand/:serial", of: shown},
		{route: "POST /units/:brand/:serial/confirm", body: "device_key=", of: confirm},
	}
}
