package hookseal_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"hookseal.invalid/go"
)

const secret = "a secret for these examples"

const body = `{"event_type":"meeting.completed","event_id":"evt-1","timestamp":"2025-01-15T10:30:00Z",` +
	`"partner_app_id":"app-1","data":{"meeting_id":"m-1","title":"Stand-up","workspace_id":"w-1",` +
	`"completed_at":"2025-01-15T10:29:58Z"}}`

// delivered is a request as a sender makes it.
func delivered(body string, options ...hookseal.SignOption) *http.Request {
	header, err := hookseal.Sign([]byte(body), secret, options...)
	if err != nil {
		panic(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/webhooks", strings.NewReader(body))
	for name, values := range header {
		r.Header[name] = values
	}
	return r
}

func Example() {
	verifier, err := hookseal.New(secret)
	if err != nil {
		panic(err)
	}
	handler := verifier.Handler(func(w http.ResponseWriter, r *http.Request, delivery *hookseal.Delivery) {
		event, err := delivery.Event()
		if err != nil {
			hookseal.Answer(w, err)
			return
		}
		switch event := event.(type) {
		case *hookseal.MeetingCompletedEvent:
			fmt.Println("completed:", event.Data.Title)
		default:
			fmt.Println("another event:", hookseal.EnvelopeOf(event).EventType)
		}
		w.WriteHeader(http.StatusNoContent)
	})

	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, delivered(body))
	fmt.Println(answer.Code)

	forged := delivered(body)
	forged.Body = io.NopCloser(strings.NewReader(strings.Replace(body, "Stand-up", "Sit-down", 1)))
	answer = httptest.NewRecorder()
	handler.ServeHTTP(answer, forged)
	fmt.Println(answer.Code, answer.Body)
	// Output:
	// completed: Stand-up
	// 204
	// 401 {"error":"signature_mismatch"}
}

func ExampleVerifier_Verify() {
	verifier, err := hookseal.New(secret, hookseal.GitHub)
	if err != nil {
		panic(err)
	}
	raw := []byte(`{"action":"opened"}`)
	header, err := hookseal.Sign(raw, secret, hookseal.GitHub)
	if err != nil {
		panic(err)
	}
	delivery, err := verifier.Verify(header, raw)
	if err != nil {
		panic(err)
	}
	var payload struct{ Action string }
	if err := delivery.JSON(&payload); err != nil {
		panic(err)
	}
	fmt.Println(delivery.Scheme(), payload.Action)
	// Output: github opened
}

func ExampleError() {
	verifier, err := hookseal.New(secret, hookseal.MaxAge(2*time.Minute))
	if err != nil {
		panic(err)
	}
	_, err = verifier.VerifyRequest(delivered(body, hookseal.SignedAt(time.Now().Add(-time.Hour))))
	if errors.Is(err, hookseal.ErrTimestampTooOld) {
		fmt.Println("too old")
	}
	var failure *hookseal.Error
	if errors.As(err, &failure) {
		fmt.Println(failure.Code, failure.Status)
	}
	// Output:
	// too old
	// timestamp_too_old 401
}

func ExampleVerifier_Middleware() {
	verifier, err := hookseal.New(secret, hookseal.MaxBody(64<<10), hookseal.OnRefusal(
		func(r *http.Request, err *hookseal.Error) { fmt.Println("refused:", err.Code) }))
	if err != nil {
		panic(err)
	}
	mux := http.NewServeMux()
	mux.Handle("POST /webhooks", verifier.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		delivery, _ := hookseal.FromContext(r.Context())
		again, _ := io.ReadAll(r.Body)
		fmt.Println(delivery.Scheme(), len(again) == len(delivery.Body()))
	})))
	mux.ServeHTTP(httptest.NewRecorder(), delivered(body))

	unsigned := httptest.NewRequest(http.MethodPost, "/webhooks", strings.NewReader(body))
	answer := httptest.NewRecorder()
	mux.ServeHTTP(answer, unsigned)
	fmt.Println(answer.Code)
	// Output:
	// contio-timestamped true
	// refused: missing_header
	// 400
}

