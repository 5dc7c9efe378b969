// Package admin keeps house: organisations and their people, machine tokens,
// models and accreditations. Its child signin lets people in.
//
// Place in the flow: before any unit. The first organisation is the host; its
// admins make the others, each with a first admin by a one-time link. From
// then on every organisation's admins keep their own people and tokens, and a
// vendor's its models and who may certify them. What proves a change: its
// entry in the ledger.
//
// An admin sees and changes their own organisation; what belongs to another is
// not found. Nobody ever sets somebody else's password.
//
// It trusts service/web to say who asks, and the store to change a person in
// one transaction.
package admin
