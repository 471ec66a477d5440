package hookseal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// refused checks that an error has this code and these words, and no secret.
func refused(t *testing.T, err error, code Code, words ...string) {
	t.Helper()
	var failure *Error
	if !errors.As(err, &failure) || failure.Code != code || failure.Status != code.Status() || !errors.Is(err, code) {
		t.Errorf("%v instead of %s", err, code)
		return
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q is not in: %v", word, err)
		}
	}
	if strings.Contains(err.Error(), testSecret) {
		t.Errorf("the secret is in: %v", err)
	}
}

func TestOptionsThatCannotBeUsedAreNamedAsGoWritesThem(t *testing.T) {
	for name, c := range map[string]struct {
		option Option
		code   Code
		words  string
	}{
		"nanoseconds":      {MaxAge(300), ErrInvalidArgument, "MaxAge is 300ns; give whole seconds, such as MaxAge(300 * time.Second)"},
		"negative":         {MaxSkew(-time.Second), ErrInvalidArgument, "MaxSkew is -1s; give 0 or more, or hookseal.NoLimit"},
		"milliseconds":     {MaxAge(300_000 * time.Second), ErrInvalidArgument, "MaxAge is 300000 s, as if in milliseconds"},
		"negative bytes":   {MaxBody(-1), ErrInvalidArgument, "MaxBody is -1"},
		"no clock":         {Now(nil), ErrInvalidArgument, "Now is nil"},
		"nil":              {nil, ErrInvalidArgument, "an option is nil"},
		"unknown scheme":   {Scheme("strpie"), ErrInvalidScheme, "no preset has this name"},
		"a URL's scheme":   {Scheme("square"), ErrInvalidScheme, "signs the URL"},
		"no URL":           {Square("example.com/hooks"), ErrInvalidScheme, "begins with https:// or http://"},
		"a URL with blank": {HubSpot("https://example.com/a b"), ErrInvalidScheme, "visible ASCII"},
		"ed25519":          {Scheme("discord"), ErrInvalidScheme, "ed25519"},
		"ambiguous": {Scheme(`{"name":"x","signature":{"header":"S","encoding":"hex"},"timestamp":{"header":"T"},` +
			`"signed":"{timestamp}{body}"}`), ErrInvalidScheme, "signed"},
		"an empty secret":      {OtherSecret(""), ErrInvalidSecret, "secrets[1]"},
		"an empty key":         {OtherKey(nil), ErrInvalidSecret, "secrets[1]"},
		"no time that is kept": {RememberedEvents(0, testClock()), ErrInvalidArgument, "RememberedEvents"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := New(testSecret, c.option)
			refused(t, err, c.code, c.words)
		})
	}
	_, err := New("")
	refused(t, err, ErrInvalidSecret, "secrets[0]")
	many := make([]Option, 8)
	for at := range many {
		many[at] = OtherSecret(fmt.Sprint("another secret, number ", at))
	}
	_, err = New(testSecret, many...)
	refused(t, err, ErrInvalidArgument)
	if _, err := New(testSecret, many[:7]...); err != nil {
		t.Error(err)
	}
}

