// Package commands is what a technician says to the bench without a button: a
// code off a printed sheet, or a letter typed into the field that takes codes.
//
// Place in the flow: before scanner/code reads what was scanned, the bench asks
// here whether it is one of its own words. It trusts nobody with a word: what a
// command may do is the question of the method behind the button of the same
// name. A command's code begins with a prefix that no unit's code has, and a
// test holds the two apart.
package commands
