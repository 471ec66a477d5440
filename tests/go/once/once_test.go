package once_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	hookseal "hookseal.invalid/go"
	"hookseal.invalid/go/once"
)

var errHandler = errors.New("the handler failed")

func TestAnEventRunsOnceAndItsDuplicatesAreLikeSuccesses(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		var seen notices
		o := newOnce(t, p.open(t), seen.option())
		runs := 0
		for range 3 {
			check(t, o.Run(t.Context(), delivery(t, "evt-1"), func(_ context.Context, attempt *once.Attempt) error {
				runs++
				equal(t, attempt.Key(), hookseal.NewKey("contio", "evt-1"))
				return nil
			}))
		}
		check(t, o.Run(t.Context(), delivery(t, "evt-2"), func(context.Context, *once.Attempt) error {
			runs++
			return nil
		}))
		equal(t, runs, 2)
		equal(t, seen.names(), "")
	})
}

func TestAHandlerThatFailsOrPanicsRunsAgain(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		o := newOnce(t, p.open(t))
		d := delivery(t, "evt-1")
		err := o.Run(t.Context(), d, func(context.Context, *once.Attempt) error { return errHandler })
		equal(t, err, errHandler)
		func() {
			defer func() { equal(t, recover(), any("a panic")) }()
			_ = o.Run(t.Context(), d, func(context.Context, *once.Attempt) error { panic("a panic") })
		}()
		ran := false
		check(t, o.Run(t.Context(), d, func(context.Context, *once.Attempt) error { ran = true; return nil }))
		equal(t, ran, true)
	})
}

func TestWhileOneRunsAnotherIsToldToComeAgain(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		o := newOnce(t, p.open(t), once.Lease(20*time.Second))
		attempt, _ := claimed(t, o, delivery(t, "evt-1"))
		_, err := o.Claim(t.Context(), delivery(t, "evt-1"))
		busy := failure(t, err)
		equal(t, busy.Code, hookseal.ErrInProgress)
		equal(t, busy.Status, 503)
		if !errors.Is(err, hookseal.ErrInProgress) {
			t.Error("errors.Is does not find the code")
		}
		if busy.RetryAfter < time.Second || busy.RetryAfter > 20*time.Second {
			t.Errorf("RetryAfter is %v", busy.RetryAfter)
		}
		equal(t, attempt.Finish(t.Context()), true)
		_, answer := claimed(t, o, delivery(t, "evt-1"))
		equal(t, answer, "duplicate")
	})
}

func TestAHolderPastItsLeaseHasLostItsClaimAndOverwritesNothing(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		var seen notices
		store := p.open(t)
		short := newOnce(t, store, once.Lease(time.Millisecond), seen.option())
		long := newOnce(t, store, seen.option())
		slow, _ := claimed(t, short, delivery(t, "evt-1"))
		var other *once.Attempt
		for end := time.Now().Add(wait); other == nil && time.Now().Before(end); {
			other, _ = claimed(t, long, delivery(t, "evt-1"))
		}
		equal(t, seen.names(), "takeover ")
		equal(t, slow.Finish(t.Context()), false)
		equal(t, slow.Finish(t.Context()), true) // nothing is left to end
		equal(t, seen.names(), "claim_lost ")
		_, answer := claimed(t, long, delivery(t, "evt-1"))
		equal(t, answer, "in_progress")
		equal(t, other.Finish(t.Context()), true)
		_, answer = claimed(t, long, delivery(t, "evt-1"))
		equal(t, answer, "duplicate")
		equal(t, seen.names(), "")
	})
}

func TestADuplicateWithAnotherBodyIsOneAndThatIsSaid(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		var seen notices
		o := newOnce(t, p.open(t), seen.option())
		run := func(title string) {
			d := deliveryOf(t, envelope("evt-1", title))
			check(t, o.Run(t.Context(), d, func(context.Context, *once.Attempt) error { return nil }))
		}
		run("one")
		run("one")
		equal(t, seen.names(), "")
		run("two")
		equal(t, seen.all[0].Key, hookseal.NewKey("contio", "evt-1"))
		equal(t, seen.names(), "other_body ")
	})
}

