// Package machine is what every figure of the load tool depends on: the computer,
// its disk, and the servers that are started on it and held still while it is
// another's turn. It trusts the system's own accounts (proc(5)).
package machine
