// Package kits puts on record which units are sold in one box: a hub and its
// cameras.
//
// Place in the flow: units in stock → a kit of them, by the vendor who made
// them. What proves it: nothing but the vendor's word, which is on the ledger.
// From then on the desk asks for every unit of a box (retailer/desk), and the
// hub is not sold while one of them is missing or not certified: that rule is
// lifecycle's, inside the sale's own transaction.
//
// It trusts the store to keep a unit in one kit at most.
package kits
