// Package catalog keeps the tables of what vendors lay down for many units at
// once: organisations and their brands, models, accreditations.
//
// Place in the flow: store reads a unit's model and accreditations from here
// into its snapshot, and writes here what administrators save. The ledger
// entries are store's.
//
// It trusts its caller to have checked who may.
package catalog