func TestADeliveryWithoutAKeyRunsEachTime(t *testing.T) {
	var seen notices
	o := newOnce(t, &once.Memory{}, seen.option())
	runs := 0
	for range 2 {
		check(t, o.Run(t.Context(), keyless(t), func(_ context.Context, attempt *once.Attempt) error {
			runs++
			equal(t, attempt.Key().IsZero(), true)
			return nil
		}))
	}
	equal(t, runs, 2)
	equal(t, seen.names(), "no_key no_key ")
}

func TestAForgottenEventRunsAgain(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		o := newOnce(t, p.open(t))
		key := hookseal.NewKey("contio", "evt-1")
		forget := func() bool {
			known, err := o.Forget(t.Context(), key)
			check(t, err)
			return known
		}
		equal(t, forget(), false)
		attempt, _ := claimed(t, o, delivery(t, "evt-1"))
		attempt.Finish(t.Context())
		equal(t, forget(), true)
		_, answer := claimed(t, o, delivery(t, "evt-1"))
		equal(t, answer, "runs")
		_, err := o.Forget(t.Context(), hookseal.Key{})
		equal(t, failure(t, err).Code, hookseal.ErrInvalidArgument)
	})
}

func TestScopesAreApart(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		store := p.open(t)
		one, other := newOnce(t, store, once.Scope("one")), newOnce(t, store, once.Scope("other"))
		for _, o := range []*once.Once{one, other} {
			_, answer := claimed(t, o, delivery(t, "evt-1"))
			equal(t, answer, "runs")
		}
	})
}

func TestAContextThatEndsReleasesTheClaim(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		var seen notices
		o := newOnce(t, p.open(t), seen.option())
		ctx, cancel := context.WithCancel(t.Context())
		err := o.Run(ctx, delivery(t, "evt-1"), func(ctx context.Context, _ *once.Attempt) error {
			cancel()
			return ctx.Err()
		})
		equal(t, err, context.Canceled)
		_, answer := claimed(t, o, delivery(t, "evt-1"))
		equal(t, answer, "runs")
		// Nothing is asked of the store for a sender that has hung up already.
		_, err = o.Claim(ctx, delivery(t, "evt-2"))
		ended := failure(t, err)
		equal(t, ended.Code, hookseal.ErrStoreUnavailable)
		equal(t, errors.Is(err, context.Canceled), true)
		_, answer = claimed(t, o, delivery(t, "evt-2"))
		equal(t, answer, "runs")
		equal(t, seen.names(), "")
	})
}

// cancelling is a store whose claims are answered after the context has ended.
type cancelling struct {
	once.Store
	cancel func()
}

func (c cancelling) Claim(ctx context.Context, claim once.Claim) (once.Claimed, error) {
	c.cancel()
	return c.Store.Claim(ctx, claim)
}

func TestAClaimThatIsMadeAfterTheContextEndedIsReleased(t *testing.T) {
	memory := &once.Memory{}
	ctx, cancel := context.WithCancel(t.Context())
	o := newOnce(t, cancelling{memory, cancel}, once.OpenWhenUnavailable())
	attempt, err := o.Claim(ctx, delivery(t, "evt-1"))
	equal(t, attempt, nil)
	equal(t, errors.Is(err, context.Canceled), true)
	_, answer := claimed(t, newOnce(t, memory), delivery(t, "evt-1"))
	equal(t, answer, "runs")
}

func TestOfFiftyGoroutinesOnOneKeyOneRuns(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		o := newOnce(t, p.open(t))
		var runs, busy atomic.Int32
		var group sync.WaitGroup
		start := make(chan struct{})
		d := delivery(t, "evt-1")
		for range 50 {
			group.Add(1)
			go func() {
				defer group.Done()
				<-start
				attempt, err := o.Claim(context.Background(), d)
				switch {
				case err == nil && attempt != nil:
					runs.Add(1)
				case errors.Is(err, hookseal.ErrInProgress):
					busy.Add(1)
				default:
					t.Errorf("got %v", err)
				}
			}()
		}
		close(start)
		group.Wait()
		equal(t, runs.Load(), 1)
		equal(t, busy.Load(), 49)
	})
}

