package engine

import "fmt"

// The types of columns, as both engines have them.
const (
	TypeInt   = "int"
	TypeText  = "text"
	TypeBool  = "bool"
	TypeBytes = "bytes"
)

// Table is a table as the schema has it.
type Table struct {
	Name    string
	Columns []Column
}

// Column is one column of a table, of one of the types above.
type Column struct{ Name, Type string }

// Tables lists every table but that of the migrations, in the order in which
// they were made: none refers to one after it.
func Tables(tx *Tx) ([]Table, error) {
	names, err := List(tx, tx.dialect.tables, nil, func(scan Scan) (name string, err error) { return name, scan(&name) })
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	var tables []Table
	for _, name := range names {
		if name == "migration" {
			continue
		}
		table := Table{Name: name}
		table.Columns, err = List(tx, tx.dialect.tableColumns, []any{name}, func(scan Scan) (Column, error) {
			var c Column
			var declared string
			if err := scan(&c.Name, &declared); err != nil {
				return c, err
			}
			c.Type, err = typeOf(declared)
			return c, err
		})
		if err != nil {
			return nil, fmt.Errorf("list columns of %s: %w", name, err)
		}
		tables = append(tables, table)
	}
	return tables, nil
}

// typeOf is the type of a column, by the name that an engine has for it.
func typeOf(declared string) (string, error) {
	switch declared {
	case "BIGINT", "bigint":
		return TypeInt, nil
	case "TEXT", "text":
		return TypeText, nil
	case "BOOLEAN", "boolean":
		return TypeBool, nil
	case "BYTEA", "bytea":
		return TypeBytes, nil
	}
	return "", fmt.Errorf("%q is none of our column types, so the table is not ours: it belongs into another schema", declared)
}

// Migration is a migration that a database has run.
type Migration struct{ Name, Digest string }

// Ran lists the migrations that have run, in order.
func Ran(tx *Tx) ([]Migration, error) {
	found, err := readSchema(tx)
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	list := make([]Migration, len(found.ran))
	for i, m := range found.ran {
		list[i] = Migration{Name: m.name, Digest: m.digest}
	}
	return list, nil
}
