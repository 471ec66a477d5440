package hookseal

import (
	"net/http"
	"strings"
	"time"
)

// SignOption is an option of [Sign].
type SignOption interface {
	applyToSigning(*signing)
}

type signing struct {
	scheme Scheme
	at     time.Time
	id     string
}

type signOption func(*signing)

func (o signOption) applyToSigning(signing *signing) { o(signing) }

// SignedAt is the time at which a delivery is dated, in place of the present.
func SignedAt(at time.Time) SignOption { return signOption(func(s *signing) { s.at = at }) }

// SignedID is the id of a delivery, for schemes that sign one.
func SignedID(id string) SignOption { return signOption(func(s *signing) { s.id = id }) }

// Sign returns the headers of a delivery, for your tests. Without a [Scheme] among the options it signs as
// [ContioTimestamped].
func Sign(body []byte, secret string, options ...SignOption) (http.Header, error) {
	signing := signing{scheme: Contio}
	for _, option := range options {
		option.applyToSigning(&signing)
	}
	if signing.at.IsZero() {
		signing.at = time.Now()
	}
	v, err := New(secret, signing.scheme)
	if err != nil {
		return nil, err
	}
	header := http.Header{}
	failure := v.pool.with(func(i *instance) *Error {
		lines, err := i.sign(body, &signing)
		for line := range strings.Lines(lines) {
			name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
			header.Set(name, value)
		}
		return err
	})
	if failure != nil {
		return nil, failure
	}
	return header, nil
}

// sign returns a line for each header: its name, a tab and its value.
func (i *instance) sign(body []byte, signing *signing) (lines string, err *Error) {
	bodyAt := i.putBody(body)
	defer i.free(bodyAt, len(body))
	i.put(&request{now: signing.at.Unix(), values: &headerValues{}, bodyAt: bodyAt, bodyLength: len(body)})
	i.withText(signing.id, func(idAt, idLength int32) {
		at := i.scratch + textAt
		length := i.module.Xhookseal_sign(i.verifier, 0, i.scratch+deliveryAt, idAt, idLength, at, textSize,
			i.scratch+verdictAt)
		if length == noSize {
			err = i.refusal()
			return
		}
		lines = string(i.memory()[at:][:min(length, textSize)])
	})
	return lines, err
}
