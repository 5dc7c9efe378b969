package lifecycle

// Ids are opaque: a prefix that says what they name and 26 random base32
// characters (at least 128 bits from crypto/rand). Nothing in them derives
// from a serial, a time or an address. Distinct types keep one from passing
// for another.
type (
	// UnitID names a unit, "unt_…".
	UnitID string
	// PersonID names a person, staff or owner, "psn_…". It is the opaque
	// account id that ledger and webhooks may carry.
	PersonID string
	// OrgID names an organisation, "org_…"; empty for owners.
	OrgID string
	// ModelID names a model of a brand, "mdl_…".
	ModelID string
	// BindingID names a binding, "bnd_…".
	BindingID string
	// ReturnID names a return, "ret_…".
	ReturnID string
	// OrderID names a reset order, "ord_…".
	OrderID string
	// SaleID names a recorded sale, "sal_…".
	SaleID string
	// OfferID names an offered transfer, "ofr_…".
	OfferID string
	// HoldID names a hold, "hld_…".
	HoldID string
	// ShipmentID names a shipment, "shp_…".
	ShipmentID string
	// FlagID names a flag, "flg_…".
	FlagID string
	// CertificateCode is a certificate's public code, upper-case base32.
	CertificateCode string
)

// OrgKind is what an organisation is to a unit.
type OrgKind string

const (
	// OrgVendor makes units, registers them and accredits others.
	OrgVendor OrgKind = "vendor"
	// OrgRetailer sells units and takes them back.
	OrgRetailer OrgKind = "retailer"
	// OrgWarehouse resets and certifies units.
	OrgWarehouse OrgKind = "warehouse"
)

// OrgKinds lists every kind of organisation.
func OrgKinds() []OrgKind { return []OrgKind{OrgVendor, OrgRetailer, OrgWarehouse} }

// Role is what a person does. A person may have several.
type Role string

const (
	// RoleClerk works the return desk and the till.
	RoleClerk Role = "clerk"
	// RoleTechnician works a reset through at the bench.
	RoleTechnician Role = "technician"
	// RoleValidator certifies a reset that somebody else did.
	RoleValidator Role = "validator"
	// RoleSupportAgent helps an owner, with that owner's consent alone.
	RoleSupportAgent Role = "support_agent"
	// RoleSecurityOfficer works flags and lifts holds.
	RoleSecurityOfficer Role = "security_officer"
	// RoleAuditor reads everything of the organisation and changes nothing.
	RoleAuditor Role = "auditor"
	// RoleAdmin keeps organisations, people, tokens and models.
	RoleAdmin Role = "admin"
	// RoleOwner has units of their own and belongs to no organisation.
	RoleOwner Role = "owner"
)

// Roles lists every role.
func Roles() []Role {
	return []Role{RoleClerk, RoleTechnician, RoleValidator, RoleSupportAgent,
		RoleSecurityOfficer, RoleAuditor, RoleAdmin, RoleOwner}
}

// ActorKind is who acts: a person, a machine of an organisation, a unit
// speaking for itself, or the service's own worker and sweeps.
type ActorKind string

const (
	// ActorPerson is staff or an owner.
	ActorPerson ActorKind = "person"
	// ActorMachine is an organisation's POS or WMS.
	ActorMachine ActorKind = "machine"
	// ActorUnit is a unit that signed what it says.
	ActorUnit ActorKind = "unit"
	// ActorService is the reset worker or a sweep.
	ActorService ActorKind = "service"
)

// Actor is who issues a command, as the rules and the ledger see them.
type Actor struct {
	Kind    ActorKind `json:"kind"`
	Person  PersonID  `json:"person,omitempty"`  // the person, or the one a machine acts for
	Machine string    `json:"machine,omitempty"` // id of the machine's token, for machines
	Org     OrgID     `json:"org,omitempty"`     // the organisation acted for; empty for owners
	OrgKind OrgKind   `json:"org_kind,omitempty"`
	Roles   []Role    `json:"roles,omitempty"`
}

// Has reports whether the actor has the role.
func (a Actor) Has(role Role) bool {
	for _, r := range a.Roles {
		if r == role {
			return true
		}
	}
	return false
}

// IsPerson reports whether a person acts in person: only such an actor
// certifies or counts as one of two people.
func (a Actor) IsPerson() bool { return a.Kind == ActorPerson && a.Person != "" }
