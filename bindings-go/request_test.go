package hookseal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// post sends a request to a server and returns the status and the body of the answer.
func post(t *testing.T, url, body string, header http.Header, change ...func(*http.Request)) (int, string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		r.Header[name] = values
	}
	for _, change := range change {
		change(r)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// chunked hides the length of a request's body.
func chunked(r *http.Request) { r.ContentLength, r.Body = -1, io.NopCloser(r.Body) }

func TestAServerAnswersWhatIsNotGenuineWithTheStatusOfItsCode(t *testing.T) {
	var handled, reported atomic.Int32
	v := verifierOf(t, MaxBody(1000), OnRefusal(func(*http.Request, *Error) { reported.Add(1) }))
	server := httptest.NewServer(v.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d, ok := FromContext(r.Context())
		again, err := io.ReadAll(r.Body)
		if !ok || err != nil || !bytes.Equal(again, d.Body()) || d.envelope.Load() == nil {
			t.Errorf("%v, %v, %q", ok, err, again)
		}
		handled.Add(1)
		w.WriteHeader(http.StatusNoContent)
	})))
	defer server.Close()
	body := envelopeOf("x")
	large := envelopeOf(strings.Repeat("x", 2000))
	twice := signed(t, body)
	twice["X-Contio-Signature"] = append(twice["X-Contio-Signature"], strings.Repeat("0", 64))
	for name, c := range map[string]struct {
		body   string
		header http.Header
		change func(*http.Request)
		status int
		code   Code
	}{
		"genuine":            {body: body, header: signed(t, body), status: 204},
		"in chunks":          {body: body, header: signed(t, body), change: chunked, status: 204},
		"forged":             {body: body, header: signed(t, large), status: 401, code: ErrSignatureMismatch},
		"unsigned":           {body: body, status: 400, code: ErrMissingHeader},
		"signed twice":       {body: body, header: twice, status: 400, code: ErrDuplicateHeader},
		"too large":          {body: large, header: signed(t, large), status: 413, code: ErrBodyTooLarge},
		"too large, chunked": {body: large, header: signed(t, large), change: chunked, status: 413, code: ErrBodyTooLarge},
		"no event":           {body: "[]", header: signed(t, "[]"), status: 400, code: ErrMalformedEnvelope},
		"empty":              {header: signed(t, ""), status: 400, code: ErrMalformedEnvelope},
	} {
		t.Run(name, func(t *testing.T) {
			before, change := handled.Load(), c.change
			if change == nil {
				change = func(*http.Request) {}
			}
			status, answer := post(t, server.URL, c.body, c.header, change)
			expected := ""
			if c.code != "" {
				expected = `{"error":"` + string(c.code) + "\"}\n"
			}
			if status != c.status || answer != expected || (handled.Load() > before) != (status == 204) {
				t.Errorf("%d %q instead of %d %q", status, answer, c.status, expected)
			}
		})
	}
	if handled.Load() != 2 || reported.Load() != 7 {
		t.Errorf("%d were handled and %d reported", handled.Load(), reported.Load())
	}
}

