package once

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	hookseal "hookseal.invalid/go"
)

// Handler makes a function that [hookseal.Verifier.Handler] takes. It calls a function once for each event, and answers
// 200 if that returns nil, and for duplicates. If it fails, the claim is released, the error is logged, and the answer
// is 500, so that the sender tries again. Deliveries that are to come later are answered 503 with Retry-After.
//
//	http.Handle("POST /webhooks/contio", verifier.Handler(events.Handler(receive)))
func (o *Once) Handler(
	handle func(ctx context.Context, attempt *Attempt) error,
) func(http.ResponseWriter, *http.Request, *hookseal.Delivery) {
	return func(w http.ResponseWriter, r *http.Request, delivery *hookseal.Delivery) {
		switch err := o.Run(r.Context(), delivery, handle); {
		case err == nil:
			w.WriteHeader(http.StatusOK)
		case postpone(w, r, err):
		default:
			slog.ErrorContext(r.Context(), "the handler of a webhook failed", "error", err)
			w.WriteHeader(http.StatusInternalServerError)
		}
	}
}

// Middleware calls a handler once for each event. It belongs inside [hookseal.Verifier.Middleware], and the handler
// finds the attempt by [FromContext]:
//
//	http.Handle("POST /webhooks/contio", verifier.Middleware(events.Middleware(receive)))
//
// The handler answers by itself. A status of 400 or more releases the claim, as does a panic, and a handler that has
// answered nothing when the sender has hung up. Duplicates are answered 200.
func (o *Once) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		delivery, isVerified := hookseal.FromContext(r.Context())
		if !isVerified {
			err := invalid("no delivery was verified; put the middleware of a Verifier around this one")
			slog.ErrorContext(r.Context(), err.Error())
			hookseal.Answer(w, err)
			return
		}
		answer := &recorder{ResponseWriter: w}
		err := o.Run(r.Context(), delivery, func(ctx context.Context, attempt *Attempt) error {
			next.ServeHTTP(answer, r.WithContext(context.WithValue(ctx, contextKey{}, attempt)))
			if answer.status >= http.StatusBadRequest {
				return errAnswered
			}
			if answer.status == 0 {
				return ctx.Err()
			}
			return nil
		})
		if answer.status != 0 || err == nil || errors.Is(err, errAnswered) {
			// Nothing is written for a duplicate, which net/http answers 200.
			return
		}
		if !postpone(w, r, err) {
			// The sender has hung up.
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
}

// errAnswered stands for a failure that the handler has answered.
var errAnswered = errors.New("the handler has answered with an error")

type contextKey struct{}

// FromContext returns the attempt of [Once.Middleware] from the context of a request.
func FromContext(ctx context.Context) (*Attempt, bool) {
	attempt, ok := ctx.Value(contextKey{}).(*Attempt)
	return attempt, ok
}

// postpone answers a delivery that is to come again. It returns false for any other error. After the verdict, nothing
// is answered with 4xx: some senders never try again after one.
func postpone(w http.ResponseWriter, r *http.Request, err error) bool {
	var failure *hookseal.Error
	if !errors.As(err, &failure) || failure.RetryAfter == 0 {
		return false
	}
	slog.DebugContext(r.Context(), "a webhook was postponed", "code", string(failure.Code))
	hookseal.Answer(w, failure)
	return true
}

// recorder remembers the status of an answer.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	// Those below 200 precede the answer, except for 101.
	if r.status == 0 && (status >= http.StatusOK || status == http.StatusSwitchingProtocols) {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(body []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(body)
}

// Unwrap is for [http.ResponseController].
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// Flush is for handlers that ask for an [http.Flusher].
func (r *recorder) Flush() {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	// There is nothing to do if it cannot be flushed.
	_ = http.NewResponseController(r.ResponseWriter).Flush()
}
