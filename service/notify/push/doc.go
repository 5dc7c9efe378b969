// Package push sends Web Pushes (RFC 8030), encrypted for the browser that
// subscribed (RFC 8291) and signed by this service (RFC 8292).
//
// It trusts no endpoint: anybody who is signed in names one. So it calls public
// addresses only, follows nothing, and reads little of what comes back.
package push