func TestARequestThatEndsEarlyIsNotHandled(t *testing.T) {
	refusal := make(chan *Error, 1)
	v := verifierOf(t, OnRefusal(func(_ *http.Request, err *Error) { refusal <- err }))
	server := httptest.NewServer(v.Handler(func(http.ResponseWriter, *http.Request, *Delivery) {
		t.Error("it was handled")
	}))
	defer server.Close()
	connection, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	fmt.Fprintf(connection, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
	if err := connection.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil || answer.StatusCode != 400 {
		t.Errorf("%v, %v", answer, err)
	}
	got := <-refusal
	refused(t, got, ErrBodyNotRead)
	if !errors.Is(got, io.ErrUnexpectedEOF) {
		t.Errorf("the cause is missing: %v", got)
	}
}

func TestABodyThatOtherCodeHasReadIsNamed(t *testing.T) {
	v := verifierOf(t, GitHub)
	body := "payload=" + strings.Repeat("x", 10)
	request := func(contentType string) *http.Request {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		for name, values := range signed(t, body, GitHub) {
			r.Header[name] = values
		}
		r.Header.Set("Content-Type", contentType)
		return r
	}
	form := "application/x-www-form-urlencoded; charset=utf-8"
	r := request(form)
	_, _ = io.ReadAll(r.Body)
	_, err := v.VerifyRequest(r)
	refused(t, err, ErrInvalidArgument, "the body was read before it was verified", "io.NopCloser")
	r = request(form)
	if err := r.ParseForm(); err != nil {
		t.Fatal(err)
	}
	_, err = v.VerifyRequest(r)
	refused(t, err, ErrBodyNotRead, "other code has parsed it as a form")
	// A parser that leaves a body alone is no harm.
	r = request("application/json")
	if err := r.ParseForm(); err != nil {
		t.Fatal(err)
	}
	if _, err := v.VerifyRequest(r); err != nil {
		t.Error(err)
	}
	// A request without a body is verified as it is.
	r = httptest.NewRequest(http.MethodPost, "/", nil)
	r.Header = signed(t, "", GitHub)
	r.Body = nil
	if _, err := v.VerifyRequest(r); err != nil {
		t.Error(err)
	}
}

func TestWithoutALimitOneMebibyteIsRead(t *testing.T) {
	v := verifierOf(t, GitHub)
	for size, want := range map[int]Code{DefaultMaxBody: "", DefaultMaxBody + 1: ErrBodyTooLarge} {
		for _, declared := range []bool{true, false} {
			body := strings.Repeat("x", size)
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
			r.Header = signed(t, body, GitHub)
			if !declared {
				r.ContentLength = -1
			}
			_, err := v.VerifyRequest(r)
			if want == "" && err != nil {
				t.Error(err)
			} else if want != "" {
				refused(t, err, want, "1048576 bytes")
			}
		}
	}
}

func TestADeclaredLengthIsNotTrusted(t *testing.T) {
	v := verifierOf(t, GitHub, MaxBody(1<<31))
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("short"))
	r.Header = signed(t, "short", GitHub)
	r.ContentLength = 1 << 30
	if testing.AllocsPerRun(1, func() {
		r.Body = io.NopCloser(strings.NewReader("short"))
		if _, err := v.VerifyRequest(r); err != nil {
			t.Error(err)
		}
	}) > 100 {
		t.Error("it allocates much")
	}
	if result := testing.Benchmark(func(b *testing.B) {
		for range b.N {
			r.Body = io.NopCloser(strings.NewReader("short"))
			_, _ = v.VerifyRequest(r)
		}
	}); result.AllocedBytesPerOp() > 4<<20 {
		t.Errorf("%d bytes are allocated for what a header declares", result.AllocedBytesPerOp())
	}
}

func TestAnAnswerHasTheStatusOfTheErrorAndNothingOfOtherErrors(t *testing.T) {
	busy := NewError(ErrInProgress, "")
	busy.RetryAfter = 1500 * time.Millisecond
	for _, c := range []struct {
		err    error
		status int
		code   string
		after  string
	}{
		{NewError(ErrMissingField, "data.title"), 400, "missing_field", ""},
		{fmt.Errorf("handling: %w", busy), 503, "in_progress", "2"},
		{errors.New("password=hunter2"), 500, "invalid_argument", ""},
	} {
		answer := httptest.NewRecorder()
		Answer(answer, c.err)
		var body map[string]string
		if err := json.Unmarshal(answer.Body.Bytes(), &body); err != nil {
			t.Fatal(err)
		}
		if answer.Code != c.status || body["error"] != c.code || len(body) != 1 || answer.Header().Get("Retry-After") != c.after {
			t.Errorf("%v is answered %d %v %v", c.err, answer.Code, body, answer.Header())
		}
	}
}

func TestAVerifierThatWasNotMadeRefusesRequests(t *testing.T) {
	var v *Verifier
	answer := httptest.NewRecorder()
	v.Middleware(http.NotFoundHandler()).ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/", nil))
	if answer.Code != 500 {
		t.Errorf("answered %d", answer.Code)
	}
}
