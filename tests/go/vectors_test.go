package tests

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"hookseal.invalid/go"
)

func TestEveryVectorHasItsVerdictAndTheMessageOfTheCore(t *testing.T) {
	messages, count, refused := Messages(t), 0, 0
	for _, file := range Files(t) {
		for _, vector := range Read[Vector](t, file) {
			if len(vector.Secrets) == 0 {
				delete(messages, vector.Name) // New always has one
				continue
			}
			v, err := vector.Verifier(t)
			var d *hookseal.Delivery
			if err == nil {
				d, err = v.Verify(vector.Header(), vector.Body)
			}
			outcome, message := OutcomeOf(d, err)
			count++
			if found, want := outcome.Text(), vector.Expected(t).Text(); found != want {
				t.Errorf("%s: %s instead of %s", vector.Name, found, want)
			}
			if want := messages[vector.Name]; message != want && !vector.HasLongLimit() {
				t.Errorf("%s: the message is %q instead of %q", vector.Name, message, want)
			}
			if message != "" {
				refused++
			}
		}
	}
	for name := range messages {
		if strings.HasPrefix(name, eventOf) {
			delete(messages, name)
		}
	}
	if count < 5000 || refused != len(messages) {
		t.Fatalf("%d vectors, %d refused, %d messages", count, refused, len(messages))
	}
	t.Logf("%d vectors agree, and %d messages", count, refused)
}

// eventOf is what precedes the name of a vector where the core says what it reads from the event.
const eventOf = "event of "

func TestEveryEventIsReadAsTheCoreReadsIt(t *testing.T) {
	messages, counts := Messages(t), map[string]int{}
	for _, file := range Files(t) {
		for _, vector := range Read[Vector](t, file) {
			want, ok := messages[eventOf+vector.Name]
			if !ok {
				continue
			}
			event, err := must(must(vector.Verifier(t)).Verify(vector.Header(), vector.Body)).Event()
			if err != nil {
				t.Errorf("%s: %v", vector.Name, err)
				continue
			}
			found := "known"
			if unknown, ok := event.(*hookseal.UnknownEvent); ok {
				found = "unknown"
				if unknown.Mismatch != nil {
					found = unknown.Mismatch.Message
				}
			}
			// A json.Number keeps numbers that Rust's type cannot.
			isLong := strings.Contains(vector.Name, "5,000 digits") || strings.Contains(vector.Name, "beyond a double")
			if found != want && !(isLong && found == "known") {
				t.Errorf("%s: %q instead of %q", vector.Name, found, want)
			}
			counts[want]++
		}
	}
	if counts["known"] < 300 || counts["unknown"] < 10 || len(counts) < 40 {
		t.Fatalf("too few events of a kind: %d known, %d unknown, %d kinds", counts["known"], counts["unknown"], len(counts))
	}
}

func TestEveryVectorHasTheSameVerdictWhenItsBodyIsStreamed(t *testing.T) {
	count := 0
	for _, file := range Files(t) {
		for at, vector := range Read[Vector](t, file) {
			if len(vector.Secrets) == 0 {
				continue
			}
			v, err := vector.Verifier(t)
			if err != nil {
				continue
			}
			whole, err := v.Verify(vector.Header(), vector.Body)
			// Without the envelope, which a stream does not read, unless the verdict depends on it.
			expected, message := "", ""
			if err != nil {
				var outcome Outcome
				outcome, message = OutcomeOf(nil, err)
				expected = outcome.Text()
			} else {
				expected = told(whole)
			}
			var reader io.Reader = bytes.NewReader(vector.Body)
			if at%2 == 0 {
				reader = iotest.OneByteReader(reader)
			} else {
				reader = iotest.DataErrReader(reader)
			}
			found, said := "", ""
			stream, err := v.NewReader(vector.Header(), reader)
			if err == nil {
				var passed []byte
				passed, err = io.ReadAll(stream)
				if err == nil && !bytes.Equal(passed, vector.Body) {
					t.Errorf("%s: another body was passed on", vector.Name)
				}
			}
			if err != nil {
				var outcome Outcome
				outcome, said = OutcomeOf(nil, err)
				found = outcome.Text()
			} else {
				found = told(must(stream.Delivery()))
			}
			// The headers are read before the size of a streamed body is known, but after that of a whole one.
			if strings.Contains(expected, "body_too_large") && strings.Contains(found, "error") {
				continue
			}
			if count++; found != expected || said != message {
				t.Errorf("%s: %s %q streamed, %s %q whole", vector.Name, found, said, expected, message)
			}
		}
	}
	if count < 4000 {
		t.Fatalf("only %d vectors", count)
	}
}

