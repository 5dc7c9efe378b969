// Package shipment is the bench's dock: a unit in any state goes to another
// organisation, and custody with it once the receiver has scanned it.
//
//	Ship ─► on the road, custody stays ─► Receive, one scan for each unit
//
// What proves where a unit is are its shipment and the receiver's scan: the
// rules are lifecycle.Ship and Receive. It trusts the principal of the request,
// and a sender's word for nothing but what left.
package shipment
