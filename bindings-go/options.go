package hookseal

import (
	"fmt"
	"log/slog"
	"net/http"
	"time"
)

// Option is an option of [New]: a [Scheme], or the result of one of the functions that return an Option.
type Option interface {
	applyTo(*config)
}

// config is what a verifier is made from.
type config struct {
	scheme    Scheme
	secrets   []secret
	limits    [6]*uint64
	now       func() time.Time
	onRefusal func(*http.Request, *Error)
	// The first option that cannot be used.
	err *Error
}

type secret struct {
	text   string
	isText bool
}

type option func(*config)

func (o option) applyTo(config *config) { o(config) }

// NoLimit is a limit of time that allows every age.
const NoLimit time.Duration = 1<<63 - 1

// OtherSecret adds a secret that the sender may sign with as well, as during a rotation. [Delivery.SecretIndex] counts
// the secret of New as 0, and those that are added from 1 on. A verifier has at most 8.
func OtherSecret(text string) Option {
	return option(func(c *config) { c.secrets = append(c.secrets, secret{text, true}) })
}

// OtherKey adds a secret by the bytes of its key, which are not decoded.
func OtherKey(key []byte) Option {
	text := string(key)
	return option(func(c *config) { c.secrets = append(c.secrets, secret{text, false}) })
}

// MaxAge is how long ago a delivery may have been signed: 5 minutes if not set, and less than 100,000 seconds, or
// [NoLimit].
func MaxAge(limit time.Duration) Option { return timeLimit("MaxAge", 0, limit) }

// MaxSkew is how far ahead of the clock a delivery may be dated: 5 minutes if not set, and less than 100,000 seconds, or
// [NoLimit].
func MaxSkew(limit time.Duration) Option { return timeLimit("MaxSkew", 1, limit) }

// MaxEventAge is how long ago the event in a delivery of [ContioBody] may have happened: 24 hours if not set. [NoLimit]
// is for receivers that remember every event.
func MaxEventAge(limit time.Duration) Option { return timeLimit("MaxEventAge", 2, limit) }

// MaxBody is how many bytes a body may have. If not set, it is 1 MiB where this package reads a request's body, and
// otherwise 4 GiB less one byte, which no limit can exceed.
func MaxBody(bytes int64) Option {
	return option(func(c *config) {
		if bytes < 0 {
			c.fail(fmt.Sprintf("MaxBody is %d; give a number of bytes from 0 on", bytes))
			return
		}
		limit := uint64(bytes)
		c.limits[3] = &limit
	})
}

// Now is the clock, for tests. If not set, it is [time.Now].
func Now(clock func() time.Time) Option {
	return option(func(c *config) {
		if clock == nil {
			c.fail("Now is nil; give a function that returns the time, such as time.Now")
			return
		}
		c.now = clock
	})
}

// RememberedEvents also accepts older events of [ContioBody] if a durable store remembers them: those that happened
// after since, when the store was made, for as long as it keeps an event, less MaxSkew and a second.
func RememberedEvents(kept time.Duration, since time.Time) Option {
	return option(func(c *config) {
		if kept < time.Second || since.Unix() < 0 {
			c.fail("RememberedEvents needs a time of a second or more, and when the store was made")
			return
		}
		seconds, start := uint64(kept/time.Second), uint64(since.Unix())
		c.limits[4], c.limits[5] = &seconds, &start
	})
}

// OnRefusal is called by the middleware for every request that it refuses, in place of a line in the log: for metrics,
// and for logs of your own. It must not write an answer.
func OnRefusal(report func(r *http.Request, err *Error)) Option {
	return option(func(c *config) { c.onRefusal = report })
}

func timeLimit(name string, which int, limit time.Duration) Option {
	return option(func(c *config) {
		switch {
		case limit == NoLimit:
			none := ^uint64(0)
			c.limits[which] = &none
		case limit < 0:
			c.fail(fmt.Sprintf("%s is %v; give 0 or more, or hookseal.NoLimit", name, limit))
		case limit > 0 && limit < time.Second:
			// Almost always a number without its unit.
			c.fail(fmt.Sprintf("%s is %v; give whole seconds, such as %s(%d * time.Second)", name, limit, name,
				int64(limit)))
		default:
			seconds := uint64(limit / time.Second)
			c.limits[which] = &seconds
		}
	})
}

// fail keeps the first error of an option.
func (c *config) fail(detail string) {
	if c.err == nil {
		c.err = NewError(ErrInvalidArgument, detail)
	}
}

// logRefusal is what happens without OnRefusal: what a sender can cause is not worth a line in most programs, and the
// receiver's own mistakes are.
func logRefusal(r *http.Request, err *Error) {
	level, what := slog.LevelDebug, "a webhook was refused"
	switch {
	case err.RetryAfter > 0:
		what = "a webhook was postponed"
	case err.Status >= 500:
		level, what = slog.LevelError, "a webhook could not be verified"
	}
	slog.Log(r.Context(), level, what, "code", string(err.Code), "reason", err.Message)
}
