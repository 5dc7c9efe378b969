// Package label draws the labels that go on units and boxes: a QR code, and a
// few lines of text beside or beneath it for people and for the day the QR
// code is scratched. The unit label carries our own web address of the unit;
// the certificate label the certificate's bytes; the drawing is the same.
//
//	Label.On(Stock) ─► layout, in whole printer dots ─► PNG, SVG, PDF or ZPL
//
// All forms share one layout: every module of the QR code is the same whole
// number of dots, nothing is scaled afterwards, and the file says its size in
// millimetres. So the preview (PNG) is the print. Print at 100 %; "fit to page"
// is what makes codes unreadable.
//
// It is pure and trusts nobody: texts come from strangers' boxes. What does not
// fit is an error, never cut off, for a serial cut short is another serial.
package label
