package access

import (
	"slices"

	"quitclaim/service/lifecycle"
)

// Rule says who may do one action. A caller needs to satisfy one of Public,
// SignedIn, Kinds, Roles or Scopes; what is empty admits nobody.
type Rule struct {
	Public   bool                // anyone, signed in or not
	SignedIn bool                // any person who is signed in
	Kinds    []PrincipalKind     // devices or gates, which have neither roles nor scopes
	Roles    []lifecycle.Role    // persons with one of these roles
	OrgKinds []lifecycle.OrgKind // and, for Roles and Scopes alike, of such an organisation; empty: any
	Scopes   []Scope             // machines with one of these scopes that name whom they act for
	Keyless  bool                // its POST and DELETE take no Idempotency-Key
	PIN      bool                // persons: also by badge and PIN at a station; else only with their password
	Pictures bool                // its body may be or hold a picture, of up to 10 MB
	Verified bool                // persons by session: its changes ask for a proof within VerifiedFor
}

// rules is the one table. An action without a row is denied, and its route
// refuses to be registered. To add an action: its constant in action.go, its
// row here.
var rules = map[Action]Rule{
	// anyone
	HealthRead:       {Public: true},
	AssetRead:        {Public: true},
	HomeRead:         {Public: true},
	LanguageChoose:   {Public: true, Keyless: true},
	SessionStart:     {Public: true, Keyless: true},
	SignUp:           {Public: true, Keyless: true},
	SetupUse:         {Public: true, Keyless: true},
	CertificateCheck: {Public: true},
	ReceiptRead:      {Public: true},
	FirmwareRead:     {Public: true},
	LabelOpen:        {Public: true},
	LogRead:          {Public: true},
	DeviceChallenge:  {Public: true, Keyless: true},
	DeviceReport:     {Public: true, Keyless: true},
	StationUse:       {Public: true, Keyless: true},

	// who has a mail of ours, and the mail server that could not deliver one
	NoticeUnsubscribe: {Public: true, Keyless: true},
	BounceTell:        {Scopes: scopes(ScopeOperator), Keyless: true},
	UntoldWork:        {Scopes: scopes(ScopeOperator), Keyless: true},

	// whoever signed in, and operators
	SessionEnd:    {SignedIn: true, Keyless: true, PIN: true},
	AccountRead:   {SignedIn: true},
	AccountChange: {SignedIn: true},
	AddressAsk:    {SignedIn: true, Verified: true}, // it is where one's mail goes, links that let in among it
	NoticeRead:    {SignedIn: true},
	NoticeChange:  {SignedIn: true},
	SessionVerify: {SignedIn: true, Keyless: true},
	PasskeyBegin:  {SignedIn: true, Keyless: true, Verified: true},
	PasskeyChange: {SignedIn: true, Verified: true},
	TokenMake:     {SignedIn: true, Verified: true},                // who has it is never asked again
	DataExport:    {SignedIn: true, Keyless: true, Verified: true}, // it changes nothing; another copy harms nobody
	DataErase:     {Roles: roles(owner), Verified: true},
	MetricsRead:   {Roles: roles(admin, officer, auditor), Scopes: scopes(ScopeMetrics)},

	// vendors
	UnitRegister:        {Roles: roles(admin), OrgKinds: kinds(lifecycle.OrgVendor), Scopes: scopes(ScopeUnits)},
	ModelManage:         {Roles: roles(admin), OrgKinds: kinds(lifecycle.OrgVendor)},
	ChecklistManage:     {Roles: roles(admin), OrgKinds: kinds(lifecycle.OrgVendor), Pictures: true},
	FirmwareManage:      {Roles: roles(admin), OrgKinds: kinds(lifecycle.OrgVendor), Scopes: scopes(ScopeUnits)},
	FirmwareSend:        {Roles: roles(admin), OrgKinds: kinds(lifecycle.OrgVendor), Scopes: scopes(ScopeUnits), Keyless: true}, // its SHA-256 makes a second sending harmless
	AccreditationManage: {Roles: roles(admin), OrgKinds: kinds(lifecycle.OrgVendor)},

	// imports: each kind is held against the right to do the same one by one; the
	// reference is what makes a second sending harmless
	ImportSend:   {Roles: roles(admin, clerk), Scopes: scopes(ScopeUnits, ScopeSales), Keyless: true},
	ImportRead:   {Roles: roles(admin, clerk), Scopes: scopes(ScopeUnits, ScopeSales)},
	ImportChange: {Roles: roles(admin, clerk), Scopes: scopes(ScopeUnits, ScopeSales)},

	// the desk, the bench, the till
	UnitRead:         {Roles: roles(clerk, technician, validator, officer, auditor, admin), Scopes: scopes(ScopeUnits), PIN: true},
	UnitHistory:      {Roles: roles(clerk, technician, validator, officer, auditor, admin), Scopes: scopes(ScopeUnits), PIN: true},
	UnitScan:         {Roles: roles(clerk, technician, validator), Scopes: scopes(ScopeScans), Keyless: true, Pictures: true, PIN: true},
	LabelRead:        {Roles: roles(clerk, technician, validator, admin), Scopes: scopes(ScopeUnits), PIN: true},
	LabelPrint:       {Roles: roles(clerk, technician, validator, admin), Scopes: scopes(ScopeUnits), PIN: true},
	UnitReopen:       {Roles: roles(validator, officer), PIN: true},
	UnitRetire:       {Roles: roles(technician, validator, officer), PIN: true},
	ReturnOpen:       {Roles: roles(clerk, technician), Scopes: scopes(ScopeReturns), PIN: true},
	ReturnRead:       {Roles: roles(clerk, technician, validator, officer, auditor), Scopes: scopes(ScopeReturns), PIN: true},
	ReturnCancel:     {Roles: roles(clerk), PIN: true},
	ReturnVouch:      {Roles: roles(clerk, technician), Scopes: scopes(ScopeReturns), PIN: true},
	ReturnSeal:       {Roles: roles(clerk), PIN: true},
	BatchClose:       {Roles: roles(clerk, technician), PIN: true},
	OrderRead:        {Roles: roles(clerk, technician, validator, officer, auditor), Scopes: scopes(ScopeReturns), PIN: true},
	TaskAttest:       {Roles: roles(technician), PIN: true},
	BenchWork:        {Roles: roles(technician, validator), PIN: true}, // each command asks for its own action
	PhotoKeep:        {Roles: roles(technician), Pictures: true, PIN: true},
	ShipmentSend:     {Roles: roles(technician, clerk), Scopes: scopes(ScopeShipments), PIN: true},
	ShipmentReceive:  {Roles: roles(technician, clerk), Scopes: scopes(ScopeShipments), PIN: true},
	CertificateIssue: {Roles: roles(validator), PIN: true},
	CertificateRead:  {Roles: roles(clerk, technician, validator, officer, auditor, admin), Scopes: scopes(ScopeUnits, ScopeSales), PIN: true},
	SaleCheck:        {Roles: roles(clerk), Scopes: scopes(ScopeSales), PIN: true},
	SaleRecord:       {Roles: roles(clerk), Scopes: scopes(ScopeSales), PIN: true},
	SaleVoid:         {Roles: roles(clerk), Scopes: scopes(ScopeSales), PIN: true},
	SaleRead:         {Roles: roles(clerk, officer, auditor), Scopes: scopes(ScopeSales), PIN: true},
	HoldPlace:        {Roles: roles(officer)},
	HoldLift:         {Roles: roles(officer)},
	ContestRead:      {Roles: roles(officer, auditor)},
	ContestRule:      {Roles: roles(officer)},
	WaiverSign:       {Roles: roles(officer)},

	// owners
	OwnerRead:       {Roles: roles(owner)},
	OwnerPast:       {Roles: roles(owner)},
	BindingCreate:   {Roles: roles(owner)},
	BindingEnd:      {Roles: roles(owner)},
	ReleaseCreate:   {Roles: roles(owner), Verified: true},
	TransferOffer:   {Roles: roles(owner), Verified: true},
	TransferAnswer:  {Roles: roles(owner), Verified: true},
	ReturnCancelOwn: {Roles: roles(owner)},
	ContestOpen:     {Roles: roles(owner)},
	PastDelete:      {Roles: roles(owner), Verified: true}, // what is deleted does not come back
	StolenMark:      {Roles: roles(owner)},
	StolenLift:      {Roles: roles(owner), Verified: true}, // whoever took the phone must not take the mark off
	TransferEnd:     {Roles: roles(owner)},
	ShareOffer:      {Roles: roles(owner)},
	ShareAnswer:     {Roles: roles(owner)},

	// who watches, who keeps house
	FlagRead:     {Roles: roles(officer, auditor)},
	FlagWork:     {Roles: roles(officer)},
	SweepRun:     {Roles: roles(officer), Scopes: scopes(ScopeOperator), Keyless: true},
	OrgManage:    {Roles: roles(admin), Scopes: scopes(ScopeOperator)},
	PersonManage: {Roles: roles(admin), Scopes: scopes(ScopeOperator), Verified: true}, // an invitation is a way in, as anybody
	PersonErase:  {Roles: roles(admin), Verified: true},
	TokenManage:  {Roles: roles(admin), Scopes: scopes(ScopeOperator), Verified: true},

	// consents to support: signing is a verification by itself, over the very
	// words; each access is one of its own, whatever was asked before
	ConsentRead:   {Roles: roles(owner)},
	ConsentCode:   {Roles: roles(owner), Keyless: true},
	ConsentBegin:  {Roles: roles(owner), Keyless: true},
	ConsentSign:   {Roles: roles(owner)},
	ConsentChange: {Roles: roles(owner)},
	LookedRead:    {Roles: roles(owner)},
	SupportRead:   {Roles: roles(supportAgent), OrgKinds: kinds(lifecycle.OrgVendor)},
	SupportAsk:    {Roles: roles(supportAgent), OrgKinds: kinds(lifecycle.OrgVendor)},
	SupportOpen:   {Roles: roles(supportAgent), OrgKinds: kinds(lifecycle.OrgVendor), Keyless: true},

	// OpenID providers: each opens a door, so it takes a fresh proof; the operator
	// lets passwords in again where everybody is locked out
	AccountLink:    {SignedIn: true, Verified: true},
	ProviderManage: {Roles: roles(admin), Verified: true},
	PolicyManage:   {Roles: roles(admin), Scopes: scopes(ScopeOperator), Verified: true},

	// stations
	StationRead:   {Roles: roles(admin, officer, auditor)},
	StationManage: {Roles: roles(admin)},
	AlarmWork:     {Roles: roles(officer)},
}

// Short names, so that a row of the table fits a line.
const (
	clerk      = lifecycle.RoleClerk
	technician = lifecycle.RoleTechnician
	validator  = lifecycle.RoleValidator
	officer    = lifecycle.RoleSecurityOfficer
	auditor    = lifecycle.RoleAuditor
	admin      = lifecycle.RoleAdmin
	owner      = lifecycle.RoleOwner

	supportAgent = lifecycle.RoleSupportAgent
)

func roles(r ...lifecycle.Role) []lifecycle.Role       { return r }
func kinds(k ...lifecycle.OrgKind) []lifecycle.OrgKind { return k }
func scopes(s ...Scope) []Scope                        { return s }

// Actions lists every action of the table, sorted.
func Actions() []Action {
	all := make([]Action, 0, len(rules))
	for action := range rules {
		all = append(all, action)
	}
	slices.Sort(all)
	return all
}

// RuleOf is the action's row, and whether it has one.
func RuleOf(action Action) (Rule, bool) {
	rule, ok := rules[action]
	return rule, ok
}
