package once_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	hookseal "hookseal.invalid/go"
	"hookseal.invalid/go/once"
)

const secret = "a secret of the tests"

// now is the time of the deliveries, in Unix seconds.
const now = 1_700_000_000

func clock() time.Time { return time.Unix(now, 0) }

func envelope(id, data string) []byte {
	return fmt.Appendf(nil, `{"event_type":"meeting.completed","event_id":%q,"timestamp":"2023-11-14T22:13:20Z",`+
		`"partner_app_id":"app-1","data":{"meeting_id":"m-1","title":%q,"workspace_id":"w-1",`+
		`"completed_at":"2023-11-14T22:13:19Z"}}`, id, data)
}

func verifier(t testing.TB) *hookseal.Verifier {
	t.Helper()
	v, err := hookseal.New(secret, hookseal.Now(clock))
	check(t, err)
	return v
}

func signed(t testing.TB, body []byte) http.Header {
	t.Helper()
	header, err := hookseal.Sign(body, secret, hookseal.SignedAt(clock()))
	check(t, err)
	return header
}

func deliveryOf(t testing.TB, body []byte) *hookseal.Delivery {
	t.Helper()
	d, err := verifier(t).Verify(signed(t, body), body)
	check(t, err)
	return d
}

func delivery(t testing.TB, id string) *hookseal.Delivery {
	t.Helper()
	return deliveryOf(t, envelope(id, "Stand-up"))
}

// keyless is a delivery that nothing distinguishes from others.
func keyless(t testing.TB) *hookseal.Delivery {
	t.Helper()
	header, err := hookseal.Sign(nil, secret, hookseal.GitHub)
	check(t, err)
	v, err := hookseal.New(secret, hookseal.GitHub)
	check(t, err)
	d, err := v.Verify(header, nil)
	check(t, err)
	return d
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t testing.TB, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

// notices collects what a Once notifies of.
type notices struct {
	mutex sync.Mutex
	all   []once.Notice
}

func (n *notices) option() once.Option {
	return once.OnNotice(func(_ context.Context, notice once.Notice) {
		n.mutex.Lock()
		defer n.mutex.Unlock()
		n.all = append(n.all, notice)
	})
}

// names are the notices since the last call, in one text.
func (n *notices) names() string {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	text := ""
	for _, notice := range n.all {
		text += string(notice.Name) + " "
	}
	n.all = nil
	return text
}

// newOnce returns a Once whose tables exist.
func newOnce(t testing.TB, store once.Store, options ...once.Option) *once.Once {
	t.Helper()
	o, err := once.New(store, append([]once.Option{once.Scope("test")}, options...)...)
	check(t, err)
	check(t, o.Create(t.Context()))
	return o
}

// failure is the error of the package in another one.
func failure(t testing.TB, err error) *hookseal.Error {
	t.Helper()
	own, ok := err.(*hookseal.Error)
	if !ok {
		t.Fatalf("got %v (%T), want a *hookseal.Error", err, err)
	}
	return own
}

// claimed claims, and says what that came to.
func claimed(t testing.TB, o *once.Once, d *hookseal.Delivery) (*once.Attempt, string) {
	t.Helper()
	attempt, err := o.Claim(t.Context(), d)
	switch {
	case err != nil:
		return nil, string(failure(t, err).Code)
	case attempt == nil:
		return nil, "duplicate"
	}
	return attempt, "runs"
}
