package lifecycle

import (
	"encoding/json"
	"fmt"
	"time"
)

// LeafImport is kind and event of a chunk's ledger entry, whose subject is the
// import: it happens to no one unit, for each row registers one.
const LeafImport = "import"

// Chunk is the rows of an import that became units in one transaction, as one
// ledger entry holds them. Change makes of each row what Register would have
// made of it alone, so a replay needs nothing but the entry.
type Chunk struct {
	Import ImportID     `json:"import"`
	Actor  Actor        `json:"actor"`
	At     time.Time    `json:"at"`
	Models []ChunkModel `json:"models"`
	Rows   []ChunkRow   `json:"rows"`
}

// ChunkModel is what of a model becomes part of its units.
type ChunkModel struct {
	ID     ModelID `json:"id"`
	Vendor OrgID   `json:"vendor"`
	Brand  string  `json:"brand"`
	GTIN   string  `json:"gtin,omitempty"`
}

// ChunkRow is one unit. Names are short, for there are very many.
type ChunkRow struct {
	Row       int64  `json:"r"`
	Unit      UnitID `json:"u"`
	Model     int    `json:"m"` // in Models
	Serial    string `json:"s"`
	GTIN      string `json:"g,omitempty"` // where it is not the model's
	DeviceKey []byte `json:"k,omitempty"`
}

// Key is the key of a row's unit.
func (c Chunk) Key(row ChunkRow) UnitKey {
	return UnitKey{Brand: c.Models[row.Model].Brand, Serial: row.Serial}
}

// Change is the first change of a row's unit.
func (c Chunk) Change(row ChunkRow) (Change, error) {
	if row.Model < 0 || row.Model >= len(c.Models) {
		return Change{}, fmt.Errorf("row %d of import %s has no model: %w", row.Row, c.Import, ErrInvalid)
	}
	model := c.Models[row.Model]
	change, err := Register{
		Command: Command{Actor: c.Actor, At: c.At}, ID: row.Unit, Key: c.Key(row), GTIN: row.GTIN, DeviceKey: row.DeviceKey,
	}.Decide(Snapshot{Model: Model{ID: model.ID, Vendor: model.Vendor, Brand: model.Brand, GTIN: model.GTIN}})
	if err != nil {
		return Change{}, fmt.Errorf("row %d of import %s: %w", row.Row, c.Import, err)
	}
	change.Unit.Version = 1
	return change, nil
}

// Changes is the first change of every row's unit, in order.
func (c Chunk) Changes() ([]Change, error) {
	changes := make([]Change, len(c.Rows))
	for i, row := range c.Rows {
		var err error
		if changes[i], err = c.Change(row); err != nil {
			return nil, err
		}
	}
	return changes, nil
}

// ParseChunk reads the body of a chunk's ledger entry.
func ParseChunk(body []byte) (Chunk, error) {
	var c Chunk
	if err := json.Unmarshal(body, &c); err != nil {
		return Chunk{}, fmt.Errorf("chunk of an import: %w: %w", ErrInvalid, err)
	}
	return c, nil
}
