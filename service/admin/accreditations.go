package admin

import (
	"context"
	"errors"
	"fmt"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// accreditations is who may certify what.
type accreditations interface {
	Accreditations(ctx context.Context, model lifecycle.ModelID) ([]lifecycle.Accreditation, error)
	Accredit(ctx context.Context, a lifecycle.Accreditation) error
	EndAccreditation(ctx context.Context, model lifecycle.ModelID, org lifecycle.OrgID) error
}

// Accredited is an accreditation with the names of both sides.
type Accredited struct {
	lifecycle.Accreditation
	ModelName string
	OrgName   string
}

// Accreditations lists who may certify the vendor's models, or one of them.
func (a *Admin) Accreditations(ctx context.Context, p access.Principal, model lifecycle.ModelID) ([]Accredited, error) {
	models, err := a.allModels(ctx, p.Org)
	if err != nil {
		return nil, err
	}
	names := map[lifecycle.OrgID]string{}
	var list []Accredited
	for _, m := range models {
		if model != "" && m.ID != model {
			continue
		}
		found, err := a.config.Store.Accreditations(ctx, m.ID)
		if err != nil {
			return nil, fmt.Errorf("list accreditations: %w", err)
		}
		for _, one := range found {
			if _, known := names[one.Org]; !known {
				org, err := a.config.Store.Organisation(ctx, one.Org)
				if err != nil {
					return nil, fmt.Errorf("list accreditations: %w", err)
				}
				names[one.Org] = org.Name
			}
			list = append(list, Accredited{one, m.Name, names[one.Org]})
		}
	}
	return list, nil
}

// Accredit lets an organisation certify one of the vendor's models.
func (a *Admin) Accredit(ctx context.Context, p access.Principal, in lifecycle.Accreditation) (Accredited, error) {
	var invalid lifecycle.Invalid
	model, err := a.Model(ctx, p, in.Model)
	if errors.Is(err, lifecycle.ErrNotFound) {
		invalid.Add("model", "accreditation.model")
	} else if err != nil {
		return Accredited{}, err
	}
	org, err := a.config.Store.Organisation(ctx, in.Org)
	if errors.Is(err, lifecycle.ErrNotFound) {
		invalid.Add("org", "org.unknown")
	} else if err != nil {
		return Accredited{}, fmt.Errorf("accredit: %w", err)
	}
	if err := invalid.Err(); err != nil {
		return Accredited{}, err
	}
	if err := a.config.Store.Accredit(ctx, in); err != nil {
		return Accredited{}, fmt.Errorf("accredit: %w", err)
	}
	return Accredited{in, model.Name, org.Name}, nil
}

// EndAccreditation takes a vendor's word back. What was certified stands.
func (a *Admin) EndAccreditation(ctx context.Context, p access.Principal, model lifecycle.ModelID, org lifecycle.OrgID) error {
	if _, err := a.Model(ctx, p, model); err != nil {
		return err
	}
	if err := a.config.Store.EndAccreditation(ctx, model, org); err != nil {
		return fmt.Errorf("end accreditation: %w", err)
	}
	return nil
}
