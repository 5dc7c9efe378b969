package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// writeTable prints the rows as a Markdown table whose columns also line up for
// who reads it as it is.
func writeTable(out io.Writer, rows []row) {
	table := [][]string{{"what", "ours", "bare", "ratio", "target", "met", ""}}
	for _, r := range rows {
		ratio, met := "–", "no"
		if r.ratio != 0 {
			ratio = number(r.ratio)
		}
		if r.met {
			met = "yes"
		}
		table = append(table, []string{r.what, r.ours.String(), r.bare.String(), ratio, r.target, met, r.note})
	}
	widths := make([]int, len(table[0]))
	for _, line := range table {
		for i, cell := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for i, line := range table {
		writeLine(out, line, widths)
		if i == 0 {
			fmt.Fprintf(out, "|---|--:|--:|--:|---|---|---|\n")
		}
	}
}

func writeLine(out io.Writer, cells []string, widths []int) {
	var line strings.Builder
	for i, cell := range cells {
		pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
		if i >= 1 && i <= 3 { // numbers
			line.WriteString("| " + pad + cell + " ")
		} else {
			line.WriteString("| " + cell + pad + " ")
		}
	}
	fmt.Fprintln(out, line.String()+"|")
}
