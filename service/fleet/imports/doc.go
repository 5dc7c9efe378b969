// Package imports turns files into units and sales: a vendor's list of what it
// made, a retailer's list of what its tills sold.
//
// Place in the flow: not on record → stock (register), stock, certified → sold
// (sell), row by row. A file is received part by part, looked at, tried in a dry
// run, and then worked by whichever process has the lease. What proves it: a
// portion of rows, their ledger entry and the place where the next portion
// begins are one transaction, so nothing is done twice and nothing is left out,
// whenever the process ends. An organisation's reference is good for one file.
//
// It trusts package rows to read anything, lifecycle for what may be registered
// and sold, and the store for its write doors.
package imports
