package once

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"

	hookseal "hookseal.invalid/go"
)

const (
	// How long a call may take unless Timeout says otherwise.
	defaultTimeout = 5 * time.Second
	// How long a statement waits for a lock that another one holds, in milliseconds.
	lockTimeout = 2000
	// How much longer than its timeout a call is awaited: a driver that keeps to the time says more about what
	// happened.
	driverGrace = 250 * time.Millisecond
	// The version of the tables that this package knows.
	tablesVersion = 1
)

// bounded waits for a call to a database, but no longer than the limit, and no longer than the context. The call goes
// on then, within the limit, and `undo` is called if it succeeds.
func bounded[T any](
	ctx context.Context, limit time.Duration, call func(context.Context) (T, error), undo func(context.Context),
) (T, error) {
	type answer struct {
		value T
		err   error
	}
	if limit == 0 {
		limit = defaultTimeout
	}
	outer := context.WithoutCancel(ctx)
	answers := make(chan answer, 1)
	go func() {
		inner, cancel := context.WithTimeout(outer, limit)
		defer cancel()
		var a answer
		defer func() {
			if recover() != nil {
				a.err = NewStoreError("its driver panicked", nil)
			}
			answers <- a
		}()
		a.value, a.err = call(inner)
	}()
	timer := time.NewTimer(limit + driverGrace)
	defer timer.Stop()
	var err error
	select {
	case a := <-answers:
		if errors.Is(a.err, context.DeadlineExceeded) {
			return a.value, tooLate(limit, a.err)
		}
		return a.value, storeError(a.err)
	case <-ctx.Done():
		err = ctx.Err()
	case <-timer.C:
		err = tooLate(limit, nil)
	}
	if undo != nil {
		go func() {
			if a := <-answers; a.err == nil {
				undo(outer)
			}
		}()
	}
	var none T
	return none, err
}

func tooLate(limit time.Duration, cause error) error {
	return NewStoreError(fmt.Sprintf("it did not answer within %v", limit), cause)
}

// storeError is nil for nil.
func storeError(err error) error {
	var own *StoreError
	var misuse *hookseal.Error
	switch {
	case err == nil || errors.As(err, &own) || errors.As(err, &misuse) || errors.Is(err, sql.ErrTxDone):
		return err
	case sqlState(err) == "42P01":
		return NewStoreError("its tables do not exist (SQLSTATE 42P01); call Create, or run once_schema.sql", err)
	}
	return NewStoreError(kindOf(err), err)
}

// kindOf names only the kind of an error: its text may show an address, or what was stored.
func kindOf(err error) string {
	innermost := innermostOf(err)
	var coded interface{ Code() int }
	kind := fmt.Sprintf("%T", innermost)
	switch {
	case sqlState(err) != "":
		return kind + " (SQLSTATE " + sqlState(err) + ")"
	case errors.As(err, &coded):
		return kind + " (code " + strconv.Itoa(coded.Code()) + ")"
	case kind == "syscall.Errno":
		// One of a fixed list, such as "connection refused".
		return innermost.Error()
	case errors.Is(err, sql.ErrConnDone):
		return "its connection was closed"
	}
	return kind
}

// innermostOf is what an error began with, and the first of several.
func innermostOf(err error) error {
	switch outer := err.(type) {
	case interface{ Unwrap() error }:
		if inner := outer.Unwrap(); inner != nil {
			return innermostOf(inner)
		}
	case interface{ Unwrap() []error }:
		if inner := outer.Unwrap(); len(inner) > 0 {
			return innermostOf(inner[0])
		}
	}
	return err
}

// sqlState is the code that SQL defines, which the drivers for PostgreSQL tell in the same way.
func sqlState(err error) string {
	var failure interface{ SQLState() string }
	if errors.As(err, &failure) {
		return failure.SQLState()
	}
	return ""
}

// executor is a connection, a transaction or a pool.
type executor interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// changes returns how many rows a statement changed.
func changes(ctx context.Context, on executor, statement string, args ...any) (int, error) {
	result, err := on.ExecContext(ctx, statement, args...)
	if err != nil {
		return 0, err
	}
	changed, err := result.RowsAffected()
	return int(changed), err
}

// changesAny is changes for a statement that changes at most one row.
func changesAny(ctx context.Context, on executor, statement string, args ...any) (bool, error) {
	changed, err := changes(ctx, on, statement, args...)
	return changed > 0, err
}

// finishIn ends a claim within a transaction, which takes as long as the context allows.
func finishIn(ctx context.Context, tx *sql.Tx, statement string, args ...any) (bool, error) {
	isMine, err := changesAny(ctx, tx, statement, args...)
	if err != nil && ctx.Err() != nil {
		return false, ctx.Err()
	}
	return isMine, storeError(err)
}

// readClaimed reads the row of an answer.
func readClaimed(row *sql.Row) (claimed Claimed, err error) {
	var wait int64
	err = row.Scan(&claimed.Answer, &wait, &claimed.SameBody)
	claimed.Wait = time.Duration(wait) * time.Millisecond
	return claimed, err
}

// readMade reads when the tables were made, unless a later version of this package has changed them.
func readMade(row *sql.Row) (time.Time, error) {
	var version, made int64
	switch err := row.Scan(&version, &made); {
	case errors.Is(err, sql.ErrNoRows):
		return time.Time{}, NewStoreError("its tables have no version; run once_schema.sql again", err)
	case err != nil:
		return time.Time{}, err
	case version > tablesVersion:
		return time.Time{}, NewStoreError(fmt.Sprintf("its tables have version %d, and this package knows version %d; "+
			"update hookseal", version, tablesVersion), nil)
	}
	return time.UnixMilli(made), nil
}

// milliseconds is the time as a parameter: nil for the clock of the database.
func milliseconds(now func() time.Time) any {
	if now == nil {
		return nil
	}
	return now().UnixMilli()
}

func digits(digest [32]byte) string { return hex.EncodeToString(digest[:]) }

func checkDatabase(db *sql.DB, timeout time.Duration, example string) error {
	if db == nil {
		return invalid("the store's DB is nil; give the one that sql.Open returned: " + example)
	}
	if timeout < 0 {
		return invalid(fmt.Sprintf("the store's Timeout is %v; give a time above 0, or 0 for %v", timeout, defaultTimeout))
	}
	return nil
}
