package hookseal

import (
	"encoding/json"
	"strconv"
)

// Envelope is what every Contio event has in addition to its data. It was checked strictly: the body is UTF-8 without a
// byte order mark, and one JSON object of at most 64 levels, in which no field of the envelope occurs twice and each has
// the right type.
type Envelope struct {
	// EventType is what happened, such as meeting.completed.
	EventType string `json:"event_type"`
	// EventID is the same in every delivery of one event.
	EventID string `json:"event_id"`
	// Timestamp is when it happened, in RFC 3339, as it was sent.
	Timestamp string `json:"timestamp"`
	// PartnerAppID is the partner's app that receives the event.
	PartnerAppID string `json:"partner_app_id"`
	// ActorUserID is the user who caused the event. It may be absent or null.
	ActorUserID *string `json:"actor_user_id,omitempty"`
	// ForUser is the user that the event is for. It may be absent or null.
	ForUser *ForUser `json:"for_user,omitempty"`

	data string
}

// ForUser is the user that an event is for.
type ForUser struct {
	// ID may be absent or null.
	ID *string `json:"id,omitempty"`
	// Email may be absent or null.
	Email *string `json:"email,omitempty"`
}

// RawData is the JSON object of the event, as it was sent.
func (e *Envelope) RawData() json.RawMessage { return json.RawMessage(e.data) }

// Event is an event by its type: a pointer to one of the structs of this package whose name ends in Event, each of which
// has an [Envelope] and its Data; or an [*UnknownEvent].
//
//	switch event := event.(type) {
//	case *hookseal.MeetingCompletedEvent:
//		fmt.Println(event.Data.Title)
//	case *hookseal.UnknownEvent:
//		fmt.Println("not known:", event.EventType)
//	}
//
// Only a [Delivery] returns one.
type Event interface {
	// envelope is that of the event.
	envelope() *Envelope
	event()
}

func (e *Envelope) envelope() *Envelope { return e }

// EnvelopeOf returns the envelope of an event, whatever its type.
func EnvelopeOf(event Event) *Envelope { return event.envelope() }

// UnknownEvent is an event whose type this version does not know, or whose data differs from what this version knows.
// The sender may add types at any time. [Envelope.RawData] has its data.
type UnknownEvent struct {
	Envelope
	// Mismatch says, for a known type, why the data could not be read: an [ErrMissingField] or [ErrInvalidField] with the
	// field's name, such as data.meeting_id. It is nil for other types.
	Mismatch *Error
}

func (*UnknownEvent) event() {}

// MarshalJSON writes the event with its data.
func (e *UnknownEvent) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Envelope
		Data json.RawMessage `json:"data"`
	}{e.Envelope, e.RawData()})
}

// EventTypes are the types of events that this version knows.
func EventTypes() []string { return append([]string(nil), eventTypes[:]...) }

// Envelope returns the fields that every Contio event has.
//
// The error is [ErrMalformedEnvelope], [ErrMissingField] or [ErrInvalidField], and [ErrInvalidArgument] for senders
// without an envelope.
func (d *Delivery) Envelope() (*Envelope, error) {
	if envelope := d.envelope.Load(); envelope != nil {
		return envelope, nil
	}
	if !d.verifier.hasEnvelope {
		return nil, NewError(ErrInvalidArgument, "deliveries of "+d.verifier.scheme+
			" have no Contio envelope; read the body with JSON")
	}
	var fields [9]span
	err := d.verifier.pool.with(func(i *instance) *Error {
		if err := i.readBody(d.body, readEnvelope); err != nil {
			return err
		}
		fields = i.fields()
		return nil
	})
	if err != nil {
		return nil, err
	}
	envelope := d.readEnvelope(&fields)
	d.envelope.Store(envelope)
	return envelope, nil
}

// Event returns the event in a Contio delivery, by its type. Data that differs from the catalogue is an [*UnknownEvent],
// and no error.
//
// The error is that of [Delivery.Envelope].
func (d *Delivery) Event() (Event, error) {
	envelope, err := d.Envelope()
	if err != nil {
		return nil, err
	}
	c := cursor{text: envelope.data}
	if event, ok := readEvent(envelope, &c); ok {
		return event, nil
	} else if event == nil {
		return &UnknownEvent{Envelope: *envelope}, nil
	}
	return &UnknownEvent{Envelope: *envelope, Mismatch: c.mismatch()}, nil
}

// JSON reads the body into a value, as [json.Unmarshal] does. It is for senders other than Contio, and first checks
// what every language checks: that the body is JSON in UTF-8 of at most 64 levels.
//
// The error is [ErrMalformedEnvelope], or [ErrInvalidField] with the error of json.Unmarshal for JSON that does not fit
// the value.
func (d *Delivery) JSON(value any) error {
	err := d.verifier.pool.with(func(i *instance) *Error { return i.readBody(d.body, 0) })
	if err != nil {
		return err
	}
	if cause := json.Unmarshal(d.body, value); cause != nil {
		code := ErrInvalidField
		if _, isArgument := cause.(*json.InvalidUnmarshalError); isArgument {
			code = ErrInvalidArgument
		}
		return &Error{Code: code, Status: code.Status(), Message: code.text(), Cause: cause}
	}
	return nil
}

// readBody checks a body that was verified: that it is an envelope, whose fields the verdict then has, or at least JSON.
func (i *instance) readBody(body []byte, what int32) *Error {
	at := i.putBody(body)
	defer i.free(at, len(body))
	i.putVerdict()
	if i.module.Xhookseal_read_body(i.verifier, what, at, int32(uint32(len(body))), i.scratch+verdictAt) != 0 {
		return i.refusal()
	}
	return nil
}

// readEnvelope reads the fields at their places in the body. Their texts share one copy of the body.
func (d *Delivery) readEnvelope(fields *[9]span) *Envelope {
	body := string(d.body)
	raw := func(field int) string { return body[fields[field].at:][:fields[field].length] }
	optional := func(field int) *string {
		if fields[field].at == 0 {
			return nil
		}
		text := unescape(raw(field))
		return &text
	}
	envelope := &Envelope{
		EventType:    unescape(raw(0)),
		EventID:      unescape(raw(1)),
		Timestamp:    unescape(raw(2)),
		PartnerAppID: unescape(raw(3)),
		data:         raw(4),
		ActorUserID:  optional(5),
	}
	if fields[6].at != 0 {
		envelope.ForUser = &ForUser{ID: optional(7), Email: optional(8)}
	}
	return envelope
}

// mismatch is why the data of an event could not be read.
func (c *cursor) mismatch() *Error {
	code := ErrInvalidField
	if c.isMissing {
		code = ErrMissingField
	}
	return NewError(code, "data"+c.path)
}

// String shows the type and the id.
func (e *Envelope) String() string {
	return "hookseal.Event(" + strconv.Quote(e.EventType) + ", " + strconv.Quote(e.EventID) + ")"
}
