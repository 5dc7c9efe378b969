package access

// Action names one thing that somebody may or may not do. Every route carries
// exactly one; the table in rules.go says who may.
type Action string

// What anyone may do.
const (
	HealthRead       Action = "health.read"
	AssetRead        Action = "asset.read"
	HomeRead         Action = "home.read"
	LanguageChoose   Action = "language.choose"
	SessionStart     Action = "session.start"
	SignUp           Action = "sign-up"
	SetupUse         Action = "setup.use"
	CertificateCheck Action = "certificate.check"
	ReceiptRead      Action = "receipt.read"
	FirmwareRead     Action = "firmware.read"
	LabelOpen        Action = "label.open"
	LogRead          Action = "log.read"
	DeviceChallenge  Action = "device.challenge"
	DeviceReport     Action = "device.report"
	StationUse       Action = "station.use"
)

// What whoever signed in may do, and what operators watch.
const (
	SessionEnd    Action = "session.end"
	AccountRead   Action = "account.read"
	AccountChange Action = "account.change"
	AddressAsk    Action = "address.ask"
	SessionVerify Action = "session.verify"
	PasskeyBegin  Action = "passkey.begin"
	PasskeyChange Action = "passkey.change"
	TokenMake     Action = "token.make"
	DataExport    Action = "data.export"
	DataErase     Action = "data.erase"
	MetricsRead   Action = "metrics.read"
)

// What vendors do for their brands.
const (
	UnitRegister        Action = "unit.register"
	ModelManage         Action = "model.manage"
	ChecklistManage     Action = "checklist.manage"
	FirmwareManage      Action = "firmware.manage"
	FirmwareSend        Action = "firmware.send"
	AccreditationManage Action = "accreditation.manage"
)

// What vendors and retailers do with many units at once.
const (
	ImportSend   Action = "import.send"
	ImportRead   Action = "import.read"
	ImportChange Action = "import.change"
)

// What staff do with units in their custody.
const (
	UnitRead         Action = "unit.read"
	UnitHistory      Action = "unit.history"
	UnitScan         Action = "unit.scan"
	LabelRead        Action = "label.read"
	LabelPrint       Action = "label.print"
	UnitReopen       Action = "unit.reopen"
	UnitRetire       Action = "unit.retire"
	ReturnOpen       Action = "return.open"
	ReturnRead       Action = "return.read"
	ReturnCancel     Action = "return.cancel"
	ReturnVouch      Action = "return.vouch"
	ReturnSeal       Action = "return.seal"
	BatchClose       Action = "batch.close"
	OrderRead        Action = "order.read"
	TaskAttest       Action = "task.attest"
	BenchWork        Action = "bench.work"
	PhotoKeep        Action = "photo.keep"
	ShipmentSend     Action = "shipment.send"
	ShipmentReceive  Action = "shipment.receive"
	CertificateIssue Action = "certificate.issue"
	CertificateRead  Action = "certificate.read"
	SaleCheck        Action = "sale.check"
	SaleRecord       Action = "sale.record"
	SaleVoid         Action = "sale.void"
	SaleRead         Action = "sale.read"
	HoldPlace        Action = "hold.place"
	HoldLift         Action = "hold.lift"
	ContestRead      Action = "contest.read"
	ContestRule      Action = "contest.rule"
	WaiverSign       Action = "waiver.sign"
)

// What owners do with their own units.
const (
	OwnerRead       Action = "owner.read"
	OwnerPast       Action = "owner.past"
	BindingCreate   Action = "binding.create"
	BindingEnd      Action = "binding.end"
	ReleaseCreate   Action = "release.create"
	TransferOffer   Action = "transfer.offer"
	TransferAnswer  Action = "transfer.answer"
	ReturnCancelOwn Action = "return.cancel-own"
	TransferEnd     Action = "transfer.end"
	ShareOffer      Action = "share.offer"
	ShareAnswer     Action = "share.answer"
	ContestOpen     Action = "contest.open"
	PastDelete      Action = "past.delete"
	StolenMark      Action = "stolen.mark"
	StolenLift      Action = "stolen.lift"
)

// What those do who watch and those who keep house.
const (
	FlagRead     Action = "flag.read"
	FlagWork     Action = "flag.work"
	SweepRun     Action = "sweep.run"
	OrgManage    Action = "org.manage"
	PersonManage Action = "person.manage"
	PersonErase  Action = "person.erase"
	TokenManage  Action = "token.manage"
)

// What is done about stations, badges and PINs. Who switches at a station is
// anybody: StationUse.
const (
	StationRead   Action = "station.read"
	StationManage Action = "station.manage"
	AlarmWork     Action = "alarm.work"
)

// What owners do about consents to support, and what a vendor's support agents
// do under them.
const (
	ConsentRead   Action = "consent.read"
	ConsentCode   Action = "consent.code"
	ConsentBegin  Action = "consent.begin"
	ConsentSign   Action = "consent.sign"
	ConsentChange Action = "consent.change"
	LookedRead    Action = "looked.read"
	SupportRead   Action = "support.read"
	SupportAsk    Action = "support.ask"
	SupportOpen   Action = "support.open"
)

// What a person is told, and what comes back from outside about a mail.
const (
	NoticeRead        Action = "notice.read"
	NoticeChange      Action = "notice.change"
	NoticeUnsubscribe Action = "notice.unsubscribe"
	BounceTell        Action = "bounce.tell"
	UntoldWork        Action = "untold.work"
)

// What is done about sign-in through OpenID providers.
const (
	AccountLink    Action = "account.link"
	ProviderManage Action = "provider.manage"
	PolicyManage   Action = "policy.manage"
)
