// Package mail writes letters, hands them to a mail server by SMTP (RFC 5321)
// over TLS (RFC 8314, RFC 3207), and reads what mail servers report afterwards
// (RFC 3464).
//
// It trusts the mail server that the operator named, and no report that does not
// carry the keyed token of the return path to which it came.
package mail