func ExampleOtherSecret() {
	verifier, err := hookseal.New("the secret from now on", hookseal.OtherSecret(secret))
	if err != nil {
		panic(err)
	}
	delivery, err := verifier.VerifyRequest(delivered(body))
	fmt.Println(delivery.SecretIndex(), err)
	// Output: 1 <nil>
}

func ExampleScheme() {
	acme := hookseal.Scheme(`{
	  "name": "acme",
	  "signature": {"header": "X-Acme-Signature", "encoding": "hex", "prefix": "v1="},
	  "timestamp": {"header": "X-Acme-Time"},
	  "signed": "{timestamp}.{body}"
	}`)
	verifier, err := hookseal.New(secret, acme)
	if err != nil {
		panic(err)
	}
	delivery, err := verifier.VerifyRequest(delivered("anything", acme))
	fmt.Println(delivery, err)

	_, err = hookseal.New(secret, hookseal.Scheme(`{"name": "acme", "signature": {"hedaer": "X"}}`))
	fmt.Println(err)
	// Output:
	// hookseal.Delivery(acme) <nil>
	// hookseal: the scheme cannot be used: signature.hedaer: there is no such member (line 1, column 32) (invalid_scheme)
}

func ExampleVerifier_NewReader() {
	verifier, err := hookseal.New(secret, hookseal.GitHub)
	if err != nil {
		panic(err)
	}
	r := delivered(strings.Repeat("large ", 1000), hookseal.GitHub)
	body, err := verifier.NewReader(r.Header, r.Body)
	if err != nil {
		panic(err)
	}
	// It ends without an error only if the delivery is genuine.
	written, err := io.Copy(io.Discard, body)
	fmt.Println(written, err)
	delivery, err := body.Delivery()
	fmt.Println(delivery.Scheme(), err)
	// Output:
	// 6000 <nil>
	// github <nil>
}

func ExampleWithKey() {
	verifier, err := hookseal.New(secret)
	if err != nil {
		panic(err)
	}
	r := delivered(body)
	reader, err := verifier.NewReader(r.Header, r.Body, hookseal.WithKey())
	if err != nil {
		panic(err)
	}
	if _, err := io.Copy(io.Discard, reader); err != nil {
		panic(err)
	}
	delivery, err := reader.Delivery()
	if err != nil {
		panic(err)
	}
	key, ok := delivery.Key()
	fmt.Println(key, ok)
	// Output: 0.6.contio5.evt-1 true
}

func ExampleWithBody() {
	verifier, err := hookseal.New(secret, hookseal.MaxBody(64<<10))
	if err != nil {
		panic(err)
	}
	r := delivered(body)
	reader, err := verifier.NewReader(r.Header, r.Body, hookseal.WithBody())
	if err != nil {
		panic(err)
	}
	// The body goes elsewhere while it is verified, and is known in the end.
	if _, err := io.Copy(io.Discard, reader); err != nil {
		panic(err)
	}
	streamed, err := reader.Delivery()
	if err != nil {
		panic(err)
	}
	delivery, _ := streamed.Whole()
	event, err := delivery.Event()
	fmt.Println(hookseal.EnvelopeOf(event), err)
	// Output: hookseal.Event("meeting.completed", "evt-1") <nil>
}

func ExampleDelivery_Key() {
	verifier, err := hookseal.New(secret)
	if err != nil {
		panic(err)
	}
	delivery, err := verifier.VerifyRequest(delivered(body))
	if err != nil {
		panic(err)
	}
	key, ok := delivery.Key()
	fmt.Println(key.Scheme(), key.ID(), ok)
	fmt.Println(key.Text("tenant-7"))
	// Output:
	// contio evt-1 true
	// 8.tenant-76.contio5.evt-1
}

func ExampleVerifyAny() {
	github, err := hookseal.New(secret, hookseal.GitHub)
	if err != nil {
		panic(err)
	}
	stripe, err := hookseal.New(secret, hookseal.Stripe)
	if err != nil {
		panic(err)
	}
	r := delivered("{}", hookseal.Stripe)
	index, delivery, err := hookseal.VerifyAny(r.Header, []byte("{}"), github, stripe)
	fmt.Println(index, delivery.Scheme(), err)
	// Output: 1 stripe <nil>
}
