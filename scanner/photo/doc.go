// Package photo opens the pictures that people send, and reads the codes in
// them. It stands before scanner/code in the flow:
//
//	bytes ─► Open: size, kind, dimensions ─► Picture ─┬─► Codes ─► code.Parse
//	                                                  └─► Clean ─► evidence kept by the bench
//
// It trusts nothing: what a file is called or declared to be does not matter,
// only its first bytes; its dimensions are read from the header before one
// pixel is decoded, so that a small file cannot ask for a large memory. What
// comes out of Clean was drawn anew and holds nothing but pixels: no place, no
// time, no name of a telephone.
//
// Only QR and DataMatrix codes are read, for they correct their own errors;
// bars alone have misled decoders into other, valid product numbers. A code is
// read or it is not; it is never guessed.
package photo
