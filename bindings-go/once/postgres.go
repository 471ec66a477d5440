package once

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"time"
)

// Postgres keeps keys in two tables of a PostgreSQL database, version 12 or later, by any driver for database/sql, such
// as pgx or pq: call [Once.Create] when you deploy, or run inbox/sql/postgres/once_schema.sql as a migration.
//
//	events, err := once.New(&once.Postgres{DB: db}, once.Scope("contio"))
//
// A key that another transaction locks is waited for for 2 s.
type Postgres struct {
	// DB is the pool of connections. Do not set its default isolation above READ COMMITTED.
	DB *sql.DB
	// Timeout is how long a call may take, with the time to get a connection: 5 s if it is 0. A call that takes longer
	// fails, whatever the driver's own limits are.
	Timeout time.Duration
	// Now is the clock, for tests. If it is nil, it is that of the database.
	Now func() time.Time
}

func (p *Postgres) check() error {
	if p == nil {
		return invalid("the store is a nil *Postgres; give &once.Postgres{DB: db}")
	}
	return checkDatabase(p.DB, p.Timeout, "&once.Postgres{DB: db}")
}

// IsDurable is true.
func (p *Postgres) IsDurable() bool { return true }

// Create makes the tables if they do not exist, and returns when they were made.
func (p *Postgres) Create(ctx context.Context) (time.Time, error) {
	return bounded(ctx, p.Timeout, func(ctx context.Context) (time.Time, error) {
		// All of it is one transaction, since it is sent as one text.
		if _, err := p.DB.ExecContext(ctx, postgresSchema); err != nil {
			return time.Time{}, err
		}
		return readMade(p.DB.QueryRowContext(ctx, postgresStore))
	}, nil)
}

// Claim claims a key if nobody holds it.
func (p *Postgres) Claim(ctx context.Context, claim Claim) (Claimed, error) {
	undo := func(ctx context.Context) {
		// If it fails, the lease lapses.
		_, _ = p.Release(ctx, claim.Key, claim.Token)
	}
	claimed, err := bounded(ctx, p.Timeout, func(ctx context.Context) (Claimed, error) {
		return p.claim(ctx, &claim, milliseconds(p.Now))
	}, undo)
	if sqlState(err) == "55P03" {
		// A key that stays locked is being finished within another transaction.
		return Claimed{Answer: Busy}, nil
	}
	return claimed, err
}

func (p *Postgres) claim(ctx context.Context, claim *Claim, now any) (Claimed, error) {
	var answer Answer
	body := digits(claim.Body)
	err := p.DB.QueryRowContext(ctx, postgresClaim, claim.Key, claim.Token, body, claim.Lease.Milliseconds(),
		claim.Keep.Milliseconds(), now, strconv.Itoa(lockTimeout)).Scan(&answer)
	if !errors.Is(err, sql.ErrNoRows) {
		return Claimed{Answer: answer}, err
	}
	claimed, err := readClaimed(p.DB.QueryRowContext(ctx, postgresAnswer, claim.Key, claim.Token, body, now))
	if errors.Is(err, sql.ErrNoRows) {
		// The other claim was released just now: the sender's next attempt runs.
		return Claimed{Answer: Busy}, nil
	}
	return claimed, err
}

// Finish says that the claim's work is done.
func (p *Postgres) Finish(ctx context.Context, key, token string, keep time.Duration) (bool, error) {
	return p.change(ctx, postgresFinish, key, token, keep.Milliseconds(), milliseconds(p.Now))
}

// FinishIn does so within an open transaction.
func (p *Postgres) FinishIn(ctx context.Context, tx *sql.Tx, key, token string, keep time.Duration) (bool, error) {
	return finishIn(ctx, tx, postgresFinish, key, token, keep.Milliseconds(), milliseconds(p.Now))
}

// Release gives the claim up.
func (p *Postgres) Release(ctx context.Context, key, token string) (bool, error) {
	return p.change(ctx, postgresRelease, key, token, milliseconds(p.Now))
}

// Forget forgets a key, whatever its state.
func (p *Postgres) Forget(ctx context.Context, key string) (bool, error) {
	return p.change(ctx, postgresForget, key)
}

// Sweep deletes at most so many keys that were kept long enough.
func (p *Postgres) Sweep(ctx context.Context, number int) (int, error) {
	return bounded(ctx, p.Timeout, func(ctx context.Context) (int, error) {
		return changes(ctx, p.DB, postgresSweep, milliseconds(p.Now), number)
	}, nil)
}

func (p *Postgres) change(ctx context.Context, statement string, args ...any) (bool, error) {
	return bounded(ctx, p.Timeout, func(ctx context.Context) (bool, error) {
		return changesAny(ctx, p.DB, statement, args...)
	}, nil)
}
