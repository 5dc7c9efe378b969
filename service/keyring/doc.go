// Package keyring holds the service's own keys: one file for each purpose in
// DATA/keys, made at the first start and never again.
//
// Place in the flow: the roof opens the ring before the store. The store signs
// the ledger's checkpoints with it, seals personal data for each subject and
// finds people by keyed hashes; the bench signs certificates, the till its
// answers.
//
// It trusts the file system to keep the directory from others, and refuses to
// start when the permissions say otherwise. A missing or damaged key is never
// replaced: a new one could not open what the old one sealed, and would sign a
// ledger that nobody could verify.
package keyring
