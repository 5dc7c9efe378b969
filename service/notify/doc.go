// Package notify tells people what concerns them: an event of a unit or of an
// account → a line in their inbox, a mail, a push.
//
// It drinks from the one feed and queues a notice for whoever is told of each
// event (tell.go); other rooms queue the rest. What is queued is brought out by
// lease, tried again with back-off, and ends once: a mail server that is down
// for an hour loses nothing. A mail may come twice after a crash, under one
// Message-ID; it never comes not at all.
//
// Text only: no picture, nothing that calls home. A push holds a kind and "open
// Quitclaim", and nothing else. A former owner is told what was theirs, and
// nothing of a later owner.
//
// Child packages: mail (letters, SMTP, bounces), push (Web Push). It trusts the
// feed to be in commit order, and the store to queue the same event once.
package notify
