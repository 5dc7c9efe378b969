package notice

import "slices"

// Kind is what a notice is about. The message files have its subject and body:
// notify.<kind>.subject, or notify.<kind>.<what>.subject where Params has "what".
type Kind string

// What happens to the units of a person. Params: "unit", how it is called.
const (
	// KindReleased: its owner let go of it; to them. "waived": a cloud that is gone
	// for good was given up with what it kept of their time. Params besides: "cloud".
	KindReleased Kind = "released"
	// KindReturned: a desk took it back ("what": none), or the return was
	// cancelled ("cancelled"); to the former owner (rule 1).
	KindReturned Kind = "returned"
	// KindReset: a hard reset ended the owner's binding, and they keep a claim
	// ("claim") or do not.
	KindReset Kind = "reset"
	// KindTransferOffered: somebody offers the unit; to the named recipient.
	KindTransferOffered Kind = "transfer-offered"
	// KindTransferEnded: the offer was "refused" or "expired", to who made it; or
	// "withdrawn", to whom it was made.
	KindTransferEnded Kind = "transfer-ended"
	// KindTransferred: the offer was accepted; to who was the owner until then.
	KindTransferred Kind = "transferred"
	// KindBoundByOther: somebody else is bound in a cloud, to the owner; or bound
	// before somebody whose own binding was pending ("pending").
	KindBoundByOther Kind = "bound-by-other"
	// KindCertificate: the unit that a desk took from its owner was reset and
	// certified; to them.
	KindCertificate Kind = "certificate"
	// KindShare: a share was "given" to somebody, or "ended"; to them.
	KindShare Kind = "share"
	// KindStolen: the stolen mark was set, or "lifted"; to the owner.
	KindStolen Kind = "stolen"
	// KindContest: a contest was opened, or "decided"; to who contested.
	KindContest Kind = "contest"
	// KindAccess: somebody of support looked at the unit, tried to ("refused"), asks
	// whether they may ("asked"), or may ("consent"); to the owner.
	KindAccess Kind = "access"
	// KindFirmware: there is newer firmware. Params besides: "version".
	KindFirmware Kind = "firmware"
)

// What happens to a person's account, and what officers hear of. These have no
// unit in Params.
const (
	// KindFlag: a sweep or a rule found something; to security officers. Params:
	// "kind", the flag's.
	KindFlag Kind = "flag"
	// KindSignInLink lets its reader in. Link is the one-time link. "sign-up": it
	// shows that the address is theirs; "known": who signed up has an account.
	KindSignInLink Kind = "sign-in-link"
	// KindRecovery lets its reader set new means of signing in; "staff": it tells
	// them who can help.
	KindRecovery Kind = "recovery"
	// KindRecoveryWaits: a recovery that only the mailbox has asked for has
	// "begun", is at "half" of its wait, or is "ready". Link stops it.
	KindRecoveryWaits Kind = "recovery-waits"
	// KindFactorChanged: the "password" was replaced, or all "passkeys" were
	// ended; an admin made a new "invitation" for somebody who has come in; a
	// provider was "linked" or "unlinked"; or a "token" of their own was made.
	KindFactorChanged Kind = "factor-changed"
	// KindPasskeyAdded: a passkey was added to the account, "removed", or
	// "disabled" because there seem to be two of it.
	KindPasskeyAdded Kind = "passkey-added"
	// KindSignedIn: somebody has signed in as an owner in a browser that was not
	// seen before.
	KindSignedIn Kind = "signed-in"
	// KindAddressLink shows that a new address is whose who asked for it; "known":
	// who has the address has another account. A letter, always.
	KindAddressLink Kind = "address-link"
	// KindAddressChanged: another address was "asked" for, is the person's from now
	// on, was "stopped", or "undone"; "old": to the address of before. Link stops
	// or undoes it.
	KindAddressChanged Kind = "address-changed"
	// KindErased: the account was erased, as was asked for.
	KindErased Kind = "erased"
)

// Kinds lists every kind, in the order in which pages show them.
func Kinds() []Kind {
	return []Kind{
		KindReleased, KindReturned, KindReset, KindTransferred, KindBoundByOther, KindStolen, KindContest, KindAccess,
		KindTransferOffered, KindTransferEnded, KindShare, KindCertificate, KindFirmware, KindFlag,
		KindSignInLink, KindRecovery, KindRecoveryWaits, KindFactorChanged, KindPasskeyAdded, KindSignedIn,
		KindAddressLink, KindAddressChanged, KindErased,
	}
}

// Known reports whether the kind is one of Kinds.
func (k Kind) Known() bool { return slices.Contains(Kinds(), k) }

// Security reports whether the kind is told whatever its reader has chosen:
// somebody may have got at what is theirs, and would turn it off first.
func (k Kind) Security() bool {
	switch k {
	case KindTransferOffered, KindTransferEnded, KindShare, KindCertificate, KindFirmware:
		return false
	}
	return true
}

// MailOnly reports whether the notice lets its reader in, or shows that an
// address is theirs. It goes to their
// address alone: shown in an inbox it would let in whoever is in already, and
// pushed it would lie on a locked screen.
func (k Kind) MailOnly() bool {
	return k == KindSignInLink || k == KindRecovery || k == KindAddressLink
}
