// Generated from core/src/error.rs by `cargo xtask generate`; edit that instead.

package hookseal

// The codes, which are the same words in every language. A code never changes its meaning.
const (
	// ErrMissingHeader: a header that the scheme needs is missing. The status is 400.
	ErrMissingHeader Code = "missing_header"
	// ErrDuplicateHeader: a header that the scheme needs occurs more than once. The status is 400.
	ErrDuplicateHeader Code = "duplicate_header"
	// ErrMalformedSignature: the signature is not in the scheme's format. The status is 400.
	ErrMalformedSignature Code = "malformed_signature"
	// ErrMalformedTimestamp: the timestamp is not in the scheme's format. The status is 400.
	ErrMalformedTimestamp Code = "malformed_timestamp"
	// ErrSignatureMismatch: no secret in use matches this signature for this body. The status is 401.
	ErrSignatureMismatch Code = "signature_mismatch"
	// ErrTimestampTooOld: the signature is valid, but the delivery is older than MaxAge. The status is 401.
	ErrTimestampTooOld Code = "timestamp_too_old"
	// ErrTimestampInFuture: the signature is valid, but the delivery is dated further ahead than MaxSkew. The status is
	// 401.
	ErrTimestampInFuture Code = "timestamp_in_future"
	// ErrEventTooOld: the signature is valid, but the event is older than MaxEventAge. The status is 401.
	ErrEventTooOld Code = "event_too_old"
	// ErrBodyTooLarge: the body is larger than MaxBody. The status is 413.
	ErrBodyTooLarge Code = "body_too_large"
	// ErrBodyNotRead: the body was not read before it was to be verified. The status is 400.
	ErrBodyNotRead Code = "body_not_read"
	// ErrMalformedEnvelope: the signature is valid, but the body is malformed. The status is 400.
	ErrMalformedEnvelope Code = "malformed_envelope"
	// ErrMissingField: the signature is valid, but a required field is missing. The status is 400.
	ErrMissingField Code = "missing_field"
	// ErrInvalidField: the signature is valid, but a field has the wrong type. The status is 400.
	ErrInvalidField Code = "invalid_field"
	// ErrInvalidSecret: the secret cannot be used. The status is 500.
	ErrInvalidSecret Code = "invalid_secret"
	// ErrInvalidScheme: the scheme cannot be used. The status is 500.
	ErrInvalidScheme Code = "invalid_scheme"
	// ErrInvalidArgument: the call cannot be carried out. The status is 500.
	ErrInvalidArgument Code = "invalid_argument"
	// ErrInProgress: the same event is being handled. The status is 503.
	ErrInProgress Code = "in_progress"
	// ErrStoreUnavailable: the store of handled events cannot be used. The status is 503.
	ErrStoreUnavailable Code = "store_unavailable"
	// ErrInboxFull: too many deliveries are not handled yet. The status is 503.
	ErrInboxFull Code = "inbox_full"
	// ErrWrongSeal: no key in use has sealed this stored delivery. The status is 500.
	ErrWrongSeal Code = "wrong_seal"
)

// codes has the codes by their numbers in the core's ABI; no code has the number 0.
var codes = [...]Code{
	"",
	ErrMissingHeader,
	ErrDuplicateHeader,
	ErrMalformedSignature,
	ErrMalformedTimestamp,
	ErrSignatureMismatch,
	ErrTimestampTooOld,
	ErrTimestampInFuture,
	ErrEventTooOld,
	ErrBodyTooLarge,
	ErrBodyNotRead,
	ErrMalformedEnvelope,
	ErrMissingField,
	ErrInvalidField,
	ErrInvalidSecret,
	ErrInvalidScheme,
	ErrInvalidArgument,
	ErrInProgress,
	ErrStoreUnavailable,
	ErrInboxFull,
	ErrWrongSeal,
}

// Status is the HTTP status to answer the sender with: 400, 401 or 413; 500 if the receiver's own configuration
// is wrong; 503 if the sender should try again.
func (c Code) Status() int {
	switch c {
	case ErrMissingHeader,
		ErrDuplicateHeader,
		ErrMalformedSignature,
		ErrMalformedTimestamp,
		ErrBodyNotRead,
		ErrMalformedEnvelope,
		ErrMissingField,
		ErrInvalidField:
		return 400
	case ErrSignatureMismatch,
		ErrTimestampTooOld,
		ErrTimestampInFuture,
		ErrEventTooOld:
		return 401
	case ErrBodyTooLarge:
		return 413
	case ErrInProgress,
		ErrStoreUnavailable,
		ErrInboxFull:
		return 503
	default:
		return 500
	}
}

// text is what the core says of every error with this code.
func (c Code) text() string {
	switch c {
	case ErrMissingHeader:
		return "a header that the scheme needs is missing"
	case ErrDuplicateHeader:
		return "a header that the scheme needs occurs more than once"
	case ErrMalformedSignature:
		return "the signature is not in the scheme's format"
	case ErrMalformedTimestamp:
		return "the timestamp is not in the scheme's format"
	case ErrSignatureMismatch:
		return "no secret in use matches this signature for this body; check that the body is the raw bytes that were received, and that the secret is this endpoint's"
	case ErrTimestampTooOld:
		return "the signature is valid, but the delivery is older than MaxAge"
	case ErrTimestampInFuture:
		return "the signature is valid, but the delivery is dated further ahead than MaxSkew"
	case ErrEventTooOld:
		return "the signature is valid, but the event is older than MaxEventAge"
	case ErrBodyTooLarge:
		return "the body is larger than MaxBody"
	case ErrBodyNotRead:
		return "the body was not read before it was to be verified"
	case ErrMalformedEnvelope:
		return "the signature is valid, but the body is malformed"
	case ErrMissingField:
		return "the signature is valid, but a required field is missing"
	case ErrInvalidField:
		return "the signature is valid, but a field has the wrong type"
	case ErrInvalidSecret:
		return "the secret cannot be used"
	case ErrInvalidScheme:
		return "the scheme cannot be used"
	case ErrInvalidArgument:
		return "the call cannot be carried out"
	case ErrInProgress:
		return "the same event is being handled; answer 503, so that the sender tries again"
	case ErrStoreUnavailable:
		return "the store of handled events cannot be used; answer 503, so that the sender tries again"
	case ErrInboxFull:
		return "too many deliveries are not handled yet; answer 503, so that the sender tries again"
	case ErrWrongSeal:
		return "no key in use has sealed this stored delivery"
	default:
		return string(c)
	}
}
