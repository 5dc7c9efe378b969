package label

import "fmt"

// Form is how a stock is fed and what is written for it.
type Form string

// The forms of stock.
const (
	FormSheet Form = "sheet" // a page of labels for an office printer: PDF
	FormRoll  Form = "roll"  // one label to a page for a label printer with a driver: PDF
	FormZPL   Form = "zpl"   // one label to a format for a printer that speaks ZPL II
)

// Stock is a label that one can buy, in exact millimetres.
type Stock struct {
	ID   string // stable, for addresses and print jobs
	Name string // a trade name; the same in every language
	Form Form
	// PageWidthMM and PageHeightMM are the page; of a roll, the label itself.
	PageWidthMM, PageHeightMM float64
	Columns, Rows             int
	LeftMM, TopMM             float64 // from the page's corner to the first label
	StepXMM, StepYMM          float64 // from one label's corner to the next one's
	WidthMM, HeightMM         float64 // of a label
	MarginXMM, MarginYMM      float64 // of a label, where no ink may be
	// DPI is what the stock's printers have. A printer of ZPL has its own.
	DPI int
}

const inch = mmPerInch

// Stocks is the table of what we print on.
//
// Sheets: outlines and margins from the gLabels templates (jimevins/glabels-qt
// 2da9b2d, templates/avery-iso-templates.xml "7163" in points and
// avery-us-templates.xml "5160", whose equal 5520 is). L7163 has its nominal
// 99.1 × 38.1 mm; 14 of them are centred on A4, with 2.5 mm between columns.
//
// DYMO: page and reach of the printer from its CUPS driver, w79h252 and w54h144
// (54 × 144 points; 14.9 points are out of reach at one end, so 6 mm are left at
// both: which end comes first is up to the driver).
//
// Brother: DK-22205 of 62 mm, of which 1.5 mm at each side and 3 mm at each cut
// are out of reach (gLabels, brother-other-templates.xml "DK-2205"); it is cut
// to 33 mm, which a whole certificate needs.
//
// ZPL: 2 × 1, 2.25 × 1.25 and 4 × 2 inches, the common die-cut rolls.
func Stocks() []Stock {
	roll := func(id, name string, form Form, width, height, marginX, marginY float64, dpi int) Stock {
		return Stock{
			ID: id, Name: name, Form: form, PageWidthMM: width, PageHeightMM: height, Columns: 1, Rows: 1,
			WidthMM: width, HeightMM: height, StepXMM: width, StepYMM: height, MarginXMM: marginX, MarginYMM: marginY, DPI: dpi,
		}
	}
	return []Stock{
		{ID: "avery-l7163", Name: "Avery L7163", Form: FormSheet, PageWidthMM: 210, PageHeightMM: 297, Columns: 2, Rows: 7,
			LeftMM: 4.65, TopMM: 15.15, StepXMM: 101.6, StepYMM: 38.1, WidthMM: 99.1, HeightMM: 38.1, MarginXMM: 1.8, MarginYMM: 1.8, DPI: 600},
		{ID: "avery-5520", Name: "Avery 5520", Form: FormSheet, PageWidthMM: 8.5 * inch, PageHeightMM: 11 * inch, Columns: 3, Rows: 10,
			LeftMM: 0.15625 * inch, TopMM: 0.5 * inch, StepXMM: 2.78125 * inch, StepYMM: inch,
			WidthMM: 2.625 * inch, HeightMM: inch, MarginXMM: inch / 16, MarginYMM: inch / 16, DPI: 600},
		roll("brother-62", "Brother DK-22205, 62 mm", FormRoll, 62, 33, 1.5, 3, 300),
		roll("dymo-30252", "DYMO 30252, 89 × 28 mm", FormRoll, 252*inch/72, 79*inch/72, 6, 1.6, 300),
		roll("dymo-30330", "DYMO 30330, 51 × 19 mm", FormRoll, 144*inch/72, 54*inch/72, 6, 1.5, 300),
		roll("zpl-51x25", "ZPL 51 × 25 mm (2 × 1 in)", FormZPL, 2*inch, inch, 1, 1, DefaultDPI),
		roll("zpl-57x32", "ZPL 57 × 32 mm (2¼ × 1¼ in)", FormZPL, 2.25*inch, 1.25*inch, 1, 1, DefaultDPI),
		roll("zpl-102x51", "ZPL 102 × 51 mm (4 × 2 in)", FormZPL, 4*inch, 2*inch, 1, 1, DefaultDPI),
	}
}

// StockByID finds a stock of the table.
func StockByID(id string) (Stock, error) {
	for _, stock := range Stocks() {
		if stock.ID == id {
			return stock, nil
		}
	}
	return Stock{}, fmt.Errorf("stock %q: %w", id, errNoStock)
}

// Cells is how many labels a page of the stock has.
func (s Stock) Cells() int { return s.Columns * s.Rows }

// Cell is where the label of this number stands on its page.
func (s Stock) Cell(number int) (xMM, yMM float64) {
	number %= s.Cells()
	return s.LeftMM + float64(number%s.Columns)*s.StepXMM, s.TopMM + float64(number/s.Columns)*s.StepYMM
}

// On is the label as it is drawn on this stock; dpi of a printer that has
// another resolution than the stock's own, else 0.
func (l Label) On(s Stock, dpi int) Label {
	l.WidthMM, l.HeightMM, l.MarginXMM, l.MarginYMM, l.DPI = s.WidthMM, s.HeightMM, s.MarginXMM, s.MarginYMM, s.DPI
	if dpi != 0 {
		l.DPI = dpi
	}
	return l
}
