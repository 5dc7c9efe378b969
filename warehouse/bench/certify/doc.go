// Package certify is where a validator signs: reset → certified, one
// certificate for each unit, and the label that carries it.
//
//	proven units ─► the list that is signed for ─► Certify ─► certificate, label
//
// What proves a certificate is the snapshot alone: the rule is
// lifecycle.Certify, and its bytes come from warehouse/certificate. It trusts
// the principal of the request, whose own part in the unit the rule weighs, and
// its Sign to be a pure function of what is signed.
package certify