func TestAFullMemoryEvictsOnlyWhatIsDone(t *testing.T) {
	o := newOnce(t, &once.Memory{MaxKeys: 2})
	first, _ := claimed(t, o, delivery(t, "1"))
	second, _ := claimed(t, o, delivery(t, "2"))
	_, err := o.Claim(t.Context(), delivery(t, "3"))
	full := failure(t, err)
	equal(t, full.Code, hookseal.ErrStoreUnavailable)
	equal(t, full.RetryAfter, 30*time.Second)
	if !strings.Contains(full.Error(), "2 handlers are running") {
		t.Error(full)
	}
	second.Finish(t.Context())
	first.Finish(t.Context())
	_, answer := claimed(t, o, delivery(t, "3"))
	equal(t, answer, "runs")
	_, answer = claimed(t, o, delivery(t, "1"))
	equal(t, answer, "duplicate")
	// The second was done first, so the third has its place; now the first has to go.
	_, answer = claimed(t, o, delivery(t, "2"))
	equal(t, answer, "runs")
	_, answer = claimed(t, o, delivery(t, "4"))
	equal(t, answer, "store_unavailable")
}

func TestEachClaimSweepsSomeOldKeysAndNoOther(t *testing.T) {
	eachShared(t, func(t *testing.T, p place) {
		o := newOnce(t, p.open(t), once.Lease(time.Millisecond), once.Keep(2*time.Millisecond))
		for number := range 15 {
			claimed(t, o, delivery(t, fmt.Sprint(number)))
		}
		time.Sleep(5 * time.Millisecond)
		keeping := newOnce(t, p.open(t))
		claimed(t, keeping, delivery(t, "new"))
		var left int
		check(t, p.db(t).QueryRow("SELECT count(*) FROM hookseal_once").Scan(&left))
		if left > 6 {
			t.Errorf("%d keys are left", left)
		}
		_, err := keeping.Sweep(t.Context(), 100)
		check(t, err)
		check(t, p.db(t).QueryRow("SELECT count(*) FROM hookseal_once").Scan(&left))
		equal(t, left, 1)
	})
}

func TestMistakesAreRefusedWithTheNextStep(t *testing.T) {
	db := empty(t, "sqlite").db(t)
	shared := &once.SQLite{DB: db}
	for _, c := range []struct {
		store   once.Store
		options []once.Option
		text    string
	}{
		{nil, nil, "&once.Memory{}"},
		{(*once.Memory)(nil), nil, "&once.Memory{}"},
		{&once.Memory{MaxKeys: -1}, nil, "MaxKeys"},
		{&once.SQLite{}, []once.Option{once.Scope("a")}, "sql.Open"},
		{(*once.SQLite)(nil), nil, "&once.SQLite{"},
		{(*once.Postgres)(nil), nil, "&once.Postgres{"},
		{&once.Postgres{DB: db, Timeout: -1}, []once.Option{once.Scope("a")}, "Timeout"},
		{shared, nil, "once.Scope("},
		{&once.Memory{}, []once.Option{nil}, "nil"},
		{&once.Memory{}, []once.Option{once.Lease(0)}, "Lease"},
		{&once.Memory{}, []once.Option{once.Lease(time.Hour), once.Keep(time.Minute)}, "1h0m0s and 1m0s"},
	} {
		_, err := once.New(c.store, c.options...)
		own := failure(t, err)
		equal(t, own.Code, hookseal.ErrInvalidArgument)
		if !strings.Contains(own.Error(), c.text) {
			t.Errorf("%v does not say %q", own, c.text)
		}
	}
	_, err := newOnce(t, &once.Memory{}).Claim(t.Context(), nil)
	equal(t, failure(t, err).Code, hookseal.ErrInvalidArgument)
	var none *once.Once
	_, err = none.Claim(t.Context(), delivery(t, "evt-1"))
	equal(t, failure(t, err).Code, hookseal.ErrInvalidArgument)
}

func TestAHookThatPanicsHarmsNothing(t *testing.T) {
	o := newOnce(t, &once.Memory{}, once.OnNotice(func(context.Context, once.Notice) { panic("a hook") }))
	ran := false
	check(t, o.Run(t.Context(), keyless(t), func(context.Context, *once.Attempt) error { ran = true; return nil }))
	equal(t, ran, true)
}
