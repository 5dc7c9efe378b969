package label

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
)

var errDocument = errors.New("a document without the parts that every document has")

// unscaled has a finished document ask for printing at its true size: viewers
// else shrink a page to what they think the printer reaches, and a code at 94 %
// has modules of different widths. The library cannot say it, so the catalog is
// written once more behind the end, as an incremental update (ISO 32000-1,
// 7.5.6) with /PrintScaling /None (12.2, table 150).
func unscaled(document []byte) ([]byte, error) {
	tail := document[max(0, len(document)-1024):]
	root := regexp.MustCompile(`/Root (\d+) 0 R`).FindSubmatch(tail)
	size := regexp.MustCompile(`/Size (\d+)`).FindSubmatch(tail)
	info := regexp.MustCompile(`/Info (\d+) 0 R`).FindSubmatch(tail)
	previous := regexp.MustCompile(`startxref\s+(\d+)\s+%%EOF\s*$`).FindSubmatch(tail)
	if root == nil || size == nil || info == nil || previous == nil {
		return nil, fmt.Errorf("trailer: %w", errDocument)
	}
	_, object, found := bytes.Cut(document, []byte("\n"+string(root[1])+" 0 obj\n<<"))
	if !found {
		return nil, fmt.Errorf("catalog: %w", errDocument)
	}
	entries, _, found := bytes.Cut(object, []byte(">>\nendobj"))
	if !found {
		return nil, fmt.Errorf("end of catalog: %w", errDocument)
	}
	out := bytes.NewBuffer(bytes.Clone(document))
	if !bytes.HasSuffix(document, []byte("\n")) {
		out.WriteByte('\n')
	}
	offset := out.Len()
	fmt.Fprintf(out, "%s 0 obj\n<<%s/Version /1.6\n/ViewerPreferences <</PrintScaling /None /PickTrayByPDFSize true>>\n>>\nendobj\n", root[1], entries)
	table := out.Len()
	number, err := strconv.Atoi(string(root[1]))
	if err != nil {
		return nil, fmt.Errorf("number of the catalog: %w", err)
	}
	fmt.Fprintf(out, "xref\n%d 1\n%010d 00000 n \ntrailer\n<<\n/Size %s\n/Root %d 0 R\n/Info %s 0 R\n/Prev %s\n>>\nstartxref\n%d\n%%%%EOF\n",
		number, offset, size[1], number, info[1], previous[1], table)
	return out.Bytes(), nil
}
