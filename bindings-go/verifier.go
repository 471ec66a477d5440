package hookseal

import (
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"time"
)

// Verifier verifies that deliveries are genuine and fresh, by one scheme and with a fixed set of secrets.
//
// Make one with [New], keep it, and share it between goroutines: it is immutable.
type Verifier struct {
	pool   *pool
	config *config
	names  headerNames
	scheme string
	// What deliveries report as their scheme: the variants of the scheme, if it has any, or else its name.
	variants    []string
	hasEnvelope bool
	// The largest body, and whether an option or the scheme's text set it.
	maxBody    uint64
	limitsBody bool
}

// New returns a verifier of deliveries that are signed with this secret: the text that the sender displays. Without a
// [Scheme] among the options it verifies those of [Contio].
//
// The error is an [*Error] whose code is [ErrInvalidSecret], [ErrInvalidScheme] or [ErrInvalidArgument].
func New(secret string, options ...Option) (*Verifier, error) {
	first := OtherSecret(secret)
	return newVerifier(first, options)
}

// NewWithKey is [New] with the bytes of a key in place of a secret's text. They are not decoded.
func NewWithKey(key []byte, options ...Option) (*Verifier, error) {
	return newVerifier(OtherKey(key), options)
}

func newVerifier(first Option, options []Option) (*Verifier, error) {
	config := &config{scheme: Contio, now: time.Now}
	first.applyTo(config)
	for _, option := range options {
		if option == nil {
			config.fail("an option is nil")
			continue
		}
		option.applyTo(config)
	}
	if config.onRefusal == nil {
		config.onRefusal = logRefusal
	}
	if config.err != nil {
		return nil, config.err
	}
	if config.scheme == badURL {
		return nil, NewError(ErrInvalidScheme, badURLText)
	}
	instance, names, err := newInstance(config)
	if err != nil {
		return nil, err
	}
	v := &Verifier{pool: newPool(config, instance), config: config}
	for which := range allNames {
		v.names.set(which, names[which])
	}
	v.scheme, v.variants = names[schemeName], names[variantName:]
	v.hasEnvelope = instance.verdict().flags&hasEnvelope != 0
	v.maxBody, v.limitsBody = config.maxBody()
	return v, nil
}

// noBodyIsLarger is the most bytes that any body may have.
const noBodyIsLarger = 1<<32 - 1

// maxBody is the largest body, and whether a limit was set: by an option, or else by the text of the scheme, which the
// core has read.
func (c *config) maxBody() (limit uint64, isSet bool) {
	if option := c.limits[3]; option != nil {
		return min(*option, noBodyIsLarger), true
	}
	var text struct {
		Limits struct {
			MaxBody json.RawMessage `json:"max_body"`
		} `json:"limits"`
	}
	// The name of a built-in scheme is no JSON, and sets no limit.
	if json.Unmarshal([]byte(c.scheme), &text) != nil || text.Limits.MaxBody == nil {
		return noBodyIsLarger, false
	}
	limit = noBodyIsLarger
	// A null is no limit, and leaves it as it is.
	_ = json.Unmarshal(text.Limits.MaxBody, &limit)
	return min(limit, noBodyIsLarger), true
}

// Scheme is the name of the scheme.
func (v *Verifier) Scheme() string {
	if v == nil {
		return ""
	}
	return v.scheme
}

// HasEnvelope says whether the scheme's deliveries carry a Contio envelope, which [Delivery.Event] reads.
func (v *Verifier) HasEnvelope() bool { return v != nil && v.hasEnvelope }

// String shows the scheme, and nothing of the secrets.
func (v *Verifier) String() string { return "hookseal.Verifier(" + v.Scheme() + ")" }

// GoString shows the same for %#v, which would otherwise print the secrets.
func (v *Verifier) GoString() string { return v.String() }

// Verify verifies one delivery from the headers of its request and its raw body: the bytes as they were received, not
// parsed and serialized again. The delivery keeps the body, so do not change it afterwards.
//
// The error is an [*Error]: in the order of the checks [ErrBodyTooLarge]; [ErrMissingHeader], [ErrDuplicateHeader],
// [ErrMalformedSignature] or [ErrMalformedTimestamp]; [ErrSignatureMismatch]; and only for genuine deliveries
// [ErrTimestampTooOld] or [ErrTimestampInFuture], or for [ContioBody] the errors of [Delivery.Envelope],
// [ErrEventTooOld] or [ErrTimestampInFuture].
func (v *Verifier) Verify(header http.Header, body []byte) (*Delivery, error) {
	if err := v.check(header); err != nil {
		return nil, err
	}
	var headers headerValues
	v.names.find(header, &headers)
	d := &Delivery{verifier: v, body: body}
	now := v.config.now().Unix()
	err := v.pool.with(func(i *instance) *Error { return i.verify(d, &headers, now) })
	if err != nil {
		return nil, err
	}
	return d, nil
}

