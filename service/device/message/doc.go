// Package message is what units and the service say to each other: the shapes
// of challenge, report and answer, and the bytes that a unit signs. A unit's
// firmware and the service read the same page: service/docs/device.md.
//
// It is pure. It trusts nothing: Check says what is wrong with the shape of a
// report, Verify whether the unit's own key signed it.
package message
