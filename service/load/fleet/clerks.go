package fleet

import (
	"fmt"
	"net/http"

	"quitclaim/service/load/drive"
)

// Clerks scan units that are bound and take every fourth of them back.
type Clerks struct {
	fleet *Fleet
	token string
	n     int // the last unit they had
	sent  int
}

// NewClerks work in the fleet under a clerk's token.
func NewClerks(f *Fleet, token string) *Clerks { return &Clerks{fleet: f, token: token} }

// Next implements source.
func (c *Clerks) Next(int) (drive.Posting, func(int), bool) {
	for c.n += 7; !c.fleet.bound(c.n); c.n++ {
		if c.n >= c.fleet.Units {
			return drive.Posting{}, nil, false
		}
	}
	c.sent++
	serial := fmt.Sprintf("SN-%08d", c.n)
	p := drive.Posting{Token: c.token}
	if c.sent%4 > 0 {
		p.Path, p.Want = "/v1/scans", http.StatusOK
		p.Body = fmt.Sprintf(`{"payload":"https://id.acme.example/01/%s/21/%s","purpose":"return"}`, c.fleet.Model.GTIN, serial)
	} else {
		p.Path, p.Want, p.Key = "/v1/returns", http.StatusCreated, "fleet-"+serial
		p.Body = fmt.Sprintf(`{"brand":"acme","serial":%q,"receipt":%q,"condition":"used","reason":"changed-mind","customer_present":true}`,
			serial, Receipt)
	}
	return p, func(int) {}, true
}

// bound reports whether the n-th unit is one with its first owner: what
// sqlSeed says.
func (f *Fleet) bound(n int) bool {
	return n < f.Units && n%(f.Units/f.Watched) != 0 && n*7919%1000 >= 315
}
