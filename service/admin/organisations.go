package admin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// organisations is the tenants on record.
type organisations interface {
	Organisation(ctx context.Context, id lifecycle.OrgID) (access.Organisation, error)
	Organisations(ctx context.Context, kind lifecycle.OrgKind, page lifecycle.Page) ([]access.Organisation, string, error)
	SaveOrganisation(ctx context.Context, o access.Organisation) (access.Organisation, error)
	// FirstOrganisation is the oldest: the host.
	FirstOrganisation(ctx context.Context) (access.Organisation, error)
}

// Hosts reports whether the principal may make organisations: the host's
// admins, and the operator.
func (a *Admin) Hosts(ctx context.Context, p access.Principal) (bool, error) {
	if p.Operator() {
		return true, nil
	}
	first, err := a.config.Store.FirstOrganisation(ctx)
	if err != nil {
		return false, fmt.Errorf("find the host: %w", err)
	}
	return p.Org != "" && p.Org == first.ID, nil
}

func (a *Admin) mustHost(ctx context.Context, p access.Principal) error {
	hosts, err := a.Hosts(ctx, p)
	if err == nil && !hosts {
		err = fmt.Errorf("organisations are the host's: %w", lifecycle.ErrForbidden)
	}
	return err
}

// Organisations lists everybody for the host and for vendors, who accredit
// them; anybody else sees their own.
func (a *Admin) Organisations(ctx context.Context, p access.Principal, page lifecycle.Page) ([]access.Organisation, string, error) {
	if p.Operator() || p.OrgKind == lifecycle.OrgVendor {
		return a.config.Store.Organisations(ctx, "", page)
	}
	own, err := a.config.Store.Organisation(ctx, p.Org)
	if err != nil {
		return nil, "", fmt.Errorf("read own organisation: %w", err)
	}
	return []access.Organisation{own}, "", nil
}

// allOrganisations is all of them, by name: there are hundreds at most.
func (a *Admin) allOrganisations(ctx context.Context) ([]access.Organisation, error) {
	var all []access.Organisation
	page := lifecycle.Page{Limit: 200}
	for {
		list, next, err := a.config.Store.Organisations(ctx, "", page)
		if err != nil {
			return nil, fmt.Errorf("list organisations: %w", err)
		}
		all = append(all, list...)
		if page.After = next; next == "" {
			slices.SortStableFunc(all, func(a, b access.Organisation) int { return strings.Compare(a.Name, b.Name) })
			return all, nil
		}
	}
}

// OrganisationView is one organisation as the host sees it.
type OrganisationView struct {
	access.Organisation
	// Unattended: none of its admins can sign in yet.
	Unattended bool
}

// Organisation is one that the principal may see.
func (a *Admin) Organisation(ctx context.Context, p access.Principal, id lifecycle.OrgID) (OrganisationView, error) {
	org, err := a.config.Store.Organisation(ctx, id)
	if err != nil {
		return OrganisationView{}, fmt.Errorf("read organisation: %w", err)
	}
	if !p.Operator() && p.OrgKind != lifecycle.OrgVendor && p.Org != org.ID {
		return OrganisationView{}, fmt.Errorf("another organisation: %w", lifecycle.ErrNotFound)
	}
	attended, err := a.attended(ctx, org.ID)
	return OrganisationView{org, !attended}, err
}

// attended reports whether an admin of the organisation can sign in.
func (a *Admin) attended(ctx context.Context, org lifecycle.OrgID) (bool, error) {
	page := lifecycle.Page{Limit: 200}
	for {
		list, next, err := a.config.Store.People(ctx, org, page)
		if err != nil {
			return false, fmt.Errorf("list people: %w", err)
		}
		if slices.ContainsFunc(list, keepsHouse) {
			return true, nil
		}
		if page.After = next; next == "" {
			return false, nil
		}
	}
}

// NewOrganisation is an organisation to be made, and its first admin.
type NewOrganisation struct {
	Kind       lifecycle.OrgKind
	Name       string
	Brands     []string // a vendor's
	AdminName  string
	AdminEmail string
}

// CheckOrganisation is the mistakes that only rules can find.
func CheckOrganisation(in NewOrganisation) error {
	switch {
	case in.Kind == lifecycle.OrgVendor:
		_, err := lifecycle.CheckBrands(in.Brands)
		return err
	case len(in.Brands) > 0:
		return lifecycle.Mistake("brands", "brands.vendors-only")
	}
	return nil
}

