package hookseal

import (
	"sync/atomic"
	"time"
)

// Delivery is a delivery that is genuine and fresh. Only a [Verifier] returns one. It can be shared between goroutines.
type Delivery struct {
	verifier *Verifier
	// What its key needs of the headers besides the id.
	topics   [2]headerValue
	body     []byte
	id       string
	verdict  verdict
	envelope atomic.Pointer[Envelope]
}

// set takes over what the verdict says, and what the delivery keeps of the headers.
func (d *Delivery) set(verdict *verdict, headers *headerValues) {
	d.verdict = *verdict
	d.topics = [2]headerValue{headers[topicName], headers[secondName+topicName]}
	if verdict.idHeader == 0 {
		return
	}
	// The headers were written in the order of their numbers, and each of them once: a second one is refused.
	index := uint32(0)
	for which := range headers {
		found := &headers[which]
		if found.count == 0 {
			continue
		}
		index++
		if index == verdict.idHeader {
			d.id = found.value[verdict.idAt:][:verdict.idLength]
			return
		}
		if found.count > 1 {
			index++
		}
	}
}

// Scheme is the name of the scheme; for [Contio], that of the variant which the delivery follows: contio-timestamped or
// contio-body.
func (d *Delivery) Scheme() string {
	if variants := d.verifier.variants; int(d.verdict.variant) < len(variants) {
		return variants[d.verdict.variant]
	}
	return d.verifier.scheme
}

// HasEnvelope says whether the scheme's deliveries carry a Contio envelope: whether [Delivery.Event] can be called.
func (d *Delivery) HasEnvelope() bool { return d.verifier.hasEnvelope }

// Timestamp is when the delivery was signed, in whole seconds; for [ContioBody], when its event happened. It is false
// for schemes that sign no time.
func (d *Delivery) Timestamp() (time.Time, bool) {
	if d.verdict.flags&hasTime == 0 {
		return time.Time{}, false
	}
	return time.Unix(d.verdict.timestamp, 0).UTC(), true
}

// SecretIndex is the index of the secret that the delivery was signed with: 0 for that of [New]. If several match, it is
// the first of them.
func (d *Delivery) SecretIndex() int { return int(d.verdict.secret) }

// ID is the id that the sender signed, for schemes that sign one, and "" for others. To recognize duplicates, use
// [Delivery.Key], which every scheme has.
func (d *Delivery) ID() string { return d.id }

// Body is the raw body that was verified.
func (d *Delivery) Body() []byte { return d.body }

// String shows the scheme, and nothing of the body or the signature.
func (d *Delivery) String() string { return "hookseal.Delivery(" + d.Scheme() + ")" }

// GoString shows the same for %#v.
func (d *Delivery) GoString() string { return d.String() }