// check says what is wrong with a call, before anything is read.
func (v *Verifier) check(header http.Header) *Error {
	switch {
	case v == nil || v.pool == nil:
		return NewError(ErrInvalidArgument, "this Verifier was not made by hookseal.New, or its error was ignored")
	case header == nil:
		return NewError(ErrInvalidArgument, "the header is nil; pass that of the request, r.Header")
	}
	return nil
}

// verify verifies a delivery whose headers are known, and sets what the verdict says about it.
func (i *instance) verify(d *Delivery, headers *headerValues, now int64) *Error {
	length := len(d.body)
	if uint64(length) > noBodyIsLarger {
		// The core would say the same, but cannot be told such a length.
		return NewError(ErrBodyTooLarge, "no limit allows 4 GiB or more")
	}
	if uint64(length) > d.verifier.maxBody {
		i.begin(headers, now, length)
		return i.refuse(d.verifier, nil)
	}
	before, after, flags, err := i.prepare(d.verifier, headers, now, length)
	if err != nil {
		return err
	}
	macs := i.memory()[i.scratch+macsAt:][:len(i.macs)*sha256.Size]
	for index, mac := range i.macs {
		mac.Reset()
		mac.Write(before)
		mac.Write(d.body)
		if len(after) > 0 {
			mac.Write(after)
		}
		mac.Sum(macs[sha256.Size*index : sha256.Size*index])
	}
	return i.decide(d, headers, flags, now, length)
}

// begin writes a delivery without its body into the scratch memory.
func (i *instance) begin(headers *headerValues, now int64, length int) {
	i.put(&request{flags: noBody, now: now, values: headers, bodyLength: length})
}

// refuse asks for the verdict on a delivery that is refused whatever its MACs are: of several faults, the core says which
// comes first. If it should accept the delivery, the error is the given one.
func (i *instance) refuse(v *Verifier, err *Error) *Error {
	clear(i.memory()[i.scratch+macsAt:][:len(i.macs)*sha256.Size])
	code := i.module.Xhookseal_verify_with_macs(i.verifier, i.scratch+deliveryAt, i.scratch+macsAt, int32(len(i.macs)),
		i.scratch+verdictAt)
	switch {
	case code != 0:
		return i.refusal()
	case err == nil:
		return tooLarge(v.maxBody)
	}
	return err
}

// prepare writes a delivery into the scratch memory, where decide finds it, and asks what is signed before and after its
// body, and what is known of its headers (decidable, readsBody). What it returns is valid until the next call.
func (i *instance) prepare(v *Verifier, headers *headerValues, now int64, length int) (before, after []byte, flags uint32,
	err *Error) {
	scratch := i.scratch
	i.begin(headers, now, length)
	code := i.module.Xhookseal_prepare(i.verifier, scratch+deliveryAt, scratch+preparedAt, scratch+textAt, textSize,
		scratch+verdictAt)
	if code != 0 {
		return nil, nil, 0, i.refuse(v, i.refusal())
	}
	memory := i.memory()
	prepared := memory[scratch+preparedAt:][:preparedSize]
	middle, end := get32(prepared[preparedBefore:]), get32(prepared[preparedAfter:])
	text := memory[scratch+textAt:][:middle+end]
	return text[:middle], text[middle:], get32(prepared[preparedFlags:]), nil
}

// decide asks for the verdict on the delivery in the scratch memory, given the MAC of each secret there, and what prepare
// returned. The body is read only if the verdict depends on it.
func (i *instance) decide(d *Delivery, headers *headerValues, flags uint32, now int64, length int) *Error {
	scratch, count := i.scratch, int32(len(i.macs))
	var code int32
	switch {
	case flags&decidable != 0:
		code = i.module.Xhookseal_decide(i.verifier, scratch+preparedAt, int32(uint32(now)), int32(uint32(uint64(now)>>32)),
			int32(uint32(length)), scratch+macsAt, count, scratch+verdictAt)
	case flags&readsBody != 0:
		bodyAt := i.putBody(d.body)
		defer i.free(bodyAt, length)
		delivery := i.memory()[scratch+deliveryAt:][:deliverySize]
		put32(delivery[4:], readEnvelope)
		put32(delivery[24:], uint32(bodyAt))
		fallthrough
	default:
		code = i.module.Xhookseal_verify_with_macs(i.verifier, scratch+deliveryAt, scratch+macsAt, count, scratch+verdictAt)
	}
	// Until the verdict, they are as secret as the keys.
	clear(i.memory()[scratch+macsAt:][:len(i.macs)*sha256.Size])
	if code != 0 {
		return i.refusal()
	}
	verdict := i.verdict()
	d.set(&verdict, headers)
	if verdict.flags&hasFields != 0 {
		fields := i.fields()
		d.envelope.Store(d.readEnvelope(&fields))
	}
	return nil
}
