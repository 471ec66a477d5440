// Package tests runs the vectors of tests/vectors with the Go package.
package tests

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"hookseal.invalid/go"
)

// Vector is a delivery and what is expected of it: see tests/vectors/README.md.
type Vector struct {
	Name    string
	Scheme  json.RawMessage
	Secrets []string
	Headers [][2]string
	Body    []byte `json:"body_base64"`
	Now     int64
	Options map[string]json.RawMessage
	Expect  json.RawMessage
}

// Folder is that of the vectors: a copy beside the tests.
const Folder = "vectors"

// Read reads a file of vectors.
func Read[T any](t testing.TB, name string) (all []T) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(Folder, name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return all
}

// Files are the names of the files with deliveries.
func Files(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(Folder, "*.json"))
	if err != nil || len(paths) < 20 {
		t.Fatalf("%d files of vectors were found: %v", len(paths), err)
	}
	names := []string{"senders/deliveries.json", "schemes/deliveries.json"}
	for _, path := range paths {
		names = append(names, filepath.Base(path))
	}
	return names
}

// Messages are the core's own, by the names of the vectors.
func Messages(t testing.TB) (messages map[string]string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(Folder, "messages", "pascal"))
	if err == nil {
		err = json.Unmarshal(text, &messages)
	}
	if err != nil {
		t.Fatal(err)
	}
	return messages
}

// Header is the header of a vector. A name that occurs in two spellings has both as keys.
func (v *Vector) Header() http.Header {
	header := http.Header{}
	for _, pair := range v.Headers {
		header[pair[0]] = append(header[pair[0]], pair[1])
	}
	return header
}

// HasLongLimit says whether a limit of time is too long for a [time.Duration]: it is set by the text of the scheme, and
// errors name the member of that text.
func (v *Vector) HasLongLimit() bool {
	for name, value := range v.Options {
		var seconds int64
		if name != "max_body" && json.Unmarshal(value, &seconds) == nil && seconds >= longLimit {
			return true
		}
	}
	return false
}

const longLimit = int64(hookseal.NoLimit / time.Second)

// Verifier is the verifier of a vector, at the vector's time.
func (v *Vector) Verifier(t testing.TB) (*hookseal.Verifier, error) {
	options := []hookseal.Option{
		v.scheme(t), hookseal.Now(func() time.Time { return time.Unix(v.Now, 0) }),
	}
	for name, option := range map[string]func(time.Duration) hookseal.Option{
		"max_age": hookseal.MaxAge, "max_skew": hookseal.MaxSkew, "max_event_age": hookseal.MaxEventAge,
	} {
		value, ok := v.Options[name]
		if !ok {
			continue
		}
		var seconds *int64
		if err := json.Unmarshal(value, &seconds); err != nil {
			t.Fatal(err)
		}
		switch {
		case seconds == nil:
			options = append(options, option(hookseal.NoLimit))
		case *seconds < longLimit:
			options = append(options, option(time.Duration(*seconds)*time.Second))
		default:
			text := `{"preset":` + string(v.Scheme) + `,"limits":{"` + name + `":` + string(value) + `}}`
			options = append(options, hookseal.Scheme(text))
		}
	}
	if value, ok := v.Options["max_body"]; ok {
		var bytes int64
		if err := json.Unmarshal(value, &bytes); err != nil {
			t.Fatal(err)
		}
		options = append(options, hookseal.MaxBody(bytes))
	}
	for _, secret := range v.Secrets[1:] {
		options = append(options, hookseal.OtherSecret(secret))
	}
	return hookseal.New(v.Secrets[0], options...)
}

func (v *Vector) scheme(t testing.TB) hookseal.Scheme {
	var name, url, field string
	if json.Unmarshal(v.Scheme, &name) != nil {
		return hookseal.Scheme(v.Scheme)
	}
	if value, ok := v.Options["url"]; ok {
		if err := json.Unmarshal(value, &url); err != nil {
			t.Fatal(err)
		}
	}
	switch {
	case name == "square":
		return hookseal.Square(url)
	case name == "hubspot":
		return hookseal.HubSpot(url)
	case name == "acme":
		_ = json.Unmarshal(v.Options["key_field"], &field)
		scheme := map[string]any{
			"name": "acme", "signed": "{body}",
			"signature": map[string]string{"header": "X-Acme-Signature", "encoding": "hex"},
		}
		if field != "" {
			scheme["key_field"] = field
		}
		text, err := json.Marshal(scheme)
		if err != nil {
			t.Fatal(err)
		}
		return hookseal.Scheme(text)
	}
	return hookseal.Scheme(name)
}

// Outcome is a verdict in the form of the vectors.
type Outcome struct {
	OK    *Accepted `json:"ok,omitempty"`
	Error string    `json:"error,omitempty"`
}

// Accepted is what is known about a genuine delivery.
type Accepted struct {
	Scheme      string  `json:"scheme"`
	Timestamp   *int64  `json:"timestamp"`
	SecretIndex int     `json:"secret_index"`
	ID          *string `json:"id"`
	EventType   string  `json:"event_type,omitempty"`
	EventID     string  `json:"event_id,omitempty"`
}

// facts are what both kinds of deliveries know.
type facts interface {
	Scheme() string
	Timestamp() (time.Time, bool)
	SecretIndex() int
	ID() string
}

// OutcomeOf is the outcome of a delivery, and the message of its error.
func OutcomeOf(d facts, err error) (Outcome, string) {
	var failure *hookseal.Error
	if errors.As(err, &failure) {
		return Outcome{Error: string(failure.Code)}, failure.Message
	} else if err != nil {
		return Outcome{Error: err.Error()}, err.Error()
	}
	accepted := Accepted{Scheme: d.Scheme(), SecretIndex: d.SecretIndex()}
	if time, ok := d.Timestamp(); ok {
		seconds := time.Unix()
		accepted.Timestamp = &seconds
	}
	if id := d.ID(); id != "" {
		accepted.ID = &id
	}
	if whole, ok := d.(*hookseal.Delivery); ok && whole.HasEnvelope() {
		envelope, err := whole.Envelope()
		if err != nil {
			return OutcomeOf(nil, err)
		}
		accepted.EventType, accepted.EventID = envelope.EventType, envelope.EventID
		accepted.ID = &envelope.EventID
	}
	return Outcome{OK: &accepted}, ""
}

// Text is an outcome as text, to be compared.
func (o Outcome) Text() string {
	text, err := json.Marshal(o)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// Expected is the expected outcome of a vector.
func (v *Vector) Expected(t testing.TB) Outcome {
	var outcome Outcome
	if err := json.Unmarshal(v.Expect, &outcome); err != nil {
		t.Fatalf("%s: %v", v.Name, err)
	}
	return outcome
}
