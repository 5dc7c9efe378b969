package code

import (
	"slices"
	"strings"
)

const (
	// maxUnseparated bounds the search for lost separators: a GS1-128 symbol
	// holds 48 characters, and a longer text without any is no product's.
	maxUnseparated = 128
	// maxSplits is where the search stops: it is ambiguous enough.
	maxSplits = 12
	// maxSteps bounds it for texts made to have no end. Real ones need tens.
	maxSteps = 5000
)

// splitter finds every way to read concatenated elements. A value of variable
// length ends at a separator or at the end of the code. Where a scanner sent
// any separator, it sends all; where it sent none, it may have lost them, and
// then such a value could end anywhere that another element could start.
type splitter struct {
	lost  bool
	found []identity
	fault string // of the strict reading, which is tried first
	seen  map[splitState]bool
}

type splitState struct {
	left int // characters still to read
	id   identity
}

// readConcatenated reads elements that follow each other without brackets.
func readConcatenated(text string) ([]identity, string) {
	if len(text) > maxUnseparated && !strings.Contains(text, gs) {
		return nil, "code.malformed"
	}
	s := splitter{lost: !strings.Contains(text, gs), seen: make(map[splitState]bool)}
	s.walk(text, identity{})
	switch {
	case len(s.seen) > maxSteps:
		return nil, "code.malformed" // not all splits were seen: none may be trusted
	case len(s.found) == 0:
		return nil, s.fault
	}
	return s.found, ""
}

func (s *splitter) walk(text string, id identity) {
	text = strings.TrimLeft(text, gs)
	state := splitState{len(text), id}
	if s.seen[state] || len(s.found) >= maxSplits || len(s.seen) > maxSteps {
		return
	}
	s.seen[state] = true
	if text == "" {
		if !slices.Contains(s.found, id) {
			s.found = append(s.found, id)
		}
		return
	}
	ai, f, ok := leadingAI(text)
	if !ok {
		s.fail("code.unknown-ai")
		return
	}
	rest := text[len(ai):]
	for _, length := range s.lengths(f, rest) {
		e := element{ai, rest[:length]}
		if fault := f.fault(e.value); fault != "" {
			s.fail(fault)
			continue
		}
		next, ok := id.add(e)
		if !ok {
			s.fail("code.malformed")
			continue
		}
		s.walk(rest[length:], next)
	}
}

// lengths lists how long the value may be, the strict reading first.
func (s *splitter) lengths(f format, rest string) []int {
	end := strings.IndexByte(rest, gs[0])
	if end < 0 {
		end = len(rest)
	}
	if f.min == f.max {
		return []int{min(f.max, end)}
	}
	if !s.lost {
		return []int{end}
	}
	lengths := []int{end}
	for length := min(f.max, end-1); length >= max(f.min, 1); length-- {
		lengths = append(lengths, length)
	}
	return lengths
}

func (s *splitter) fail(code string) {
	if s.fault == "" {
		s.fault = code
	}
}
