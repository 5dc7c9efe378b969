// Package rows reads the files of imports: CSV as spreadsheets and tills write
// it, and NDJSON, record by record from any place in the file, in memory that
// does not grow with what is in it.
//
// Place in the flow: the bytes of an upload → Text, which makes UTF-8 of them →
// Look, which says how they are to be read → a Reader, whose records the import
// turns into units or sales. Write is the way back: a CSV that a spreadsheet
// opens without running anything in it.
//
// It trusts nothing in a file. Whatever is wrong with a record is said of that
// record, and the next one is read.
package rows
