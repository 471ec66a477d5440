package once_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"hookseal.invalid/go"
	"hookseal.invalid/go/once"
)

const secret = "a secret for these examples"

const body = `{"event_type":"meeting.completed","event_id":"evt-1","timestamp":"2025-01-15T10:30:00Z",` +
	`"partner_app_id":"app-1","data":{"meeting_id":"m-1","title":"Stand-up","workspace_id":"w-1",` +
	`"completed_at":"2025-01-15T10:29:58Z"}}`

// delivered is a request as a sender makes it.
func delivered() *http.Request {
	header, err := hookseal.Sign([]byte(body), secret)
	if err != nil {
		panic(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/webhooks", strings.NewReader(body))
	for name, values := range header {
		r.Header[name] = values
	}
	return r
}

func newVerifier() *hookseal.Verifier {
	verifier, err := hookseal.New(secret)
	if err != nil {
		panic(err)
	}
	return verifier
}

func Example() {
	events, err := once.New(&once.Memory{})
	if err != nil {
		panic(err)
	}
	handler := newVerifier().Handler(events.Handler(func(ctx context.Context, attempt *once.Attempt) error {
		fmt.Println("handling", attempt.Key().ID())
		return nil
	}))

	// The sender sends the event twice.
	for range 2 {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, delivered())
		fmt.Println(answer.Code)
	}
	// Output:
	// handling evt-1
	// 200
	// 200
}

// Without net/http: a plain function, which runs again after it has failed.
func ExampleOnce_Run() {
	events, err := once.New(&once.Memory{})
	if err != nil {
		panic(err)
	}
	delivery, err := newVerifier().VerifyRequest(delivered())
	if err != nil {
		panic(err)
	}
	attempts := 0
	for range 3 {
		err := events.Run(context.Background(), delivery, func(ctx context.Context, attempt *once.Attempt) error {
			attempts++
			if attempts == 1 {
				return errors.New("the database is down")
			}
			return nil
		})
		fmt.Println(err)
	}
	fmt.Println(attempts, "attempts")
	// Output:
	// the database is down
	// <nil>
	// <nil>
	// 2 attempts
}

// While another delivery of the event is being handled, the sender is asked to come again.
func ExampleOnce_Claim() {
	events, err := once.New(&once.Memory{}, once.Lease(20*time.Second))
	if err != nil {
		panic(err)
	}
	delivery, err := newVerifier().VerifyRequest(delivered())
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	attempt, err := events.Claim(ctx, delivery)
	if err != nil {
		panic(err)
	}
	_, err = events.Claim(ctx, delivery)
	var busy *hookseal.Error
	if errors.As(err, &busy) {
		fmt.Println(busy.Code, busy.Status, busy.RetryAfter > 0)
	}
	attempt.Finish(ctx)
	duplicate, err := events.Claim(ctx, delivery)
	fmt.Println(duplicate, err)
	// Output:
	// in_progress 503 true
	// <nil> <nil>
}

// What the handler writes to the store's database, and the end of its claim, are one transaction: the order is written
// exactly once.
func ExampleAttempt_FinishIn() {
	// import _ "github.com/jackc/pgx/v5/stdlib"
	db, err := sql.Open("pgx", "postgres://localhost/shop")
	if err != nil {
		log.Fatal(err)
	}
	events, err := once.New(&once.Postgres{DB: db}, once.Scope("contio"))
	if err != nil {
		log.Fatal(err)
	}
	if err := events.Create(context.Background()); err != nil {
		log.Fatal(err)
	}
	http.Handle("POST /webhooks", newVerifier().Handler(events.Handler(
		func(ctx context.Context, attempt *once.Attempt) error {
			tx, err := db.BeginTx(ctx, nil)
			if err != nil {
				return err
			}
			// After a commit it does nothing.
			defer tx.Rollback()
			_, err = tx.ExecContext(ctx, "INSERT INTO orders (event) VALUES ($1)", attempt.Key().ID())
			if err != nil {
				return err
			}
			if err := attempt.FinishIn(ctx, tx); err != nil {
				return err
			}
			return tx.Commit()
		})))
}

// A durable store remembers events, so that a verifier can accept what is sent again by hand days later.
func ExampleOnce_Remembered() {
	db, err := sql.Open("sqlite", "file:/var/lib/receiver/events.db")
	if err != nil {
		log.Fatal(err)
	}
	events, err := once.New(&once.SQLite{DB: db}, once.Scope("contio"))
	if err != nil {
		log.Fatal(err)
	}
	remembered, err := events.Remembered(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	verifier, err := hookseal.New("the endpoint's secret", remembered)
	if err != nil {
		log.Fatal(err)
	}
	http.Handle("POST /webhooks", verifier.Handler(events.Handler(
		func(ctx context.Context, attempt *once.Attempt) error { return nil })))
}
