package once_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	hookseal "hookseal.invalid/go"
	"hookseal.invalid/go/once"
)

// What a call may take in these tests. They fail long after it.
const limit = 300 * time.Millisecond

// within fails if a call hangs, and not if the machine is slow.
func within(t *testing.T, call func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		call()
	}()
	select {
	case <-done:
	case <-time.After(wait):
		t.Fatal("the call hangs")
	}
}

// postponed asserts that a delivery is postponed while the store cannot be used, and handled if that was asked for.
func postponed(t *testing.T, store once.Store) *hookseal.Error {
	t.Helper()
	var own *hookseal.Error
	within(t, func() {
		var seen notices
		closed, err := once.New(store, once.Scope("test"), seen.option())
		check(t, err)
		err = closed.Run(context.Background(), delivery(t, "evt-1"), func(context.Context, *once.Attempt) error {
			t.Error("the handler must not run")
			return nil
		})
		own = failure(t, err)
		equal(t, own.Code, hookseal.ErrStoreUnavailable)
		equal(t, own.Status, 503)
		equal(t, own.RetryAfter, 30*time.Second)
		equal(t, seen.names(), "store_unavailable ")
	})
	within(t, func() {
		open, err := once.New(store, once.Scope("test"), once.OpenWhenUnavailable())
		check(t, err)
		ran := false
		check(t, open.Run(context.Background(), delivery(t, "evt-1"), func(context.Context, *once.Attempt) error {
			ran = true
			return nil
		}))
		equal(t, ran, true)
	})
	return own
}

func says(t *testing.T, err error, text string) {
	t.Helper()
	if !strings.Contains(err.Error(), text) {
		t.Errorf("%q does not say %q", err, text)
	}
}

func TestADatabaseThatIsDownIsAnswered503(t *testing.T) {
	p := place{"postgres", address(freePort()) + " password=a-password"}
	err := postponed(t, &once.Postgres{DB: p.db(t)})
	says(t, err, "connection refused")
	if strings.Contains(err.Error(), "a-password") || strings.Contains(err.Error(), "127.0.0.1") {
		t.Errorf("%q shows the address", err)
	}
	// What the driver said is there for those who ask.
	var cause *pgconn.ConnectError
	equal(t, errors.As(err, &cause), true)
}

func TestAServerThatNeverAnswersIsGivenUp(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer listener.Close()
	p := place{"postgres", address(listener.Addr().(*net.TCPAddr).Port)}
	says(t, postponed(t, &once.Postgres{DB: p.db(t), Timeout: limit}), "it did not answer within 300ms")
}

func TestAPostgresThatStopsWithinAStatementIsGivenUp(t *testing.T) {
	p := empty(t, "postgres")
	db := p.db(t)
	db.SetMaxOpenConns(1)
	store := &once.Postgres{DB: db, Timeout: limit}
	newOnce(t, store)
	var process int
	check(t, db.QueryRow("SELECT pg_backend_pid()").Scan(&process))
	check(t, syscall.Kill(process, syscall.SIGSTOP))
	defer syscall.Kill(process, syscall.SIGCONT)
	postponed(t, store)
	check(t, syscall.Kill(process, syscall.SIGCONT))
	// The pool has replaced the connection.
	within(t, func() {
		_, answer := claimed(t, newOnce(t, &once.Postgres{DB: db}), delivery(t, "evt-2"))
		equal(t, answer, "runs")
	})
}

func TestAPoolWithoutAFreeConnectionIsGivenUp(t *testing.T) {
	eachShared(t, func(t *testing.T, p place) {
		newOnce(t, p.open(t))
		db := p.db(t)
		db.SetMaxOpenConns(1)
		taken, err := db.Conn(t.Context())
		check(t, err)
		defer taken.Close()
		var store once.Store = &once.SQLite{DB: db, Timeout: limit}
		if p.kind == "postgres" {
			store = &once.Postgres{DB: db, Timeout: limit}
		}
		says(t, postponed(t, store), "it did not answer within 300ms")
	})
}

func TestTablesThatAreMissingAreSaidToBe(t *testing.T) {
	p := empty(t, "postgres")
	says(t, postponed(t, p.open(t)), "42P01")
	says(t, postponed(t, empty(t, "pq").open(t)), "42P01")
}

func TestTablesOfALaterVersionAreRefused(t *testing.T) {
	eachShared(t, func(t *testing.T, p place) {
		newOnce(t, p.open(t))
		_, err := p.db(t).Exec("UPDATE hookseal_once_store SET version = 2")
		check(t, err)
		o, err := once.New(p.open(t), once.Scope("test"))
		check(t, err)
		err = o.Create(t.Context())
		equal(t, failure(t, err).Code, hookseal.ErrStoreUnavailable)
		says(t, err, "version 2")
	})
}

func TestADatabaseThatIsReadOnlyIsAnswered503(t *testing.T) {
	p := empty(t, "postgres")
	newOnce(t, p.open(t))
	p.source += " options='-c default_transaction_read_only=on'"
	says(t, postponed(t, p.open(t)), "25006")
	p.kind = "pq"
	says(t, postponed(t, p.open(t)), "25006")
	p = empty(t, "sqlite")
	newOnce(t, p.open(t))
	p.source += "?_pragma=query_only(1)"
	postponed(t, p.open(t))
}

