package ledger

// sequence walks through numbered rows in step with the numbers that should be
// there. A row that no step asks for is a stray.
type sequence[T any] struct {
	rows   []T
	number func(*T) int64
	stray  func(number int64, again bool) // again: the number was taken just before
	taken  int64                          // the last number taken, plus one
}

// take returns the first row with this number, or nil when there is none. Rows
// before it are strays.
func (s *sequence[T]) take(number int64) *T {
	for len(s.rows) > 0 {
		row := &s.rows[0]
		found := s.number(row)
		if found > number {
			return nil
		}
		s.rows = s.rows[1:]
		if found == number {
			s.taken = number + 1
			return row
		}
		s.stray(found, found+1 == s.taken)
	}
	return nil
}

// end makes strays of all that is left.
func (s *sequence[T]) end() {
	for i := range s.rows {
		found := s.number(&s.rows[i])
		s.stray(found, found+1 == s.taken)
	}
	s.rows = nil
}
