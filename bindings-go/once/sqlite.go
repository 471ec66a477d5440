package once

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"
	"time"
)

// SQLite keeps keys in a SQLite file, version 3.24 or later, which the processes of one machine can share, by any
// driver for database/sql, such as modernc.org/sqlite or mattn/go-sqlite3. The file must be on a local disk, not on
// NFS, and on one that outlives a redeploy. The tables are made at first use.
//
//	events, err := once.New(&once.SQLite{DB: db}, once.Scope("contio"))
//
// It sets journal_mode to WAL, and on each connection that it uses synchronous to FULL and busy_timeout to 2 s: how
// long it waits for other writers. Where the rest of your program needs other settings, open the file a second time for
// it.
type SQLite struct {
	// DB is the database, in a file.
	DB *sql.DB
	// Timeout is how long a call may take, with the time to get a connection: 5 s if it is 0.
	Timeout time.Duration
	// Now is the clock, for tests. If it is nil, it is that of the machine.
	Now func() time.Time

	// Whoever has put something in has the turn. SQLite lets one connection write, and its others poll for that: in one
	// process, they queue instead.
	turn    chan struct{}
	prepare sync.Once
	// When the tables were made; zero before the first use. It belongs to the one who has the turn.
	made time.Time
}

func (s *SQLite) check() error {
	if s == nil {
		return invalid("the store is a nil *SQLite; give &once.SQLite{DB: db}")
	}
	return checkDatabase(s.DB, s.Timeout, "&once.SQLite{DB: db}")
}

// IsDurable is true.
func (s *SQLite) IsDurable() bool { return true }

// Create makes the tables if they do not exist, and returns when they were made.
func (s *SQLite) Create(ctx context.Context) (time.Time, error) {
	return use(ctx, s, nil, func(context.Context, *sql.Conn) (time.Time, error) { return s.made, nil })
}

// Claim claims a key if nobody holds it.
func (s *SQLite) Claim(ctx context.Context, claim Claim) (Claimed, error) {
	undo := func(ctx context.Context) {
		// If it fails, the lease lapses.
		_, _ = s.Release(ctx, claim.Key, claim.Token)
	}
	body, now := digits(claim.Body), milliseconds(s.Now)
	return use(ctx, s, undo, func(ctx context.Context, conn *sql.Conn) (claimed Claimed, err error) {
		err = atomically(ctx, conn, func() error {
			if _, err := conn.ExecContext(ctx, sqliteSweep, now, sweepNumber); err != nil {
				return err
			}
			_, err := conn.ExecContext(ctx, sqliteClaim, claim.Key, claim.Token, body, claim.Lease.Milliseconds(),
				claim.Keep.Milliseconds(), now)
			if err != nil {
				return err
			}
			claimed, err = readClaimed(conn.QueryRowContext(ctx, sqliteAnswer, claim.Token, body, now, claim.Key))
			return err
		})
		return claimed, err
	})
}

// Finish says that the claim's work is done.
func (s *SQLite) Finish(ctx context.Context, key, token string, keep time.Duration) (bool, error) {
	now := milliseconds(s.Now)
	return s.change(ctx, sqliteFinish, keep.Milliseconds(), now, key, token, now)
}

// FinishIn does so within an open transaction.
func (s *SQLite) FinishIn(ctx context.Context, tx *sql.Tx, key, token string, keep time.Duration) (bool, error) {
	now := milliseconds(s.Now)
	return finishIn(ctx, tx, sqliteFinish, keep.Milliseconds(), now, key, token, now)
}

// Release gives the claim up.
func (s *SQLite) Release(ctx context.Context, key, token string) (bool, error) {
	return s.change(ctx, sqliteRelease, key, token, milliseconds(s.Now))
}

// Forget forgets a key, whatever its state.
func (s *SQLite) Forget(ctx context.Context, key string) (bool, error) {
	return s.change(ctx, sqliteForget, key)
}

// Sweep deletes at most so many keys that were kept long enough.
func (s *SQLite) Sweep(ctx context.Context, number int) (int, error) {
	return use(ctx, s, nil, func(ctx context.Context, conn *sql.Conn) (int, error) {
		return changes(ctx, conn, sqliteSweep, milliseconds(s.Now), number)
	})
}

func (s *SQLite) change(ctx context.Context, statement string, args ...any) (bool, error) {
	return use(ctx, s, nil, func(ctx context.Context, conn *sql.Conn) (bool, error) {
		return changesAny(ctx, conn, statement, args...)
	})
}

// use calls with a connection of the store's own, after the tables were made.
func use[T any](
	ctx context.Context, s *SQLite, undo func(context.Context), act func(context.Context, *sql.Conn) (T, error),
) (T, error) {
	s.prepare.Do(func() { s.turn = make(chan struct{}, 1) })
	return bounded(ctx, s.Timeout, func(ctx context.Context) (value T, err error) {
		select {
		case s.turn <- struct{}{}:
			defer func() { <-s.turn }()
		case <-ctx.Done():
			return value, ctx.Err()
		}
		conn, err := s.DB.Conn(ctx)
		if err != nil {
			return value, err
		}
		defer conn.Close()
		// They belong to the connection, of which the pool has several.
		settings := fmt.Sprintf("PRAGMA busy_timeout = %d; PRAGMA synchronous = FULL", lockTimeout)
		if _, err := conn.ExecContext(ctx, settings); err != nil {
			return value, err
		}
		if err := s.open(ctx, conn); err != nil {
			return value, err
		}
		return act(ctx, conn)
	}, undo)
}

// open makes the tables at first use.
func (s *SQLite) open(ctx context.Context, conn *sql.Conn) error {
	if !s.made.IsZero() {
		return nil
	}
	var file sql.NullString
	files := conn.QueryRowContext(ctx, "SELECT file FROM pragma_database_list WHERE name = 'main'")
	if err := files.Scan(&file); err != nil {
		return err
	}
	if file.String == "" {
		return invalid("SQLite needs a database in a file: without one, each connection has another database; use Memory")
	}
	if err := useWAL(ctx, conn); err != nil {
		return err
	}
	// Whoever only reads waits for nobody: mostly the tables are there.
	made, err := readMade(conn.QueryRowContext(ctx, sqliteStore))
	var own *StoreError
	if err != nil && !errors.As(err, &own) {
		err = atomically(ctx, conn, func() error {
			_, err := conn.ExecContext(ctx, sqliteSchema)
			return err
		})
		if err != nil {
			return err
		}
		made, err = readMade(conn.QueryRowContext(ctx, sqliteStore))
	}
	if err == nil {
		s.made = made
	}
	return err
}

// useWAL tries until the lock timeout: SQLite does not wait for other connections when the mode is changed.
func useWAL(ctx context.Context, conn *sql.Conn) error {
	for end := time.Now().Add(lockTimeout * time.Millisecond); ; {
		var mode string
		err := conn.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode)
		if err == nil || time.Now().After(end) || ctx.Err() != nil {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// atomically calls within a transaction that nobody else can write in. database/sql can begin no such one.
func atomically(ctx context.Context, conn *sql.Conn, act func() error) error {
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := act()
	if err == nil {
		_, err = conn.ExecContext(ctx, "COMMIT")
	}
	if err == nil {
		return nil
	}
	// Also if the time is over. SQLite has rolled back by itself if the disk is full.
	if _, failure := conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK"); failure != nil {
		// The pool closes a connection of which nobody knows whether it is in a transaction.
		_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	}
	return err
}
