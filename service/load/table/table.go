package table

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Write prints the rows as a Markdown table whose columns also line up for
// who reads it as it is.
func Write(out io.Writer, rows []Row) {
	table := [][]string{{"what", "ours", "bare", "ratio", "target", "met", ""}}
	for _, r := range rows {
		ratio, met := "–", "no"
		if r.Ratio != 0 {
			ratio = number(r.Ratio)
		}
		if r.Met {
			met = "yes"
		}
		table = append(table, []string{r.What, r.Ours.String(), r.Bare.String(), ratio, r.Target, met, r.Note})
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
