package hookseal

import (
	"crypto/sha256"
	"strconv"
	"strings"
	"sync"

	"hookseal.invalid/go/internal/engine"
)

// Key is by what duplicates of a delivery are recognized: the scheme, contio for both of its variants, and an id that is
// the same in every delivery of one event. It is made only from what is signed. Keys can be compared, and be the keys of
// a map.
type Key struct {
	scheme, id string
}

// Scheme is the name of the scheme.
func (k Key) Scheme() string { return k.scheme }

// ID is the id of the event within its scheme: at most 200 visible ASCII characters. It is what the sender signed as its
// id, or a digest: sha256- and 64 hex digits.
func (k Key) ID() string { return k.id }

// IsZero says whether this is the key of no event.
func (k Key) IsZero() bool { return k.id == "" }

// String is the text without a scope.
func (k Key) String() string { return k.Text("") }

// Text is the text under which a store keeps this key: the scope, the scheme and the id, each after its length. The scope
// is the name of the endpoint or tenant whose secret verified the delivery: one tenant could otherwise sign another's
// id. It is at most 612 ASCII characters long.
func (k Key) Text(scope string) string {
	if isPlainPart(scope) {
		return part(scope) + part(k.scheme) + part(k.id)
	}
	// The core keeps the digest of such a scope.
	return eventKey(k.scheme, k.id, scope)
}

// NewKey is the key of an event whose id is known, as the sender has it or as [Key.ID] returns it: for tools that forget
// or look up what was handled.
func NewKey(scheme, id string) Key {
	key, _ := readKey(eventKey(scheme, id, ""))
	return key
}

// Key returns the key of the delivery. It is false for deliveries that are no events, such as those without a body:
// handle them each time.
func (d *Delivery) Key() (key Key, ok bool) {
	// The error would be a fault of hookseal, and a delivery without a key is handled in any case.
	_ = d.verifier.pool.with(func(i *instance) *Error {
		key, ok = i.key(d)
		return nil
	})
	return key, ok
}

// BodyDigest is the SHA-256 of the body, by which a store notices another body under the key of an event.
func (d *Delivery) BodyDigest() [32]byte { return sha256.Sum256(d.body) }

// key asks for the key of a delivery that was verified, with what it keeps of its headers.
func (i *instance) key(d *Delivery) (key Key, ok bool) {
	bodyAt := i.putBody(d.body)
	defer i.free(bodyAt, len(d.body))
	headers, verdict := headerValues{topicName: d.topics[0], secondName + topicName: d.topics[1]}, d.verdict
	if verdict.idHeader != 0 {
		headers[idName] = headerValue{value: d.id, count: 1}
		verdict.idHeader, verdict.idAt = 1, 0
	}
	i.put(&request{values: &headers, bodyAt: bodyAt, bodyLength: len(d.body)})
	i.restoreVerdict(&verdict)
	text := i.text(func(at, capacity int32) int32 {
		return i.module.Xhookseal_delivery_key(i.verifier, i.scratch+deliveryAt, i.scratch+verdictAt, 0, 0, 0, at,
			capacity)
	})
	return readKey(text)
}

// tool is an instance without a verifier, which is made when it is first needed.
var tool struct {
	mutex    sync.Mutex
	instance *instance
}

// eventKey is the text of the key of an event, of which the core decides what is kept as it is.
func eventKey(scheme, id, scope string) (text string) {
	tool.mutex.Lock()
	defer tool.mutex.Unlock()
	i := tool.instance
	if i == nil {
		i = &instance{module: engine.New()}
		i.scratch = i.module.Xhookseal_alloc(scratchSize)
	}
	// Not kept if a call panics.
	tool.instance = nil
	i.withText(scheme, func(schemeAt, schemeLength int32) {
		i.withText(id, func(idAt, idLength int32) {
			i.withText(scope, func(scopeAt, scopeLength int32) {
				text = i.text(func(at, capacity int32) int32 {
					return i.module.Xhookseal_event_key(schemeAt, schemeLength, idAt, idLength, scopeAt, scopeLength, at,
						capacity)
				})
			})
		})
	})
	if len(i.memory()) <= maxKept {
		tool.instance = i
	}
	return text
}

// readKey reads the text of a key without a scope.
func readKey(text string) (key Key, ok bool) {
	_, rest, _ := readPart(text)
	key.scheme, rest, _ = readPart(rest)
	key.id, _, ok = readPart(rest)
	return key, ok
}

func readPart(text string) (part, rest string, ok bool) {
	digits, after, _ := strings.Cut(text, ".")
	length, err := strconv.Atoi(digits)
	if err != nil || length < 0 || length > len(after) {
		return "", "", false
	}
	return after[:length], after[length:], true
}

func part(text string) string { return strconv.Itoa(len(text)) + "." + text }

// isPlainPart is whether a scope is kept as it is, and not as its digest.
func isPlainPart(scope string) bool {
	return len(scope) <= 200 && isVisible(scope) && !strings.HasPrefix(scope, "sha256-")
}
