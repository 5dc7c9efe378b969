// Package queue is what a page of the desk needs so that its browser can save
// scans while there is no network, and send them when there is.
//
// Place in the flow: scanned offline → kept on the device → sent to the desk or
// into a batch. What proves that a scan arrived is the answer of the route that
// the page names, and nothing in the browser. It trusts the browser with nothing
// but the scans of the person who is signed in there.
package queue