func TestASQLiteFileThatIsLockedOrNoneIsAnswered503(t *testing.T) {
	p := empty(t, "sqlite")
	store := p.open(t)
	newOnce(t, store)
	writer, err := p.db(t).Conn(t.Context())
	check(t, err)
	defer writer.Close()
	_, err = writer.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	check(t, err)
	postponed(t, store)
	_, err = writer.ExecContext(t.Context(), "ROLLBACK")
	check(t, err)
	_, answer := claimed(t, newOnce(t, store), delivery(t, "evt-2"))
	equal(t, answer, "runs")
	text := filepath.Join(t.TempDir(), "text.db")
	check(t, os.WriteFile(text, []byte(strings.Repeat("this is no database", 100)), 0o600))
	postponed(t, place{"sqlite", "file:" + text}.open(t))
	postponed(t, place{"sqlite", "file:" + filepath.Join(t.TempDir(), "none", "once.db")}.open(t))
}

func TestASQLiteFileThatIsFullRollsBackAndGoesOn(t *testing.T) {
	p := empty(t, "sqlite")
	db := p.db(t)
	db.SetMaxOpenConns(1)
	o := newOnce(t, &once.SQLite{DB: db})
	_, err := db.Exec("PRAGMA max_page_count = 6")
	check(t, err)
	answer := "runs"
	for number := 0; answer == "runs" && number < 1000; number++ {
		_, answer = claimed(t, o, delivery(t, strings.Repeat("k", 150)+time.Duration(number).String()))
	}
	equal(t, answer, "store_unavailable")
	_, err = db.Exec("PRAGMA max_page_count = 1000000")
	check(t, err)
	_, answer = claimed(t, o, delivery(t, "evt-1"))
	equal(t, answer, "runs")
}

func TestASQLiteDatabaseWithoutAFileIsRefused(t *testing.T) {
	o, err := once.New(place{"sqlite", ":memory:"}.open(t), once.Scope("test"))
	check(t, err)
	_, err = o.Claim(t.Context(), delivery(t, "evt-1"))
	equal(t, failure(t, err).Code, hookseal.ErrInvalidArgument)
}

func TestAKeyThatAnotherTransactionIsFinishingIsBusyAndNotWaitedFor(t *testing.T) {
	p := empty(t, "postgres")
	store := p.open(t)
	o := newOnce(t, store, once.Lease(time.Millisecond))
	attempt, _ := claimed(t, o, delivery(t, "evt-1"))
	tx, err := p.db(t).Begin()
	check(t, err)
	defer tx.Rollback()
	check(t, attempt.FinishIn(t.Context(), tx))
	time.Sleep(5 * time.Millisecond)
	within(t, func() {
		_, answer := claimed(t, o, delivery(t, "evt-1"))
		equal(t, answer, "in_progress")
	})
}

func TestAStoreThatIsLostAfterTheHandlerRanIsReported(t *testing.T) {
	p := empty(t, "postgres")
	var seen notices
	o := newOnce(t, p.open(t), seen.option())
	runs := func() error {
		return o.Run(t.Context(), delivery(t, "evt-1"), func(context.Context, *once.Attempt) error {
			_, err := p.db(t).Exec("DROP TABLE hookseal_once")
			return err
		})
	}
	check(t, runs())
	equal(t, seen.names(), "store_unavailable ")
}

// slow is a driver whose statements do not heed their context, and whose connections count what is asked of them.
type slow struct {
	driver.Conn
	wait     chan struct{}
	releases *atomic.Int32
}

func (s slow) Connect(context.Context) (driver.Conn, error) { return s, nil }
func (s slow) Driver() driver.Driver                        { return nil }
func (s slow) Close() error                                 { return nil }

func (s slow) QueryContext(context.Context, string, []driver.NamedValue) (driver.Rows, error) {
	<-s.wait
	return &first{}, nil
}

func (s slow) ExecContext(_ context.Context, query string, _ []driver.NamedValue) (driver.Result, error) {
	if strings.Contains(query, "DELETE") {
		s.releases.Add(1)
	}
	return driver.RowsAffected(1), nil
}

type first struct{ isRead bool }

func (f *first) Columns() []string { return []string{"answer"} }
func (f *first) Close() error      { return nil }

func (f *first) Next(values []driver.Value) error {
	if f.isRead {
		return errors.New("there is one row")
	}
	f.isRead, values[0] = true, "first"
	return nil
}

func TestACallThatIsCancelledSaysThatItsContextHasEnded(t *testing.T) {
	s := slow{wait: make(chan struct{}), releases: &atomic.Int32{}}
	defer close(s.wait)
	db := sql.OpenDB(s)
	defer db.Close()
	var seen notices
	o, err := once.New(&once.Postgres{DB: db}, once.Scope("test"), seen.option())
	check(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	within(t, func() { err = o.Create(ctx) })
	says(t, err, "the context ended before it answered")
	equal(t, errors.Is(err, context.Canceled), true)
	equal(t, seen.names(), "store_unavailable ")
}

func TestAClaimThatComesTooLateIsReleased(t *testing.T) {
	for _, isCancelled := range []bool{false, true} {
		s := slow{wait: make(chan struct{}), releases: &atomic.Int32{}}
		db := sql.OpenDB(s)
		defer db.Close()
		o, err := once.New(&once.Postgres{DB: db, Timeout: limit}, once.Scope("test"))
		check(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		if isCancelled {
			time.AfterFunc(10*time.Millisecond, cancel)
		}
		within(t, func() {
			_, err = o.Claim(ctx, delivery(t, "evt-1"))
			equal(t, failure(t, err).Code, hookseal.ErrStoreUnavailable)
			equal(t, errors.Is(err, context.Canceled), isCancelled)
		})
		cancel()
		equal(t, s.releases.Load(), 0)
		close(s.wait)
		for end := time.Now().Add(wait); s.releases.Load() == 0 && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
		equal(t, s.releases.Load(), 1)
	}
}
