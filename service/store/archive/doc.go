// Package archive is the backup of a whole store as one file that neither
// engine owns: every row of every table, read in one consistent read.
//
// Place in the flow: store.Backup hands Write a read transaction, and Save puts
// what it writes into place only once it was read back from the disk and
// found whole. store.Restore has Read judge the file before anything is
// touched, and Load put it into an empty database.
//
// It trusts nothing that it reads: each table has its count and digest, the
// entries are hashed into the tree anew, and the newest checkpoint must be
// signed by a key that the caller brings along. No key is ever in the file.
package archive
