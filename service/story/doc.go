// Package story holds the long tests: each starts the built binary, walks it
// over HTTP as people, tills and cameras would, and tells one story from the
// first scan to the end. Nothing in here reaches into the service; what a
// story knows, it read from an answer, from demo.json or from a file that an
// operator would look at.
package story
