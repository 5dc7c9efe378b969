package commands

import "strings"

// Command is a word to the bench.
type Command string

const (
	Next    Command = "NEXT"    // show the next step, whatever was said of this one
	Back    Command = "BACK"    // show the step before
	Pass    Command = "PASS"    // this step is done
	Fail    Command = "FAIL"    // this step cannot be done
	Start   Command = "START"   // begin a step that takes its time
	First   Command = "ONE"     // the first of the answers on the screen
	Second  Command = "TWO"     // the second
	Third   Command = "THREE"   // the third
	Undo    Command = "UNDO"    // take back what I said last of this unit
	Certify Command = "CERTIFY" // sign the certificate
	List    Command = "LIST"    // leave this unit, back to the list
)

// Prefix begins every command's code. A colon is in no serial's pattern, and in
// no code of ours.
const Prefix = "QC:"

// All lists the commands, as they stand on the sheet.
func All() []Command {
	return []Command{Next, Back, Pass, Fail, Start, First, Second, Third, Undo, Certify, List}
}

// Code is what the command's barcode says.
func (c Command) Code() string { return Prefix + string(c) }

// Key is what is typed for it.
func (c Command) Key() string {
	switch c {
	case First:
		return "1"
	case Second:
		return "2"
	case Third:
		return "3"
	}
	return strings.ToLower(string(c[:1]))
}

// Parse reads a command's code, or its letter alone. Whatever else begins with
// the prefix is a command too, of a newer sheet or a scanner that mangles
// letters: ok with a command that is none of All, so that nobody takes it for a
// unit.
func Parse(scanned string) (command Command, ok bool) {
	text := strings.ToUpper(strings.TrimSpace(scanned))
	if name, found := strings.CutPrefix(text, Prefix); found {
		return Command(name), true
	}
	for _, c := range All() {
		if text == strings.ToUpper(c.Key()) {
			return c, true
		}
	}
	return "", false
}

// Known reports whether the command is one of All.
func (c Command) Known() bool {
	for _, known := range All() {
		if c == known {
			return true
		}
	}
	return false
}

// Answer is which of the answers on the screen the command chooses, from 0.
func (c Command) Answer() (int, bool) {
	for i, answer := range []Command{First, Second, Third} {
		if c == answer {
			return i, true
		}
	}
	return 0, false
}
