package photo

// lattice is the rows and columns of a symbol with its finder.
type lattice struct {
	rows, columns int
	qr            bool
}

// lattices are the symbols that stand on units: those of ISO/IEC 16022 table 7
// up to 52 × 52, and versions 1 to 10 of ISO/IEC 18004 table 1.
func lattices() []lattice {
	all := []lattice{{8, 18, false}, {8, 32, false}, {12, 26, false}, {12, 36, false}, {16, 36, false}, {16, 48, false}}
	for _, side := range []int{10, 12, 14, 16, 18, 20, 22, 24, 26, 32, 36, 40, 44, 48, 52} {
		all = append(all, lattice{side, side, false})
	}
	for version := 1; version <= 10; version++ {
		all = append(all, lattice{17 + 4*version, 17 + 4*version, true})
	}
	return all
}

// checkMatrix: two sides are solid, the other two dark and light in turn, and
// around them it is quiet (ISO/IEC 16022 clause 4.3).
func checkMatrix(size lattice, check func(row, column int, dark bool)) {
	for column := range size.columns {
		check(0, column, column%2 == 0)
		check(size.rows-1, column, true)
		check(-1, column, false)
		check(size.rows, column, false)
	}
	for row := range size.rows {
		check(row, 0, true)
		check(row, size.columns-1, row%2 == 1)
		check(row, -1, false)
		check(row, size.columns, false)
	}
}

// checkQR: three squares in squares, each with a light line around it, and
// lines between them that are dark and light in turn (ISO/IEC 18004 clause 6.3).
func checkQR(side int, check func(row, column int, dark bool)) {
	for row := -1; row <= 7; row++ {
		for column := -1; column <= 7; column++ {
			ring := max(row-3, 3-row, column-3, 3-column)
			dark := ring == 3 || ring <= 1
			check(row, column, dark)
			check(row, side-1-column, dark)
			check(side-1-row, column, dark)
		}
	}
	for i := 8; i < side-8; i++ {
		check(6, i, i%2 == 0)
		check(i, 6, i%2 == 0)
	}
}
