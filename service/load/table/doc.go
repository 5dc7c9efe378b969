// Package table is what the load tool prints of its measurements: a row is what
// DESIGN section 8 asks for, what was measured, and whether that is met. It
// trusts its callers to have measured both sides in one run.
package table