// MakeOrganisation makes an organisation and the one-time link of its first
// admin.
func (a *Admin) MakeOrganisation(ctx context.Context, p access.Principal, in NewOrganisation) (access.Organisation, Linked, error) {
	if err := a.mustHost(ctx, p); err != nil {
		return access.Organisation{}, Linked{}, err
	}
	if err := CheckOrganisation(in); err != nil {
		return access.Organisation{}, Linked{}, err
	}
	if err := a.mayInvite(ctx, p, in); err != nil {
		return access.Organisation{}, Linked{}, err
	}
	org := access.Organisation{
		ID: lifecycle.OrgID("org_" + a.config.NewID()), Kind: in.Kind, Name: in.Name, CreatedAt: a.config.Now(),
	}
	if in.Kind == lifecycle.OrgVendor {
		org.Brands, _ = lifecycle.CheckBrands(in.Brands) // held against the rule above
	}
	org, err := a.config.Store.SaveOrganisation(ctx, org)
	if err != nil {
		return access.Organisation{}, Linked{}, fmt.Errorf("make organisation: %w", err)
	}
	linked, err := a.invite(ctx, p, org, adminOf(in.AdminName, in.AdminEmail))
	return org, linked, renamed(err, "email", "admin_email")
}

// mayInvite looks before the organisation is made whether its admin's address
// is free: an organisation without an admin helps nobody.
func (a *Admin) mayInvite(ctx context.Context, p access.Principal, in NewOrganisation) error {
	if err := a.taken.Attempt(p.Key()); err != nil {
		return err
	}
	person, err := a.config.Store.PersonByEmail(ctx, in.AdminEmail)
	if errors.Is(err, lifecycle.ErrNotFound) {
		a.taken.Forgive(p.Key())
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for the admin: %w", err)
	}
	if org, err := a.config.Store.Organisation(ctx, person.Org); err == nil && org.Name == in.Name && org.Kind == in.Kind {
		return access.ShownOnce("invitation.shown-once") // the same form, sent again
	}
	return lifecycle.Mistake("admin_email", "email.taken")
}

func adminOf(name, email string) Invitation {
	return Invitation{Name: name, Email: email, Roles: []lifecycle.Role{lifecycle.RoleAdmin}}
}

// InviteAdmin gives an organisation whose admins are all out a new one. Where
// an admin can sign in, people are that admin's business, and not the host's.
func (a *Admin) InviteAdmin(ctx context.Context, p access.Principal, id lifecycle.OrgID, name, email string) (Linked, error) {
	if err := a.mustHost(ctx, p); err != nil {
		return Linked{}, err
	}
	org, err := a.Organisation(ctx, p, id)
	if err != nil {
		return Linked{}, err
	}
	if !org.Unattended {
		return Linked{}, refusal("org.has-admin")
	}
	return a.invite(ctx, p, org.Organisation, adminOf(name, email))
}

// ChangeOrganisation writes name and brands anew. A brand stays with its
// vendor: its units do.
func (a *Admin) ChangeOrganisation(ctx context.Context, p access.Principal, id lifecycle.OrgID, name string, brands []string) (access.Organisation, error) {
	if err := a.mustHost(ctx, p); err != nil {
		return access.Organisation{}, err
	}
	org, err := a.config.Store.Organisation(ctx, id)
	if err != nil {
		return access.Organisation{}, fmt.Errorf("change organisation: %w", err)
	}
	if err := CheckOrganisation(NewOrganisation{Kind: org.Kind, Brands: brands}); err != nil {
		return access.Organisation{}, err
	}
	if org.Kind == lifecycle.OrgVendor {
		brands, _ = lifecycle.CheckBrands(brands) // held against the rule above
	}
	for _, brand := range org.Brands {
		if !slices.Contains(brands, brand) {
			return access.Organisation{}, lifecycle.Mistake("brands", "brands.dropped")
		}
	}
	org.Name, org.Brands = name, brands
	org, err = a.config.Store.SaveOrganisation(ctx, org)
	if err != nil {
		return access.Organisation{}, fmt.Errorf("change organisation: %w", err)
	}
	return org, nil
}
