// Package firmware is the catalogue of what vendors published for their models:
// version, SHA-256, signature, what it mends, where its file is.
//
// Place in the flow: beside it. A vendor's admin enters a version; from then on
// owners of older ones see it and are told, and a new minimum is the model's own
// from that moment, which certify reads as ever (rule 3). What proves a version:
// the vendor's key, registered with the model, over brand, model, version and
// hash together; it is checked when it is entered, and shown.
//
// A file that we serve ourselves is kept in the database, in pieces, so that
// every replica and every backup has it; it is a version's file once its hash is
// the one that was signed, and does not change any more. It trusts nothing of a
// vendor's link but that it is https: nobody here follows it.
package firmware
