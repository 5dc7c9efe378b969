package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// listenPause is how long a listener waits at most before it rings by itself:
// a signal that was lost costs no more than this.
const listenPause = time.Second

// WriteAside is Write for who must neither wait behind everybody else nor be
// turned away with them when the queue is full, one at a time.
func (db *DB) WriteAside(ctx context.Context, run func(*Tx) error) error {
	if s, shared := db.base.(*server); shared {
		if s.aside == nil {
			return ErrReadOnly
		}
		return s.writeOn(ctx, s.aside, postgresBegin, run)
	}
	return db.Write(ctx, run)
}

// Listen calls ring when somebody signalled, each time it has connected anew,
// and every second: a signal only wakes, what happened is read from the tables.
// It returns when ctx ends.
func (db *DB) Listen(ctx context.Context, ring func()) {
	s, shared := db.base.(*server)
	for shared && ctx.Err() == nil {
		_ = s.listen(ctx, ring) // whoever reads hears of a lost server by themselves
		ring()
		pause := time.NewTimer(listenPause)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
		}
	}
}

func (s *server) listen(ctx context.Context, ring func()) error {
	conn, err := pgx.ConnectConfig(ctx, s.config.Copy())
	if err != nil {
		return s.unreachable(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, postgresListen); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	for {
		ring()
		if err := s.hear(ctx, conn); err != nil {
			return err
		}
	}
}

// hear waits for a signal, but not for long. Waiting in vain leaves the
// connection as it is.
func (s *server) hear(ctx context.Context, conn *pgx.Conn) error {
	wait, stop := context.WithTimeout(ctx, listenPause)
	defer stop()
	_, err := conn.WaitForNotification(wait)
	if err != nil && wait.Err() != nil && ctx.Err() == nil && !conn.IsClosed() {
		return nil
	}
	return err
}

// Signal wakes every process that listens, once the transaction has committed.
func (t *Tx) Signal() error {
	if !t.Shared() {
		return nil
	}
	_, err := t.Exec(postgresNotify)
	return err
}

// Try takes the lock of a key to the end of the transaction, or reports that
// another has it. In a database that is not shared there is no other.
func (t *Tx) Try(key string) (mine bool, err error) {
	if !t.Shared() {
		return true, nil
	}
	_, err = t.Get(postgresTry, []any{lockNumber(key)}, &mine)
	return mine, err
}

// Contended reports that the change runs again because somebody else was
// faster: it should now wait for its turn.
func (t *Tx) Contended() bool { return t.contended }
