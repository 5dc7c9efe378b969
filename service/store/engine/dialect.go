package engine

import "database/sql"

// dialect is what differs between the engines once a connection is open. Each
// engine's stands in its own file.
type dialect struct {
	begin, beginRead, commit, rollback string

	// rewrite turns a statement of ours into the engine's.
	rewrite func(query string) string
	// isConstraint reports whether a statement broke a constraint, and the
	// transaction goes on all the same.
	isConstraint func(error) bool
	// explain adds lifecycle.ErrBusy to what may be better later.
	explain func(error) error
	// inTransaction reports whether the connection still has its transaction.
	inTransaction func(*sql.Conn) bool
	// schema, where it is not nil, turns a migration into the engine's.
	schema func(tx *Tx, text string) (string, error)
	// tables lists the tables' names in the order in which they were made, and
	// tableColumns the names and types of one's columns.
	tables, tableColumns string
	// lock makes everybody else who asks for the same key wait until this
	// transaction is over; empty where there is nobody else.
	lock string
	// columns lists table and column of everything in the database's schema.
	columns string
	// patient takes the limits on time off a transaction that migrates; empty
	// where there are none.
	patient string
}

// begin starts a transaction that writes.
func (t *Tx) begin() error {
	_, err := t.Exec(t.dialect.begin)
	return err
}

func (t *Tx) commit() error {
	_, err := t.Exec(t.dialect.commit)
	return err
}

// rollback ends the transaction, if the engine has not done so itself.
func (t *Tx) rollback() error {
	if !t.dialect.inTransaction(t.conn) {
		return nil
	}
	_, err := t.conn.ExecContext(t.ctx, t.dialect.rollback)
	return err
}

// Shared reports whether others than this process write to the database. Where
// nobody does, one change runs after the other.
func (t *Tx) Shared() bool { return t.dialect.lock != "" }

// Serialize lets one transaction at a time go on from here for each key; the
// others wait for it to end. What is read after it is what they have written.
// In a database that is not shared it does nothing.
func (t *Tx) Serialize(key string) error {
	if !t.Shared() {
		return nil
	}
	_, err := t.Exec(t.dialect.lock, lockNumber(key))
	return err
}