func TestEveryDeliveryHasItsKey(t *testing.T) {
	keyed := 0
	for _, file := range []string{"keys/keys.json", "senders/keys.json"} {
		for _, vector := range Read[Vector](t, file) {
			var expect struct {
				Key *struct{ Scheme, ID, Scope, Text string }
			}
			if err := json.Unmarshal(vector.Expect, &expect); err != nil {
				t.Fatal(err)
			}
			d, err := must(vector.Verifier(t)).Verify(vector.Header(), vector.Body)
			if err != nil {
				t.Errorf("%s: %v", vector.Name, err)
				continue
			}
			key, ok := d.Key()
			for _, option := range []hookseal.ReaderOption{hookseal.WithKey(), hookseal.WithBody()} {
				stream := must(must(vector.Verifier(t)).NewReader(vector.Header(), bytes.NewReader(vector.Body), option))
				if _, err := io.Copy(io.Discard, stream); err != nil {
					t.Errorf("%s: %v", vector.Name, err)
					continue
				}
				if streamed, is := must(stream.Delivery()).Key(); streamed != key || is != ok {
					t.Errorf("%s: the key is %v when it is read, and %v of the whole", vector.Name, streamed, key)
				}
			}
			switch want := expect.Key; {
			case ok != (want != nil):
				t.Errorf("%s: has a key: %v", vector.Name, ok)
			case !ok:
			case key.Scheme() != want.Scheme || key.ID() != want.ID || key.Text(want.Scope) != want.Text:
				t.Errorf("%s: %v in %q is %q instead of %v", vector.Name, key, want.Scope, key.Text(want.Scope), *want)
			default:
				keyed++
				if again := hookseal.NewKey(key.Scheme(), key.ID()); again != key {
					t.Errorf("%s: %v is %v when it is made again", vector.Name, key, again)
				}
			}
		}
	}
	if keyed < 80 {
		t.Fatalf("only %d keys", keyed)
	}
}

func TestATextThatIsNoSchemeIsRefusedWithItsMemberLineAndColumn(t *testing.T) {
	vectors := Read[struct {
		Text   string
		Expect struct {
			Member       *string
			Line, Column int
		}
	}](t, "schemes/refused.json")
	for _, vector := range vectors {
		if !strings.HasPrefix(strings.TrimSpace(vector.Text), "{") {
			continue // the name of a scheme that does not exist
		}
		_, err := hookseal.New("a secret for this test", hookseal.Scheme(vector.Text))
		if err == nil {
			t.Errorf("%s is a scheme", vector.Text)
			continue
		}
		outcome, message := OutcomeOf(nil, err)
		place := string(must(json.Marshal(vector.Expect.Line))) + ", column " + string(must(json.Marshal(vector.Expect.Column)))
		if outcome.Error != "invalid_scheme" && outcome.Error != "invalid_argument" ||
			!strings.HasSuffix(message, " (line "+place+")") {
			t.Errorf("%s: %s: %s", vector.Text, outcome.Error, message)
		}
		if member := vector.Expect.Member; member != nil && !strings.Contains(message, *member) {
			t.Errorf("%s: %s", vector.Text, message)
		}
	}
	if len(vectors) < 50 {
		t.Fatalf("only %d texts", len(vectors))
	}
}

// told is what both kinds of deliveries say.
func told(d facts) string {
	timestamp, hasTime := d.Timestamp()
	return fmt.Sprint(d.Scheme(), timestamp, hasTime, d.SecretIndex(), d.ID())
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
