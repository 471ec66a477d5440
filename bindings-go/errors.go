package hookseal

import (
	"strconv"
	"time"
)

// Code is the stable word for an error, the same in every language. Each is an error itself, as [errors.Is] compares it:
//
//	if errors.Is(err, hookseal.ErrTimestampTooOld) {
type Code string

// Error returns the code itself, such as signature_mismatch.
func (c Code) Error() string { return string(c) }

// Error is why a delivery was refused, or why a verifier could not be made. Every error of this package is one. Its text
// says what to do, in numbers and with the names of this package's options, and never shows a secret, a signature or any
// part of the body.
type Error struct {
	// Code is the stable word for this error.
	Code Code
	// Status is the HTTP status to answer the sender with.
	Status int
	// Message is the text for people.
	Message string
	// RetryAfter is when the sender should try again, if it should: for a Retry-After header.
	RetryAfter time.Duration
	// Cause is another error that led to this one, such as that of an [io.Reader]; mostly nil.
	Cause error
}

// Error returns the message and the code.
func (e *Error) Error() string {
	text := "hookseal: " + e.Message + " (" + string(e.Code) + ")"
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	return text
}

// Unwrap returns the code and the cause, so that [errors.Is] and [errors.As] find both.
func (e *Error) Unwrap() []error {
	if e.Cause == nil {
		return []error{e.Code}
	}
	return []error{e.Code, e.Cause}
}

// NewError returns an error with this code, for code of your own that refuses deliveries in the same way: the
// middleware answers with its status. The detail is added to the text of the code; it may be empty.
func NewError(code Code, detail string) *Error {
	message := code.text()
	if detail != "" {
		message += ": " + detail
	}
	return &Error{Code: code, Status: code.Status(), Message: message}
}

func tooLarge(limit uint64) *Error {
	return NewError(ErrBodyTooLarge, "it has more than the "+strconv.FormatUint(limit, 10)+" bytes that are allowed")
}
