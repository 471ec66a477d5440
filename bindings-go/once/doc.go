// Package once handles each event once: duplicates are recognized by [hookseal.Delivery.Key], and a handler that failed
// or crashed runs again, when the sender tries again or when its lease has lapsed.
//
//	events, err := once.New(&once.Postgres{DB: db}, once.Scope("contio"))
//	if err != nil {
//		log.Fatal(err)
//	}
//	http.Handle("POST /webhooks/contio", verifier.Handler(events.Handler(
//		func(ctx context.Context, attempt *once.Attempt) error {
//			return fulfil(ctx, attempt.Delivery())
//		})))
//
// A duplicate is answered 200, and the handler does not run. While another delivery of the event is being handled, and
// while the store cannot be used, a delivery is answered 503 with Retry-After, so that the sender tries again.
//
// What this promises: each event is handled at least once, and duplicates are suppressed while their keys are kept. If
// a handler takes longer than its lease, another delivery of the event runs meanwhile. Exactly one effect there is only
// where the handler writes to the database that has the store's tables: see [Attempt.FinishIn].
//
// There are stores in [Postgres] and [SQLite], over database/sql with the driver of your choice, and in [Memory]. The
// statements are the same in every language, so that receivers in several languages can share a store.
package once
