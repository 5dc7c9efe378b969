// Package storetest opens stores for tests and fills them with a small world
// whose rows are consistent with their states.
//
// Place in the flow: room tests call New and its factories; Run is the
// conformance suite that every engine must pass.
//
// It drives the store through its exported methods and the commands of
// lifecycle only, so what it makes could have come about in production.
package storetest
