// Package consent is an owner's say over support: they are asked, read what they
// would allow, and sign it with their passkey or do not; they take it back at
// once; and they see who looked, also at what was theirs once.
//
//	a question ─► one page in words with a version ─► the owner's passkey signs
//	the SHA-256 of the consent ─► service/support ─► who looked, with its proof
//
// What is signed is built here from what is on record and from the words in the
// owner's language; the browser brings the signature, and of the rest only since
// when and in which language it was read, which are signed too. Nothing is
// chosen beforehand, and no is as large as yes.
//
// It trusts the passkeys' room on whether a signature is this person's over
// these bytes, for this origin and once, and the store on whether the question
// still stands.
package consent
