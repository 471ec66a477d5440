package once_test

import (
	"errors"
	"testing"
	"time"

	hookseal "hookseal.invalid/go"
	"hookseal.invalid/go/once"
)

// old is a delivery of an event in Contio's SDK's variant, which signs the body alone.
func old(t *testing.T, at time.Time) (verify func(v *hookseal.Verifier) error) {
	t.Helper()
	body := []byte(`{"event_type":"meeting.completed","event_id":"evt-1","timestamp":"` + at.UTC().Format(time.RFC3339) +
		`","partner_app_id":"app-1","data":{"meeting_id":"m-1"}}`)
	header, err := hookseal.Sign(body, secret, hookseal.ContioBody)
	check(t, err)
	return func(v *hookseal.Verifier) error {
		_, err := v.Verify(header, body)
		return err
	}
}

func TestADurableStoreLetsAVerifierAcceptWhatItRemembers(t *testing.T) {
	eachShared(t, func(t *testing.T, p place) {
		newOnce(t, p.open(t), once.Keep(30*24*time.Hour)) // makes the store
		made := time.Now().Add(-20 * 24 * time.Hour)
		_, err := p.db(t).Exec("UPDATE hookseal_once_store SET made = "+parameter(p), made.UnixMilli())
		check(t, err)
		// As after a restart.
		o := newOnce(t, p.open(t))
		remembered, err := o.Remembered(t.Context())
		check(t, err)
		plain, err := hookseal.New(secret)
		check(t, err)
		remembering, err := hookseal.New(secret, remembered)
		check(t, err)
		verify := old(t, time.Now().Add(-3*24*time.Hour))
		equal(t, errors.Is(verify(plain), hookseal.ErrEventTooOld), true)
		check(t, verify(remembering))
		// Of what happened before the store was made, nobody knows whether it was handled.
		verify = old(t, made.Add(-time.Minute))
		equal(t, errors.Is(verify(remembering), hookseal.ErrEventTooOld), true)
	})
}

func TestOnlyADurableStoreCanRemember(t *testing.T) {
	_, err := newOnce(t, &once.Memory{}).Remembered(t.Context())
	equal(t, failure(t, err).Code, hookseal.ErrInvalidArgument)
	down := place{"postgres", address(freePort())}
	o, err := once.New(down.open(t), once.Scope("test"))
	check(t, err)
	_, err = o.Remembered(t.Context())
	equal(t, failure(t, err).Code, hookseal.ErrStoreUnavailable)
}

func parameter(p place) string {
	if p.kind == "postgres" {
		return "$1"
	}
	return "?"
}
