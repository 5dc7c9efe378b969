// Package notice says what people are told: the kinds, which of them nobody can
// turn off, and the shapes in which a notice, its delivery and the choices about
// it pass between the store and the rooms.
//
// Place in the flow: a room that does something a person must hear of queues a
// Notice with store.QueueNotice; what happens to units is queued by
// service/notify, which drinks from the one feed. service/notify brings what is
// queued to people: into their inbox, by mail, by Web Push.
//
// It trusts nobody and decides nothing but which kinds are about security.
package notice
