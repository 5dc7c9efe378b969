package imports

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// Field is something that an import reads from a column.
type Field struct {
	Name     string
	Required bool
	// Names are what files call it: ours first, then what exports of shops,
	// warehouses and production lines have been seen to write. Compared without
	// case, blanks and punctuation.
	Names []string
}

// Fields are what an import of a kind reads. Room is left for a kit's name: the
// units of one box (H7's kits) come with their hub.
func Fields(kind lifecycle.ImportKind) []Field {
	serial := Field{"serial", true, []string{
		"serial", "serialnumber", "serialno", "sn", "sno", "snr", "seriennummer", "serienr", "numerodeserie", "númerodeserie", "nserie", "id",
	}}
	brand := Field{"brand", false, []string{"brand", "make", "manufacturer", "marke", "hersteller", "marca", "fabricante"}}
	gtin := Field{"gtin", false, []string{"gtin", "ean", "ean13", "upc", "gtin13", "gtin14", "barcode", "artikelnummer"}}
	if kind == lifecycle.ImportSales {
		return []Field{
			serial, brand, gtin,
			{"sold_at", true, []string{"soldat", "sold", "saledate", "date", "datetime", "time", "timestamp", "verkauftam", "datum", "fecha", "fechadeventa"}},
			{"receipt", false, []string{"receipt", "receiptnumber", "receiptno", "bon", "bonnummer", "beleg", "belegnummer", "ticket", "recibo", "factura"}},
		}
	}
	return []Field{
		serial, brand, gtin,
		{"model", false, []string{"model", "modelid", "modell", "modelo"}},
		{"device_key", false, []string{"devicekey", "publickey", "ed25519", "key"}},
	}
}

// guess finds the columns by their names.
func guess(kind lifecycle.ImportKind, header []string) map[string]string {
	columns := map[string]string{}
	for _, field := range Fields(kind) {
		for _, name := range field.Names {
			at := slices.IndexFunc(header, func(column string) bool { return folded(column) == name })
			if at >= 0 && !taken(columns, header[at]) {
				columns[field.Name] = header[at]
				break
			}
		}
	}
	return columns
}

func taken(columns map[string]string, column string) bool {
	for _, other := range columns {
		if other == column {
			return true
		}
	}
	return false
}

func folded(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" _-./#()\t\u00A0", r) {
			return -1
		}
		return r
	}, strings.ToLower(name))
}

// checkLayout finds every mistake in a layout, and completes it.
func (i *Imports) checkLayout(ctx context.Context, p access.Principal, kind lifecycle.ImportKind, header []string, layout *lifecycle.ImportLayout) error {
	var invalid lifecycle.Invalid
	fields := Fields(kind)
	for name, column := range layout.Columns {
		switch {
		case !slices.ContainsFunc(fields, func(f Field) bool { return f.Name == name }):
			invalid.Add("column."+name, "import.field")
		case column == "":
			delete(layout.Columns, name)
		case !slices.Contains(header, column):
			invalid.Reasons = append(invalid.Reasons, lifecycle.Reason{
				Code: "import.column", Field: "column." + name, Args: map[string]string{"column": column},
			})
		}
	}
	for _, field := range fields {
		if field.Required && layout.Columns[field.Name] == "" {
			invalid.Add("column."+field.Name, "import.column-missing")
		}
	}
	if twice := usedTwice(layout.Columns); twice != "" {
		invalid.Add("column."+twice, "import.column-used")
	}
	if err := i.checkDefaults(ctx, p, kind, layout, &invalid); err != nil {
		return err
	}
	slices.SortStableFunc(invalid.Reasons, func(a, b lifecycle.Reason) int { return strings.Compare(a.Field, b.Field) })
	return invalid.Err()
}

// usedTwice is a field whose column is another's as well.
func usedTwice(columns map[string]string) string {
	by := map[string]string{}
	for _, name := range sortedNames(columns) {
		if by[columns[name]] != "" {
			return name
		}
		by[columns[name]] = name
	}
	return ""
}

func sortedNames(columns map[string]string) []string {
	names := make([]string, 0, len(columns))
	for name := range columns {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// checkDefaults looks at what holds for every row: some column or default must
// say of which product a serial is.
func (i *Imports) checkDefaults(ctx context.Context, p access.Principal, kind lifecycle.ImportKind, layout *lifecycle.ImportLayout, invalid *lifecycle.Invalid) error {
	if kind == lifecycle.ImportSales {
		if layout.Brand == "" && layout.Columns["brand"] == "" && layout.Columns["gtin"] == "" {
			invalid.Add("brand", "import.brand-missing")
		}
		if layout.Brand != "" {
			key, err := lifecycle.ParseUnitKey(layout.Brand, "x")
			if err != nil {
				invalid.Add("brand", "brand.shape")
			}
			layout.Brand = key.Brand
		}
		return nil
	}
	if layout.Model == "" {
		if layout.Columns["model"] == "" && layout.Columns["gtin"] == "" {
			invalid.Add("model", "import.model-missing")
		}
		return nil
	}
	model, err := i.config.Store.Model(ctx, layout.Model)
	switch {
	case errors.Is(err, lifecycle.ErrNotFound) || err == nil && model.Vendor != p.Org:
		invalid.Add("model", "unit.model")
	case err != nil:
		return fmt.Errorf("look up model: %w", err)
	}
	return nil
}
