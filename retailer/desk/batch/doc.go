// Package batch is the desk where units come by the pallet, or late: one scan
// after the other, each sold, bound → returned or an exception on a list.
//
//	scan ─► see: code read, unit found ─► taken back and entered, in one transaction
//	                                   └► an exception: tried again, or settled by hand
//
// The same holds for what a device kept while there was no network. A person
// looks at the list and not at each verdict, so only what is clear or bound is
// taken back, and what waited is taken back only if nothing overtook it (rule
// 14). What proves an entry is its return, which is the desk's from there on.
//
// It trusts the clerk to hold the units, and no paper to stand for one. The
// flags and the second person (rules 1, 13) are the desk's, which the roof hands
// in.
package batch
