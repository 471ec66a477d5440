package once

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"time"

	hookseal "hookseal.invalid/go"
)

// How long a sender is asked to wait for a store.
const storeWait = 30 * time.Second

// Once handles each event once. Make one with [New], keep it, and share it between goroutines.
type Once struct {
	store       Store
	scope       string
	lease, keep time.Duration
	isOpen      bool
	onNotice    func(context.Context, Notice)
}

// New returns a Once that keeps its claims in a store. The error is a [*hookseal.Error] whose code is
// [hookseal.ErrInvalidArgument].
func New(store Store, options ...Option) (*Once, error) {
	if store == nil {
		return nil, invalid("the store is nil; give one, such as &once.Memory{}")
	}
	o := &Once{store: store, lease: defaultLease, keep: defaultKeep}
	for _, option := range options {
		if option == nil {
			return nil, invalid("an option is nil")
		}
		option(o)
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	return o, nil
}

// Run calls a function once for each event. It returns what the function returns, and nil for a duplicate, which is to
// be answered like a success. If the function fails or panics, the claim is released, so that the sender's next attempt
// is handled; otherwise the event is done.
//
// Errors that are not the function's own are those of [Once.Claim], and [hookseal.Answer] answers them.
//
// If the context ends while the function runs, as it does when the sender hangs up, the function should return its
// error: the claim is then released, although the context has ended. If it returns nil, the event is done.
func (o *Once) Run(
	ctx context.Context, delivery *hookseal.Delivery, handle func(ctx context.Context, attempt *Attempt) error,
) error {
	attempt, err := o.Claim(ctx, delivery)
	if attempt == nil {
		return err
	}
	// After Finish, nothing is left to release.
	defer attempt.Release(ctx)
	if err := handle(ctx, attempt); err != nil {
		return err
	}
	attempt.Finish(ctx)
	return nil
}

// Claim claims a delivery. It returns an attempt if the delivery is to be handled, which [Attempt.Finish] or
// [Attempt.Release] has to end, and nil for a duplicate, which is to be answered like a success. [Once.Run] does all of
// this.
//
// The error is a [*hookseal.Error] whose Status is 503 and which has a RetryAfter: [hookseal.ErrInProgress] while
// another delivery of the event is being handled, and [hookseal.ErrStoreUnavailable], which is also the code if the
// context ends before the answer of the store. The claim is then undone.
func (o *Once) Claim(ctx context.Context, delivery *hookseal.Delivery) (*Attempt, error) {
	if o == nil || o.store == nil {
		return nil, invalid("this Once was not made by once.New, or its error was ignored")
	}
	if delivery == nil {
		return nil, invalid("the delivery is nil; give the one that a Verifier returned")
	}
	if ctx.Err() != nil {
		return nil, ended(ctx)
	}
	attempt := &Attempt{once: o, delivery: delivery}
	key, hasKey := delivery.Key()
	if !hasKey {
		o.notify(ctx, NoKey, key, nil)
		return attempt, nil
	}
	attempt.key, attempt.text, attempt.token = key, key.Text(o.scope), newToken()
	claimed, err := o.store.Claim(ctx, Claim{
		Key: attempt.text, Token: attempt.token, Body: delivery.BodyDigest(), Lease: o.lease, Keep: o.keep,
	})
	if ctx.Err() != nil {
		// Nobody waits for an answer any more. If there was none, the store releases the claim once there is.
		if err == nil && (claimed.Answer == First || claimed.Answer == Takeover) {
			attempt.hold = held
			attempt.Release(ctx)
		}
		return nil, ended(ctx)
	}
	if err != nil {
		err = o.unavailable(ctx, key, err)
		if o.isOpen && errors.Is(err, hookseal.ErrStoreUnavailable) {
			return attempt, nil
		}
		return nil, err
	}
	switch claimed.Answer {
	case Takeover:
		o.notify(ctx, TakenOver, key, nil)
	case Busy:
		return nil, inProgress("another delivery of this event is being handled", claimed.Wait)
	case Duplicate:
		if !claimed.SameBody {
			o.notify(ctx, OtherBody, key, nil)
		}
		return nil, nil
	}
	attempt.hold = held
	return attempt, nil
}

// Create makes the store's tables if they do not exist. It can be called at each start. The error is a
// [*hookseal.Error] whose code is [hookseal.ErrStoreUnavailable].
func (o *Once) Create(ctx context.Context) error {
	_, err := o.store.Create(ctx)
	return o.reported(ctx, hookseal.Key{}, err)
}

// Forget forgets an event, so that its next delivery is handled. It returns whether the event was known.
// [hookseal.NewKey] makes the key of an event whose id is known.
func (o *Once) Forget(ctx context.Context, key hookseal.Key) (bool, error) {
	if key.IsZero() {
		return false, invalid("the key is that of no event; make it with hookseal.NewKey(scheme, id)")
	}
	known, err := o.store.Forget(ctx, key.Text(o.scope))
	return known, o.reported(ctx, key, err)
}

// Sweep deletes at most so many events that were kept long enough, and returns how many. Each claim deletes ten.
func (o *Once) Sweep(ctx context.Context, number int) (int, error) {
	swept, err := o.store.Sweep(ctx, number)
	return swept, o.reported(ctx, hookseal.Key{}, err)
}

// Remembered lets a verifier accept events of any age that the store remembers: those that happened after it was made,
// for as long as it keeps them. It makes the store's tables if they do not exist.
//
// Without it, events of [hookseal.ContioBody] are accepted for [hookseal.MaxEventAge], and one that is sent again by
// hand later is refused.
//
//	remembered, err := events.Remembered(ctx)
//	…
//	verifier, err := hookseal.New(secret, remembered)
//
// The error is a [*hookseal.Error]: [hookseal.ErrInvalidArgument] for a store in memory, which forgets its events at a
// restart, and [hookseal.ErrStoreUnavailable].
func (o *Once) Remembered(ctx context.Context) (hookseal.Option, error) {
	if !o.store.IsDurable() {
		return nil, invalid("this store forgets its events at a restart, so that it cannot accept old ones")
	}
	made, err := o.store.Create(ctx)
	if err := o.reported(ctx, hookseal.Key{}, err); err != nil {
		return nil, err
	}
	// Rounded up: an event in the second in which the store was made may be older than the store.
	since := made.Truncate(time.Second)
	if since.Before(made) {
		since = since.Add(time.Second)
	}
	return hookseal.RememberedEvents(o.keep, since), nil
}

// reported is nil for nil.
func (o *Once) reported(ctx context.Context, key hookseal.Key, err error) error {
	if err == nil {
		return nil
	}
	return o.unavailable(ctx, key, err)
}

// unavailable notifies that the store could not be used, and returns the error to answer with. What the store says
// about its own set-up is returned as it is.
func (o *Once) unavailable(ctx context.Context, key hookseal.Key, err error) error {
	var misuse *hookseal.Error
	if errors.As(err, &misuse) {
		return misuse
	}
	o.notify(ctx, StoreUnavailable, key, err)
	if ctx.Err() != nil {
		return ended(ctx)
	}
	return storeUnavailable("", safe(err))
}

// safe is an error whose text can be shown: that of another error may have an address in it, or what was stored.
func safe(err error) error {
	var own *StoreError
	if errors.As(err, &own) {
		return own
	}
	return NewStoreError(kindOf(err), err)
}

// ended is the error for a context that ended before the answer of the store.
func ended(ctx context.Context) error {
	return storeUnavailable("the context ended before it answered", context.Cause(ctx))
}

func storeUnavailable(detail string, cause error) *hookseal.Error {
	err := hookseal.NewError(hookseal.ErrStoreUnavailable, detail)
	err.RetryAfter, err.Cause = storeWait, cause
	return err
}

func inProgress(detail string, wait time.Duration) *hookseal.Error {
	err := hookseal.NewError(hookseal.ErrInProgress, detail)
	err.RetryAfter = max(wait, time.Second)
	return err
}

// newToken returns 32 hex digits.
func newToken() string {
	var token [16]byte
	// It never fails, as its documentation says.
	_, _ = rand.Read(token[:])
	return hex.EncodeToString(token[:])
}
