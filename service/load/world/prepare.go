package world

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"strings"

	"quitclaim/scanner/code"
	"quitclaim/service/cloud/builtin"
	"quitclaim/service/lifecycle"
	"quitclaim/service/load/drive"
)

// preparer makes a world through the public API.
type preparer struct {
	api      *drive.API
	operator string // the token of whoever runs the server
	w        *World
	secret   string // everybody's password, which nobody needs again
	buyers   int
}

// Found makes the organisations, their people, a model and the owners. Names
// and addresses are of this world alone: a server may have many.
func Found(ctx context.Context, api *drive.API, operator string, buyers int) (*World, error) {
	p := &preparer{api: api, operator: operator, secret: rand.Text(), buyers: buyers, w: &World{
		URL: api.URL, Prefix: rand.Text()[:8], GTIN: drawGTIN(),
	}}
	p.w.Brand = "load-" + strings.ToLower(p.w.Prefix)
	for _, step := range []func(context.Context) error{p.vendor, p.retailer, p.model, p.owners} {
		if err := step(ctx); err != nil {
			return nil, fmt.Errorf("prepare: %w", err)
		}
	}
	return p.w, nil
}

// organisation makes one with an admin, and is its id and the admin's token.
func (p *preparer) organisation(ctx context.Context, kind lifecycle.OrgKind, brands ...string) (id, token string, err error) {
	var made struct {
		ID    string
		Admin struct{ Link string }
	}
	err = p.api.Post(ctx, p.operator, "/v1/organisations", map[string]any{
		"kind": kind, "name": "Load " + string(kind) + " " + p.w.Prefix, "brands": brands,
		"admin_name": "Load Admin", "admin_email": p.address("admin-" + string(kind)),
	}, &made)
	if err != nil {
		return "", "", err
	}
	token, err = p.accept(ctx, made.Admin.Link)
	return made.ID, token, err
}

func (p *preparer) address(name string) string {
	return strings.ToLower(name + "." + p.w.Prefix + "@load.example")
}

// accept follows an invitation, and is the token of who was invited.
func (p *preparer) accept(ctx context.Context, link string) (string, error) {
	parsed, err := url.Parse(link)
	if err != nil {
		return "", fmt.Errorf("invitation: %w", err)
	}
	cookie, err := p.api.Form(ctx, parsed.Path, url.Values{"password": {p.secret}, "password_again": {p.secret}})
	if err != nil {
		return "", err
	}
	return p.token(ctx, cookie)
}

// token is a bearer token of whoever is signed in under the cookie.
func (p *preparer) token(ctx context.Context, cookie string) (string, error) {
	var made struct{ Token string }
	err := p.api.Post(ctx, cookie, "/v1/account/tokens", map[string]any{"name": "load"}, &made)
	return made.Token, err
}

// clerk invites a clerk of the admin's organisation.
func (p *preparer) clerk(ctx context.Context, admin, name string) (string, error) {
	var invited struct{ Link string }
	err := p.api.Post(ctx, admin, "/v1/people", map[string]any{
		"name": "Load Clerk", "email": p.address(name), "roles": []lifecycle.Role{lifecycle.RoleClerk},
	}, &invited)
	if err != nil {
		return "", err
	}
	return p.accept(ctx, invited.Link)
}

func (p *preparer) vendor(ctx context.Context) (err error) {
	if _, p.w.Vendor, err = p.organisation(ctx, lifecycle.OrgVendor, p.w.Brand); err != nil {
		return err
	}
	p.w.Shipper, err = p.clerk(ctx, p.w.Vendor, "shipper")
	return err
}

func (p *preparer) retailer(ctx context.Context) error {
	id, admin, err := p.organisation(ctx, lifecycle.OrgRetailer)
	if err != nil {
		return err
	}
	p.w.Retailer = id
	p.w.Clerk, err = p.clerk(ctx, admin, "clerk")
	return err
}

func (p *preparer) model(ctx context.Context) error {
	var made lifecycle.Model
	err := p.api.Post(ctx, p.w.Vendor, "/v1/models", map[string]any{
		"brand": p.w.Brand, "name": "Load Cam", "gtin": p.w.GTIN, "reset_policy": lifecycle.ResetReleases,
		"required_grade": lifecycle.GradeAttested, "clouds": []string{builtin.Name},
	}, &made)
	p.w.Model = string(made.ID)
	return err
}

func (p *preparer) owners(ctx context.Context) error {
	for i := range p.buyers {
		who := url.Values{
			"email": {p.address(fmt.Sprintf("owner-%d", i))}, "password": {p.secret}, "password_again": {p.secret},
		}
		if _, err := p.api.Form(ctx, "/sign-up", who); err != nil {
			return err
		}
		cookie, err := p.api.Form(ctx, "/sign-in", who)
		if err != nil {
			return err
		}
		token, err := p.token(ctx, cookie)
		if err != nil {
			return err
		}
		p.w.Owners = append(p.w.Owners, token)
	}
	return nil
}

// drawGTIN draws a product number whose check digit is right (GS1 General
// Specifications 7.9), and that nobody else has by any likelihood.
func drawGTIN() string {
	var drawn [12]byte
	_, _ = rand.Read(drawn[:]) // never fails: crypto/rand ends the process instead
	digits := []byte("2")      // 20–29: for use within a company (GS1 General Specifications 1.4.2)
	for _, b := range drawn[1:] {
		digits = append(digits, '0'+b%10)
	}
	for check := byte('0'); check <= '9'; check++ {
		if gtin, ok := code.ParseGTIN(string(digits) + string(check)); ok {
			return gtin
		}
	}
	panic("load: one of ten check digits fits") // by its definition
}
