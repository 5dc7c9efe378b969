// Package fleet fills a database with as many units as a vendor has sold, in
// minutes: straight into the tables, as the store would have written them.
//
// Place in the flow: the store has made the schema and the few people, and is
// closed; Fill writes the units, and the store is opened again. What proves that
// they are the same as if they had lived is a test that reads every one of them
// through the store. It trusts the store's schema to be the one it was written
// for.
package fleet
