package once_test

import (
	"context"
	"database/sql"
	"testing"
	"time"

	hookseal "hookseal.invalid/go"
	"hookseal.invalid/go/once"
)

// effects is a database with the store's tables and one of the handler's.
func effects(t *testing.T, p place, options ...once.Option) (*sql.DB, *once.Once) {
	t.Helper()
	o := newOnce(t, p.open(t), options...)
	db := p.db(t)
	_, err := db.Exec("CREATE TABLE effects (id text)")
	check(t, err)
	return db, o
}

func count(t *testing.T, db *sql.DB) (number int) {
	t.Helper()
	check(t, db.QueryRow("SELECT count(*) FROM effects").Scan(&number))
	return number
}

// write writes an effect, ends the claim, and commits unless the function fails.
func write(ctx context.Context, db *sql.DB, attempt *once.Attempt, last func() error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, "INSERT INTO effects VALUES ('a')"); err != nil {
		return err
	}
	if err := attempt.FinishIn(ctx, tx); err != nil {
		return err
	}
	if err := last(); err != nil {
		return err
	}
	return tx.Commit()
}

func succeed() error { return nil }

func TestWhatTheHandlerWritesAndTheEndOfTheClaimAreOneTransaction(t *testing.T) {
	eachShared(t, func(t *testing.T, p place) {
		var seen notices
		db, o := effects(t, p, seen.option())
		for range 3 {
			check(t, o.Run(t.Context(), delivery(t, "evt-1"), func(ctx context.Context, attempt *once.Attempt) error {
				return write(ctx, db, attempt, succeed)
			}))
		}
		equal(t, count(t, db), 1)
		equal(t, seen.names(), "")
	})
}

func TestATransactionThatRollsBackLeavesTheEventToBeTriedAgain(t *testing.T) {
	eachShared(t, func(t *testing.T, p place) {
		var seen notices
		db, o := effects(t, p, seen.option())
		run := func(last func() error) error {
			return o.Run(t.Context(), delivery(t, "evt-1"), func(ctx context.Context, attempt *once.Attempt) error {
				return write(ctx, db, attempt, last)
			})
		}
		equal(t, run(func() error { return errHandler }), errHandler)
		equal(t, count(t, db), 0)
		check(t, run(succeed))
		equal(t, count(t, db), 1)
		equal(t, seen.names(), "")
	})
}

func TestAHandlerThatFailsAfterItsCommitIsNotRunAgain(t *testing.T) {
	eachShared(t, func(t *testing.T, p place) {
		var seen notices
		db, o := effects(t, p, seen.option())
		err := o.Run(t.Context(), delivery(t, "evt-1"), func(ctx context.Context, attempt *once.Attempt) error {
			check(t, write(ctx, db, attempt, succeed))
			return errHandler
		})
		equal(t, err, errHandler)
		_, answer := claimed(t, o, delivery(t, "evt-1"))
		equal(t, answer, "duplicate")
		equal(t, seen.names(), "")
	})
}

func TestAClaimThatWasLostRollsTheTransactionBack(t *testing.T) {
	eachShared(t, func(t *testing.T, p place) {
		var seen notices
		db, o := effects(t, p, once.Lease(10*time.Millisecond), seen.option())
		err := o.Run(t.Context(), delivery(t, "evt-1"), func(ctx context.Context, slow *once.Attempt) error {
			var other *once.Attempt
			for end := time.Now().Add(wait); other == nil && time.Now().Before(end); {
				other, _ = claimed(t, o, delivery(t, "evt-1"))
			}
			check(t, write(ctx, db, other, succeed))
			return write(ctx, db, slow, succeed)
		})
		lost := failure(t, err)
		equal(t, lost.Code, hookseal.ErrInProgress)
		equal(t, lost.RetryAfter, time.Second)
		equal(t, seen.names(), "takeover claim_lost ")
		equal(t, count(t, db), 1)
	})
}

func TestFinishInSaysThatItsContextHasEnded(t *testing.T) {
	eachShared(t, func(t *testing.T, p place) {
		var seen notices
		db, o := effects(t, p, seen.option())
		attempt, _ := claimed(t, o, delivery(t, "evt-1"))
		tx, err := db.Begin()
		check(t, err)
		ctx, cancel := context.WithDeadline(t.Context(), clock())
		defer cancel()
		err = attempt.FinishIn(ctx, tx)
		ended := failure(t, err)
		equal(t, ended.Code, hookseal.ErrStoreUnavailable)
		equal(t, ended.RetryAfter, 30*time.Second)
		equal(t, ended.Cause, context.DeadlineExceeded)
		says(t, err, "the context ended before it answered")
		equal(t, seen.all[0].Err, context.DeadlineExceeded)
		equal(t, seen.names(), "store_unavailable ")
		check(t, tx.Rollback())
		equal(t, attempt.Release(t.Context()), true)
	})
}

func TestFinishInWithoutAnOpenTransactionIsRefused(t *testing.T) {
	eachShared(t, func(t *testing.T, p place) {
		db, o := effects(t, p)
		attempt, _ := claimed(t, o, delivery(t, "evt-1"))
		ended, err := db.Begin()
		check(t, err)
		check(t, ended.Commit())
		for _, tx := range []*sql.Tx{nil, ended} {
			equal(t, failure(t, attempt.FinishIn(t.Context(), tx)).Code, hookseal.ErrInvalidArgument)
		}
		equal(t, attempt.Release(t.Context()), true)
	})
	attempt, _ := claimed(t, newOnce(t, &once.Memory{}), delivery(t, "evt-1"))
	equal(t, failure(t, attempt.FinishIn(t.Context(), nil)).Code, hookseal.ErrInvalidArgument)
}
