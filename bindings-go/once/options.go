package once

import (
	"context"
	"fmt"
	"time"

	hookseal "hookseal.invalid/go"
)

const (
	defaultLease = 45 * time.Second
	defaultKeep  = 30 * 24 * time.Hour
)

// Option is an option of [New].
type Option func(*Once)

// Scope is the name of the endpoint, or of the tenant whose secret verifies its deliveries. Every store but [Memory]
// needs it: two that share a store could otherwise take each other's events for duplicates.
func Scope(name string) Option { return func(o *Once) { o.scope = name } }

// Lease is how long a handler may take before another delivery of its event takes over: 45 s if not set. It is not
// renewed.
func Lease(lease time.Duration) Option { return func(o *Once) { o.lease = lease } }

// Keep is how long an event is remembered after it was handled: 30 days if not set.
func Keep(keep time.Duration) Option { return func(o *Once) { o.keep = keep } }

// OpenWhenUnavailable runs the handler, perhaps twice, while the store cannot be used: for handlers that are idempotent
// by themselves. Without it, the delivery is answered 503, and the sender tries again.
func OpenWhenUnavailable() Option { return func(o *Once) { o.isOpen = true } }

// OnNotice calls a function with each [Notice], for metrics and logs. Without it, notices are logged by [log/slog]:
// no_key and other_body as information, the others as warnings.
func OnNotice(notify func(ctx context.Context, notice Notice)) Option {
	return func(o *Once) { o.onNotice = notify }
}

func (o *Once) check() error {
	if checked, ok := o.store.(interface{ check() error }); ok {
		if err := checked.check(); err != nil {
			return err
		}
	}
	if o.scope == "" && o.store.IsDurable() {
		return invalid(`this store needs a scope, the name of the endpoint: once.New(store, once.Scope("contio"))`)
	}
	if o.lease < time.Millisecond || o.lease >= o.keep {
		return invalid(fmt.Sprintf("Lease must be at least 1 ms and below Keep, but they are %v and %v", o.lease, o.keep))
	}
	return nil
}

func invalid(detail string) *hookseal.Error {
	return hookseal.NewError(hookseal.ErrInvalidArgument, detail)
}
