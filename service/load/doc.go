// Command load puts a running service under load, and measures it beside bare
// programs that do nothing but the work itself (DESIGN section 8).
//
//	go run ./service/load prepare --data DIR      a world to work in, by the public API
//	go run ./service/load run --scenario returns  N clients on any address
//	go run ./service/load ratios                  every ratio that has been built, in one table
//
// drive sends and times, world is what is sent about, fleet fills a database with
// millions, machine is what all figures depend on, and table prints them; what is
// here measures.
//
// It is not part of the product. prepare and run trust nothing but the public
// API; the bare programs call the store and the desk themselves, to hear which
// statements they run.
package main
