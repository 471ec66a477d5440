package once

import (
	"context"
	"database/sql"
	"errors"

	hookseal "hookseal.invalid/go"
)

// Attempt is a delivery that is being handled. It belongs to its handler: use it from one goroutine at a time.
type Attempt struct {
	once     *Once
	delivery *hookseal.Delivery
	key      hookseal.Key
	// The store's text of the key, and the claim's token.
	text, token string
	hold        hold
}

// hold is what is to be done about the claim.
type hold int

const (
	// There is none, or it has ended.
	nothing hold = iota
	held
	// It has ended within the handler's transaction, and is to be released if that was rolled back.
	joined
)

// Delivery is the delivery that is being handled.
func (a *Attempt) Delivery() *hookseal.Delivery { return a.delivery }

// Key is the delivery's key, for instance as the idempotency key of what the handler asks others to do. Its IsZero is
// true if the delivery has none.
func (a *Attempt) Key() hookseal.Key { return a.key }

// FinishIn ends the claim within an open transaction of the database that has the store's tables: everything that the
// transaction wrote takes effect exactly once. Call it last, before the commit.
//
//	err := events.Run(ctx, delivery, func(ctx context.Context, attempt *once.Attempt) error {
//		tx, err := db.BeginTx(ctx, nil)
//		if err != nil {
//			return err
//		}
//		defer tx.Rollback()
//		if _, err := tx.ExecContext(ctx, "INSERT INTO orders …"); err != nil {
//			return err
//		}
//		if err := attempt.FinishIn(ctx, tx); err != nil {
//			return err
//		}
//		return tx.Commit()
//	})
//
// The error is a [*hookseal.Error], and the transaction must then roll back: [hookseal.ErrInProgress] if another
// handler took over, [hookseal.ErrStoreUnavailable], and [hookseal.ErrInvalidArgument] if the transaction has ended or
// the store is no database. A handler that fails after a commit is not run again.
func (a *Attempt) FinishIn(ctx context.Context, tx *sql.Tx) error {
	store, isDatabase := a.once.store.(TxStore)
	switch {
	case !isDatabase:
		return invalid("this store has no transactions; use that of a database")
	case tx == nil:
		return invalid("the transaction is nil; give the one that db.BeginTx returned")
	case a.hold != held:
		return nil
	}
	isMine, err := store.FinishIn(ctx, tx, a.text, a.token, a.once.keep)
	switch {
	case errors.Is(err, sql.ErrTxDone):
		return invalid("the transaction has ended; call FinishIn before the commit")
	case err != nil:
		return a.once.unavailable(ctx, a.key, err)
	case !isMine:
		a.hold = nothing
		a.once.notify(ctx, ClaimLost, a.key, nil)
		return inProgress("the handler took longer than its lease, and another one took over; roll this one back",
			a.once.lease)
	}
	// What follows may still roll back.
	a.hold = joined
	return nil
}

// Finish says that the event is done. It returns false, and notifies of [ClaimLost] or [StoreUnavailable], if that
// could not be recorded: another handler took over, or another delivery will be handled when the lease has lapsed. It
// does so even if the context has ended.
func (a *Attempt) Finish(ctx context.Context) bool {
	if a.hold != held {
		// Committed with the handler's transaction.
		a.hold = nothing
		return true
	}
	a.hold = nothing
	isMine, err := a.once.store.Finish(context.WithoutCancel(ctx), a.text, a.token, a.once.keep)
	return a.report(ctx, isMine, err)
}

// Release gives the claim up, so that the sender's next attempt is handled. It returns false, and notifies, as
// [Attempt.Finish] does, and also releases if the context has ended.
func (a *Attempt) Release(ctx context.Context) bool {
	was := a.hold
	if was == nothing {
		return true
	}
	a.hold = nothing
	isMine, err := a.once.store.Release(context.WithoutCancel(ctx), a.text, a.token)
	// A transaction that was committed has nothing to release.
	return a.report(ctx, isMine || was == joined, err)
}

// report says how the end of the claim went. The handler has run, and what it did is answered: if the store failed, the
// lease lapses.
func (a *Attempt) report(ctx context.Context, isMine bool, err error) bool {
	switch {
	case err != nil:
		a.once.notify(ctx, StoreUnavailable, a.key, safe(err))
		return false
	case !isMine:
		a.once.notify(ctx, ClaimLost, a.key, nil)
		return false
	}
	return true
}
