package hookseal

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// DefaultMaxBody is how many bytes of a request's body are read, unless [MaxBody] says otherwise.
const DefaultMaxBody = 1 << 20

// VerifyRequest reads the body of a request and verifies the delivery. It reads at most [MaxBody] bytes, by default 1
// MiB. Afterwards the body can be read again.
//
// The error is that of [Verifier.Verify], and [ErrBodyNotRead] if the body cannot be read; [ErrInvalidArgument] if other
// code has read it before.
func (v *Verifier) VerifyRequest(r *http.Request) (*Delivery, error) {
	d, err := v.verifyRequest(nil, r)
	if err != nil {
		return nil, err
	}
	return d, nil
}

// verifyRequest also closes the connection of w, if there is one, when a body is too large to be read to its end.
func (v *Verifier) verifyRequest(w http.ResponseWriter, r *http.Request) (*Delivery, *Error) {
	if r == nil {
		return nil, NewError(ErrInvalidArgument, "the request is nil")
	}
	if err := v.check(r.Header); err != nil {
		return nil, err
	}
	body, err := v.readBody(w, r)
	if err != nil {
		return nil, err
	}
	d, failure := v.Verify(r.Header, body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	if failure != nil {
		return nil, asError(failure)
	}
	return d, nil
}

func (v *Verifier) readBody(w http.ResponseWriter, r *http.Request) ([]byte, *Error) {
	limit := min(v.maxBody, DefaultMaxBody)
	if v.limitsBody {
		limit = v.maxBody
	}
	if r.ContentLength > 0 && uint64(r.ContentLength) > limit {
		return nil, tooLarge(limit)
	}
	if r.Body == nil {
		r.Body = http.NoBody
	}
	// A buffer of the declared length need not grow, but a sender can declare any length.
	var body bytes.Buffer
	if r.ContentLength > 0 {
		body.Grow(int(min(r.ContentLength, DefaultMaxBody)) + bytes.MinRead)
	}
	_, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, int64(limit)))
	var isTooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &isTooLarge):
		return nil, tooLarge(limit)
	case err != nil:
		failure := NewError(ErrBodyNotRead, "reading it failed")
		failure.Cause = err
		return nil, failure
	case body.Len() == 0 && r.ContentLength != 0:
		if err := alreadyRead(r); err != nil {
			return nil, err
		}
	}
	return body.Bytes(), nil
}

const keepIt = "mount what verifies before anything that reads the body, or give it the body again with " +
	"io.NopCloser(bytes.NewReader(body))"

// alreadyRead is the error for a body that other code has read.
func alreadyRead(r *http.Request) *Error {
	contentType := strings.ToLower(r.Header.Get("Content-Type"))
	isForm := strings.HasPrefix(contentType, "application/x-www-form-urlencoded") ||
		strings.HasPrefix(contentType, "multipart/form-data")
	switch {
	case r.PostForm != nil && isForm:
		// The sender alone can cause this, with a Content-Type.
		return NewError(ErrBodyNotRead, "other code has parsed it as a form; "+keepIt)
	case r.ContentLength > 0:
		return NewError(ErrInvalidArgument, "the body was read before it was verified, and the bytes that were signed are "+
			"gone: "+keepIt)
	}
	return nil
}

type contextKey struct{}

// FromContext returns the delivery that the middleware has verified, from the context of a request.
func FromContext(ctx context.Context) (*Delivery, bool) {
	d, ok := ctx.Value(contextKey{}).(*Delivery)
	return d, ok
}

// Middleware lets only genuine deliveries through to a handler, which finds the delivery by [FromContext] and can read
// the body again. If the scheme's deliveries carry an envelope, it is checked first. All other requests are answered
// with the status of their code and {"error":"the code"}. Its type is that of the middleware of most routers.
func (v *Verifier) Middleware(next http.Handler) http.Handler {
	return v.Handler(func(w http.ResponseWriter, r *http.Request, _ *Delivery) { next.ServeHTTP(w, r) })
}

// Handler is a handler that calls a function with each genuine delivery, and does otherwise what [Verifier.Middleware]
// does.
func (v *Verifier) Handler(receive func(http.ResponseWriter, *http.Request, *Delivery)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d, err := v.verifyRequest(w, r)
		if err == nil && d.HasEnvelope() {
			if _, failure := d.Envelope(); failure != nil {
				err = asError(failure)
			}
		}
		if err != nil {
			v.refuse(w, r, err)
			return
		}
		receive(w, r.WithContext(context.WithValue(r.Context(), contextKey{}, d)), d)
	})
}

func (v *Verifier) refuse(w http.ResponseWriter, r *http.Request, err *Error) {
	report := logRefusal
	if v != nil && v.config != nil {
		report = v.config.onRefusal
	}
	report(r, err)
	Answer(w, err)
}

// Answer answers a request with the status of an error of this package, and {"error":"the code"}. Any other error is
// answered 500, and none of its text is shown.
func Answer(w http.ResponseWriter, err error) {
	failure := asError(err)
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Del("Content-Length")
	if failure.RetryAfter > 0 {
		seconds := (failure.RetryAfter + 999_999_999).Seconds()
		header.Set("Retry-After", strconv.Itoa(int(seconds)))
	}
	w.WriteHeader(failure.Status)
	// A client that has gone needs no answer.
	_, _ = io.WriteString(w, `{"error":"`+string(failure.Code)+"\"}\n")
}

// asError finds the error of this package in another one.
func asError(err error) *Error {
	var failure *Error
	if errors.As(err, &failure) {
		return failure
	}
	return &Error{Code: ErrInvalidArgument, Status: 500, Message: ErrInvalidArgument.text(), Cause: err}
}