func TestMistakesOfTheCallerAreNamed(t *testing.T) {
	var none *Verifier
	_, err := none.Verify(http.Header{}, nil)
	refused(t, err, ErrInvalidArgument, "hookseal.New")
	_, err = (&Verifier{}).Verify(http.Header{}, nil)
	refused(t, err, ErrInvalidArgument, "hookseal.New")
	v := verifierOf(t, GitHub)
	_, err = v.Verify(nil, []byte("{}"))
	refused(t, err, ErrInvalidArgument, "r.Header")
	_, err = v.VerifyRequest(nil)
	refused(t, err, ErrInvalidArgument, "the request is nil")
	_, err = v.NewReader(http.Header{}, nil)
	refused(t, err, ErrInvalidArgument, "r.Body")
	_, _, err = VerifyAny(http.Header{}, nil)
	refused(t, err, ErrInvalidArgument, "give at least one")
	d, err := v.Verify(signed(t, "[]", GitHub), []byte("[]"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.Event()
	refused(t, err, ErrInvalidArgument, "github", "JSON")
	refused(t, d.JSON(nil), ErrInvalidArgument)
	var number int
	refused(t, d.JSON(&number), ErrInvalidField, "cannot unmarshal array")
	_, err = New(testSecret, GitHub, Now(func() time.Time { return time.Unix(1_736_937_000_000, 0) }))
	if err != nil {
		t.Fatal(err)
	}
	late := verifierOf(t, Stripe, Now(func() time.Time { return time.Unix(1_736_937_000_000, 0) }))
	_, err = late.Verify(signed(t, "{}", Stripe), []byte("{}"))
	refused(t, err, ErrInvalidArgument, "Now is 1736937000000, as if in milliseconds")
}

func TestAHeaderThatOccursTwiceIsADuplicateHoweverItIsWritten(t *testing.T) {
	v := verifierOf(t, GitHub)
	value := signed(t, "{}", GitHub).Get("X-Hub-Signature-256")
	for _, header := range []http.Header{
		{"X-Hub-Signature-256": {value, value}},
		{"X-Hub-Signature-256": {value}, "x-hub-signature-256": {value}},
		{"X-HUB-SIGNATURE-256": {value}, "x-Hub-Signature-256": {"another"}},
		{"X-Hub-Signature-256": make([]string, 1000)},
	} {
		_, err := v.Verify(header, []byte("{}"))
		refused(t, err, ErrDuplicateHeader, "X-Hub-Signature-256")
	}
	for _, header := range []http.Header{
		{"x-hub-signature-256": {value}},
		{"X-HUB-SIGNATURE-256": {value}, "X-Hub-Signature": {"sha1=00"}},
		{"X-Hub-Signature-256": {value}, "x-hub-signature-256": {}},
	} {
		if _, err := v.Verify(header, []byte("{}")); err != nil {
			t.Errorf("%v: %v", header, err)
		}
	}
	for _, header := range []http.Header{{}, {"X-Hub-Signature-256": nil}, {"X-Hub-Signature-256\u212a": {value}}} {
		_, err := v.Verify(header, []byte("{}"))
		refused(t, err, ErrMissingHeader)
	}
}

func TestHeadersOfAnySizeAreRead(t *testing.T) {
	v := verifierOf(t)
	genuine := signed(t, "{}")
	for _, size := range []int{0, 1, 63, 65, 1023, 1024, 1025, 65_536, 1 << 20} {
		header := genuine.Clone()
		header.Set("X-Contio-Signature", strings.Repeat("f", size))
		header.Set("X-Unrelated", strings.Repeat("x", size))
		_, err := v.Verify(header, []byte("{}"))
		refused(t, err, ErrMalformedSignature)
	}
	stripe := verifierOf(t, Stripe)
	header := signed(t, "{}", Stripe)
	// Items of other versions are skipped.
	header.Set("Stripe-Signature", header.Get("Stripe-Signature")+","+strings.Repeat("v0=00,", 20_000)+"v0=")
	if _, err := stripe.Verify(header, []byte("{}")); err != nil {
		t.Error(err)
	}
	if _, err := v.Verify(genuine, []byte("{}")); err != nil {
		t.Error(err)
	}
}

func TestBodiesOfAnySizeAreVerified(t *testing.T) {
	for _, scheme := range []Scheme{ContioTimestamped, GitHub, Stripe, Shopify} {
		v := verifierOf(t, scheme)
		for _, size := range []int{0, 1, 55, 56, 63, 64, 65, 4096, 65_536, 1 << 20} {
			body := bytes.Repeat([]byte{0xff}, size)
			header := signed(t, string(body), scheme)
			d, err := v.Verify(header, body)
			if err != nil || !bytes.Equal(d.Body(), body) {
				t.Fatalf("%s, %d bytes: %v", scheme, size, err)
			}
			_, err = v.Verify(header, append(body, 0))
			refused(t, err, ErrSignatureMismatch)
			if size > 0 {
				_, err = v.Verify(header, body[1:])
				refused(t, err, ErrSignatureMismatch)
			}
		}
		if _, err := v.Verify(signed(t, "", scheme), nil); err != nil {
			t.Error(err)
		}
	}
}

func TestSecretsMayBeLongAndMayBeBytes(t *testing.T) {
	for _, size := range []int{1, 64, 65, 1024, 1025, 70_000} {
		secret := strings.Repeat("s", size)
		header, err := Sign([]byte("{}"), secret, GitHub)
		if err != nil {
			t.Fatal(err)
		}
		for _, make := range []func() (*Verifier, error){
			func() (*Verifier, error) { return New(secret, GitHub) },
			func() (*Verifier, error) { return NewWithKey([]byte(secret), GitHub) },
			func() (*Verifier, error) { return New(testSecret, GitHub, OtherKey([]byte(secret))) },
		} {
			v, err := make()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := v.Verify(header, []byte("{}")); err != nil {
				t.Errorf("%d bytes: %v", size, err)
			}
		}
	}
}

func TestTheIndexOfTheSecretIsReported(t *testing.T) {
	secrets := []string{"the first secret", "the second secret", "the third secret"}
	v, err := New(secrets[0], OtherSecret(secrets[1]), OtherSecret(secrets[2]), GitHub)
	if err != nil {
		t.Fatal(err)
	}
	for index, secret := range secrets {
		header, err := Sign([]byte("{}"), secret, GitHub)
		if err != nil {
			t.Fatal(err)
		}
		d, err := v.Verify(header, []byte("{}"))
		if err != nil || d.SecretIndex() != index {
			t.Errorf("%v, %v", d, err)
		}
	}
}

func TestNothingThatIsPrintedShowsASecret(t *testing.T) {
	v := verifierOf(t, GitHub)
	header := signed(t, "a body", GitHub)
	d, err := v.Verify(header, []byte("a body"))
	if err != nil {
		t.Fatal(err)
	}
	_, refusal := v.Verify(http.Header{"X-Hub-Signature-256": {"sha256=" + strings.Repeat("e", 64)}}, []byte("a body"))
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		for _, value := range []any{v, d, refusal} {
			text := fmt.Sprintf(format, value)
			if strings.Contains(text, testSecret) || strings.Contains(text, "a body") || strings.Contains(text, "sha256=") {
				t.Errorf("%s shows %s", format, text)
			}
		}
	}
}

func TestTheDigestOfABodyIsItsSHA256(t *testing.T) {
	v := verifierOf(t, GitHub)
	for body, want := range map[string]string{
		"":   "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"{}": "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
	} {
		d, err := v.Verify(signed(t, body, GitHub), []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%x", d.BodyDigest()); got != want {
			t.Errorf("%q: %s instead of %s", body, got, want)
		}
	}
}

func TestLimitsInTheTextOfASchemeAreThoseOfTheVerifier(t *testing.T) {
	limited := Scheme(`{"preset":"github","limits":{"max_body":10}}`)
	unlimited := Scheme(`{"preset":"github","limits":{"max_body":null}}`)
	for _, c := range []struct {
		options []Option
		limit   uint64
		isSet   bool
	}{
		{[]Option{GitHub}, 1<<32 - 1, false},
		{[]Option{limited}, 10, true},
		{[]Option{limited, MaxBody(20)}, 20, true},
		{[]Option{unlimited}, 1<<32 - 1, true},
		{[]Option{MaxBody(1 << 40)}, 1<<32 - 1, true},
	} {
		v := verifierOf(t, c.options...)
		if v.maxBody != c.limit || v.limitsBody != c.isSet {
			t.Errorf("%v: %d, %v", c.options, v.maxBody, v.limitsBody)
		}
	}
	body := "more than ten bytes"
	_, err := verifierOf(t, limited).Verify(signed(t, body, GitHub), []byte(body))
	refused(t, err, ErrBodyTooLarge, "it has 19 bytes or more, and 10 are allowed")
	_, err = verifierOf(t, MaxBody(10)).Verify(http.Header{}, []byte(body))
	refused(t, err, ErrBodyTooLarge)
}

func TestAReaderRefusesAForgedBodyAtItsEnd(t *testing.T) {
	for _, scheme := range []Scheme{ContioTimestamped, ContioBody, GitHub, Stripe} {
		v := verifierOf(t, scheme)
		body := envelopeOf(strings.Repeat("a long title ", 10_000))
		header := signed(t, body, scheme)
		r, err := v.NewReader(header, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Delivery(); !errors.Is(err, ErrInvalidArgument) {
			t.Errorf("a delivery before its end: %v", err)
		}
		if passed, err := io.ReadAll(r); err != nil || string(passed) != body {
			t.Errorf("%s: %v", scheme, err)
		}
		if n, err := r.Read(make([]byte, 1)); n != 0 || err != io.EOF {
			t.Errorf("after the end: %d, %v", n, err)
		}
		d, err := r.Delivery()
		if err != nil || d.Scheme() != string(scheme) {
			t.Errorf("%v, %v", d, err)
		}
		forged, err := v.NewReader(header, strings.NewReader(strings.Replace(body, "long", "wrong", 1)))
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.ReadAll(forged)
		refused(t, err, ErrSignatureMismatch)
		_, err = forged.Delivery()
		refused(t, err, ErrSignatureMismatch)
		short := verifierOf(t, scheme, MaxBody(1000))
		limited, err := short.NewReader(header, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		passed, err := io.ReadAll(limited)
		refused(t, err, ErrBodyTooLarge)
		if len(passed) > 1000 {
			t.Errorf("%d bytes were passed on", len(passed))
		}
		broken := errors.New("the connection broke")
		failing, err := v.NewReader(header, io.MultiReader(strings.NewReader(body[:100]), &failingReader{broken}))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(failing); err != broken {
			t.Errorf("%v instead of the reader's error", err)
		}
	}
	_, err := verifierOf(t).NewReader(http.Header{}, strings.NewReader(""))
	refused(t, err, ErrMissingHeader)
}

func TestAReaderKnowsTheKeyAndTheWholeDeliveryIfItIsAsked(t *testing.T) {
	for _, scheme := range []Scheme{ContioTimestamped, ContioBody, GitHub, StandardWebhooks, Shopify} {
		v, err := New("whsec_c2VjcmV0IGZvciB0ZXN0cyBvbmx5", scheme)
		if err != nil {
			t.Fatal(err)
		}
		v.config.now = func() time.Time { return time.Unix(1_736_937_000, 0) }
		body := envelopeOf(strings.Repeat("a title ", 5_000))
		signing := []SignOption{scheme, SignedAt(v.config.now())}
		if scheme == StandardWebhooks {
			signing = append(signing, SignedID("msg-1"))
		}
		header, err := Sign([]byte(body), "whsec_c2VjcmV0IGZvciB0ZXN0cyBvbmx5", signing...)
		if err != nil {
			t.Fatal(err)
		}
		header.Set("X-Shopify-Topic", "orders/create")
		whole, err := v.Verify(header, []byte(body))
		if err != nil {
			t.Fatalf("%s: %v", scheme, err)
		}
		want, _ := whole.Key()
		for asked, options := range [][]ReaderOption{nil, {WithKey()}, {WithBody()}, {WithKey(), WithBody()}} {
			r, err := v.NewReader(header, strings.NewReader(body), options...)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, r); err != nil {
				t.Fatalf("%s: %v", scheme, err)
			}
			d, err := r.Delivery()
			if err != nil {
				t.Fatal(err)
			}
			key, hasKey := d.Key()
			digest, hasDigest := d.BodyDigest()
			if hasKey != (asked > 0) || hasDigest != (asked > 0) {
				t.Errorf("%s, %d: a key %v, a digest %v", scheme, asked, hasKey, hasDigest)
			}
			if hasKey && (key != want || digest != whole.BodyDigest()) {
				t.Errorf("%s: %v and not %v", scheme, key, want)
			}
			kept, hasBody := d.Whole()
			if hasBody != (asked >= 2) {
				t.Errorf("%s, %d: a body %v", scheme, asked, hasBody)
			}
			if !hasBody {
				continue
			}
			if string(kept.Body()) != body || kept.ID() != whole.ID() || kept.Scheme() != whole.Scheme() {
				t.Errorf("%s: %v is another delivery", scheme, kept)
			}
			event, err := kept.Event()
			if kept.HasEnvelope() && (err != nil || EnvelopeOf(event).EventID != "evt-1") {
				t.Errorf("%s: %v, %v", scheme, event, err)
			}
		}
	}
}

func TestAReaderThatKeepsTheBodyHasALimit(t *testing.T) {
	body := strings.Repeat("x", DefaultMaxBody+1)
	header := signed(t, body, GitHub)
	for _, c := range []struct {
		v       *Verifier
		refuses bool
	}{
		{verifierOf(t, GitHub), true},
		{verifierOf(t, GitHub, MaxBody(DefaultMaxBody+1)), false},
	} {
		r, err := c.v.NewReader(header, strings.NewReader(body), WithBody())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, r); errors.Is(err, ErrBodyTooLarge) != c.refuses {
			t.Errorf("%v", err)
		}
	}
	forged, err := verifierOf(t, GitHub).NewReader(header, strings.NewReader("y"), WithBody())
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(io.Discard, forged)
	refused(t, err, ErrSignatureMismatch)
	if d, err := forged.Delivery(); d != nil || err == nil {
		t.Error("a forged delivery is known as a whole")
	}
	_, err = verifierOf(t, GitHub).NewReader(header, strings.NewReader(body), nil)
	refused(t, err, ErrInvalidArgument)
}

type failingReader struct{ err error }

func (r *failingReader) Read([]byte) (int, error) { return 0, r.err }

func TestEventsHaveTheirTypeAndUnknownOnesAreKept(t *testing.T) {
	v := verifierOf(t, MaxEventAge(NoLimit))
	eventOf := func(body string) Event {
		t.Helper()
		d, err := v.Verify(signed(t, body), []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		event, err := d.Event()
		if err != nil {
			t.Fatal(err)
		}
		return event
	}
	meeting, ok := eventOf(envelopeOf(`a \"title\" \ud83d\ude00 \ud83d`)).(*MeetingCompletedEvent)
	if !ok || meeting.Data.Title != "a \"title\" \U0001f600 \ufffd" || meeting.EventID != "evt-1" || meeting.Data.MeetingID != "m-1" {
		t.Errorf("%+v", meeting)
	}
	unknown, ok := eventOf(strings.Replace(envelopeOf("x"), "meeting.completed", "meeting.archived", 1)).(*UnknownEvent)
	if !ok || unknown.Mismatch != nil || !strings.Contains(string(unknown.RawData()), `"title":"x"`) {
		t.Errorf("%+v", unknown)
	}
	for change, want := range map[string]string{
		`"meeting_id":"m-1",`: "the signature is valid, but a required field is missing: data.meeting_id",
		`"title":"x"`:         "the signature is valid, but a field has the wrong type: data.title",
	} {
		with := map[bool]string{true: "", false: `"title":7`}[strings.HasPrefix(change, `"meeting_id"`)]
		unknown, ok := eventOf(strings.Replace(envelopeOf("x"), change, with, 1)).(*UnknownEvent)
		if !ok || unknown.Mismatch == nil || unknown.Mismatch.Message != want {
			t.Errorf("%+v", unknown)
		}
	}
	// Names are compared as they are, and of two fields none is preferred.
	other := eventOf(strings.Replace(envelopeOf("x"), `"title":"x"`, `"title":"x","Title":"y","event_type":"z"`, 1))
	if meeting, ok := other.(*MeetingCompletedEvent); !ok || meeting.Data.Title != "x" || meeting.EventType != "meeting.completed" {
		t.Errorf("%+v", other)
	}
	double := eventOf(strings.Replace(envelopeOf("x"), `"title":"x"`, `"title":"x","titl\u0065":"y"`, 1))
	if unknown, ok := double.(*UnknownEvent); !ok || unknown.Mismatch.Code != ErrInvalidField {
		t.Errorf("%+v", double)
	}
	if len(EventTypes()) != len(eventTypes) || EventTypes()[0] == "" {
		t.Error(EventTypes())
	}
}

func TestAnEventIsWrittenAsItWasSent(t *testing.T) {
	v := verifierOf(t)
	known := strings.TrimSuffix(envelopeOf("x"), "}") + `,"actor_user_id":"u-1","for_user":{"id":"u-2"}}`
	var event Event
	for _, body := range []string{strings.Replace(known, "meeting.completed", "meeting.archived", 1), known} {
		d, err := v.Verify(signed(t, body), []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		if event, err = d.Event(); err != nil {
			t.Fatal(err)
		}
		written, err := json.Marshal(event)
		if err != nil {
			t.Fatal(err)
		}
		var one, other any
		if json.Unmarshal([]byte(body), &one) != nil || json.Unmarshal(written, &other) != nil {
			t.Fatal(string(written))
		}
		if fmt.Sprint(one) != fmt.Sprint(other) {
			t.Errorf("%s is written as %s", body, written)
		}
	}
	if envelope := EnvelopeOf(event); *envelope.ActorUserID != "u-1" || *envelope.ForUser.ID != "u-2" || envelope.ForUser.Email != nil {
		t.Errorf("%+v", envelope)
	}
}

func TestEveryErrorIsAnErrorOfItsCodeAndOfItsCause(t *testing.T) {
	cause := errors.New("the cause")
	err := NewError(ErrStoreUnavailable, "try again")
	err.Cause = cause
	wrapped := fmt.Errorf("handling: %w", err)
	var code Code
	if !errors.Is(wrapped, ErrStoreUnavailable) || !errors.Is(wrapped, cause) || errors.Is(wrapped, ErrInProgress) ||
		!errors.As(wrapped, &code) || code != ErrStoreUnavailable || code.Status() != 503 {
		t.Errorf("%v, %v", wrapped, code)
	}
	for _, code := range codes[1:] {
		if code.Status() < 400 || code.text() == string(code) {
			t.Errorf("%s has the status %d and the text %q", code, code.Status(), code.text())
		}
	}
}

func TestASignatureOfZerosIsNeverAccepted(t *testing.T) {
	zeros := http.Header{"X-Hub-Signature-256": {"sha256=" + strings.Repeat("0", 64)}}
	v := verifierOf(t, GitHub, MaxBody(10))
	_, err := v.Verify(zeros, []byte("{}"))
	refused(t, err, ErrSignatureMismatch)
	_, err = v.Verify(zeros, make([]byte, 11))
	refused(t, err, ErrBodyTooLarge)
	// Even if the core would allow a body of this size: where no MAC is made, nothing can be genuine.
	v = verifierOf(t, GitHub)
	v.maxBody = 10
	_, err = v.Verify(zeros, make([]byte, 11))
	refused(t, err, ErrBodyTooLarge)
	r, err := v.NewReader(zeros, bytes.NewReader(make([]byte, 11)))
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.ReadAll(r)
	refused(t, err, ErrBodyTooLarge)
}
