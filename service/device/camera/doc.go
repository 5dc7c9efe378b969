// Package camera is a simulated camera: a unit that holds its key and its
// credential and speaks service/docs/device.md over HTTP like a real one.
//
// Place in the flow: the demo runs three of them, `quitclaim camera` one, and
// stories as many as they need. It knows the server by its address alone and
// trusts it with its credential's hash, never with the credential.
//
// Like a real one it makes a new credential whenever its button was held or
// the epoch moved on, keeps trying while it is offline, and remembers across
// restarts that a reset was not heard yet.
package camera
