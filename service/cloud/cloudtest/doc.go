// Package cloudtest holds what every adapter must pass (Run), an honest cloud
// in memory to compare with (Memory), and a Script that makes any cloud
// misbehave: lie, lose its answers, repeat, hang, go away.
//
// It is for tests. An adapter that passes Run can be asked again after any
// crash, ends nothing that is newer than it was told, touches no other unit
// and tells nobody an account name.
package cloudtest
