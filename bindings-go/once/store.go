package once

import (
	"context"
	"database/sql"
	"time"
)

// Store keeps claims: the protocol of inbox/README.md. Each method is one atomic step, and fails if the store cannot be
// used, at the latest after a stated time. Durations are exact to the millisecond.
//
// The stores of this package are [Memory], [Postgres] and [SQLite].
type Store interface {
	// IsDurable says whether keys outlive the process, and several processes share them.
	IsDurable() bool
	// Create makes the tables if they do not exist, and returns when they were made.
	Create(ctx context.Context) (made time.Time, err error)
	// Claim claims a key if nobody holds it. If the context ends before the answer, the claim is undone.
	Claim(ctx context.Context, claim Claim) (Claimed, error)
	// Finish says that the claim's work is done. It returns false if the claim was lost.
	Finish(ctx context.Context, key, token string, keep time.Duration) (bool, error)
	// Release gives the claim up, so that the key may be claimed again. It returns false if the claim was lost.
	Release(ctx context.Context, key, token string) (bool, error)
	// Forget forgets a key, whatever its state. It returns whether the key was known.
	Forget(ctx context.Context, key string) (bool, error)
	// Sweep deletes at most so many keys that were kept long enough, and returns how many.
	Sweep(ctx context.Context, number int) (int, error)
}

// TxStore is a store in a database, whose claims can end within a transaction of the user's own.
type TxStore interface {
	Store
	// FinishIn does what Finish does, within an open transaction.
	FinishIn(ctx context.Context, tx *sql.Tx, key, token string, keep time.Duration) (bool, error)
}

// Claim is what is claimed, and for how long.
type Claim struct {
	// Key is the text of the key, with its scope.
	Key string
	// Token is new for each claim, and what its end is recognized by.
	Token string
	// Body is the SHA-256 of the body.
	Body [32]byte
	// Lease is how long it takes until another claim takes over.
	Lease time.Duration
	// Keep is how long the key is remembered.
	Keep time.Duration
}

// Claimed is what a claim came to.
type Claimed struct {
	// Answer is one of the constants of its type.
	Answer Answer
	// Wait is what is left of the other claim's lease, for [Busy].
	Wait time.Duration
	// SameBody is whether the body is that of the delivery that was claimed, for [Duplicate].
	SameBody bool
}

// Answer is what a claim came to, as a word that is the same in every language.
type Answer string

const (
	// First: nobody had claimed the key.
	First Answer = "first"
	// Takeover: another claim had not ended within its lease.
	Takeover Answer = "takeover"
	// Busy: another claim is running.
	Busy Answer = "busy"
	// Duplicate: the work was done before.
	Duplicate Answer = "duplicate"
)

// StoreError is why a store could not be used. Its text shows no address and nothing that was stored; the driver's own
// error, which [errors.As] finds, may.
type StoreError struct {
	text  string
	cause error
}

// NewStoreError returns an error for a store of your own. The cause may be nil.
func NewStoreError(text string, cause error) *StoreError { return &StoreError{text, cause} }

func (e *StoreError) Error() string { return e.text }

// Unwrap returns the driver's error.
func (e *StoreError) Unwrap() error { return e.cause }
