package once_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"hookseal.invalid/go/once"
)

// serve starts a real server, and returns how to post a delivery to it: the status, the header and the body.
func serve(t *testing.T, handler http.Handler) func(id string) (int, http.Header, string) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return func(id string) (int, http.Header, string) {
		body := envelope(id, "Stand-up")
		request, err := http.NewRequest("POST", server.URL, bytes.NewReader(body))
		check(t, err)
		request.Header = signed(t, body)
		response, err := server.Client().Do(request)
		check(t, err)
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		check(t, err)
		return response.StatusCode, response.Header, string(text)
	}
}

func TestAHandlerAnswersDuplicatesLikeSuccesses(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		o := newOnce(t, p.open(t))
		var runs atomic.Int32
		post := serve(t, verifier(t).Handler(o.Handler(func(_ context.Context, attempt *once.Attempt) error {
			if runs.Add(1) == 1 {
				return errHandler
			}
			_, err := attempt.Delivery().Event()
			return err
		})))
		for _, want := range []int{500, 200, 200} {
			status, _, body := post("evt-1")
			equal(t, status, want)
			equal(t, body, "")
		}
		equal(t, runs.Load(), 2)
	})
}

func TestADeliveryThatIsToComeLaterIsAnswered503WithRetryAfter(t *testing.T) {
	o := newOnce(t, &once.Memory{})
	release, running := make(chan struct{}), make(chan struct{})
	post := serve(t, verifier(t).Handler(o.Handler(func(context.Context, *once.Attempt) error {
		close(running)
		<-release
		return nil
	})))
	done := make(chan int)
	go func() {
		status, _, _ := post("evt-1")
		done <- status
	}()
	<-running
	status, header, body := post("evt-1")
	equal(t, status, 503)
	equal(t, body, "{\"error\":\"in_progress\"}\n")
	seconds, err := strconv.Atoi(header.Get("Retry-After"))
	check(t, err)
	if seconds < 1 || seconds > 45 {
		t.Errorf("Retry-After is %d", seconds)
	}
	close(release)
	equal(t, <-done, 200)

	down := place{"postgres", address(freePort())}
	closed, err := once.New(&once.Postgres{DB: down.db(t)}, once.Scope("test"))
	check(t, err)
	post = serve(t, verifier(t).Middleware(closed.Middleware(http.NotFoundHandler())))
	status, header, body = post("evt-1")
	equal(t, status, 503)
	equal(t, header.Get("Retry-After"), "30")
	equal(t, body, "{\"error\":\"store_unavailable\"}\n")
}

func TestAMiddlewareReleasesWhatItsHandlerAnsweredWithAnError(t *testing.T) {
	o := newOnce(t, &once.Memory{})
	runs := 0
	post := serve(t, verifier(t).Middleware(o.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		attempt, ok := once.FromContext(r.Context())
		equal(t, ok, true)
		equal(t, attempt.Key().ID(), "evt-1")
		runs++
		switch runs {
		case 1:
			http.Error(w, "no", http.StatusTeapot)
		case 2:
			panic(http.ErrAbortHandler)
		default:
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(http.StatusAccepted)
			check(t, http.NewResponseController(w).Flush())
			io.WriteString(w, "done")
		}
	}))))
	status, _, body := post("evt-1")
	equal(t, status, http.StatusTeapot)
	equal(t, body, "no\n")
	func() {
		defer func() { recover() }()
		body := envelope("evt-1", "Stand-up")
		request := httptest.NewRequest("POST", "/", bytes.NewReader(body))
		request.Header = signed(t, body)
		handler := o.Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("a panic") }))
		verifier(t).Middleware(handler).ServeHTTP(httptest.NewRecorder(), request)
		t.Error("the panic was swallowed")
	}()
	runs = 2
	status, _, body = post("evt-1")
	equal(t, status, http.StatusAccepted)
	equal(t, body, "done")
	status, _, body = post("evt-1")
	equal(t, status, 200)
	equal(t, body, "")
	equal(t, runs, 3)
}

func TestASenderThatHangsUpReleasesTheClaim(t *testing.T) {
	var seen notices
	o := newOnce(t, &once.Memory{}, seen.option())
	began, ended := make(chan struct{}, 1), make(chan struct{}, 1)
	inner := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		began <- struct{}{}
		<-r.Context().Done()
	})
	server := httptest.NewServer(verifier(t).Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.Middleware(inner).ServeHTTP(w, r)
		ended <- struct{}{}
	})))
	defer server.Close()
	ctx, hangUp := context.WithCancel(t.Context())
	body := envelope("evt-1", "Stand-up")
	request, err := http.NewRequestWithContext(ctx, "POST", server.URL, bytes.NewReader(body))
	check(t, err)
	request.Header = signed(t, body)
	go func() {
		<-began
		hangUp()
	}()
	_, err = server.Client().Do(request)
	equal(t, errors.Is(err, context.Canceled), true)
	select {
	case <-ended:
	case <-time.After(wait):
		t.Fatal("the handler did not end")
	}
	_, answer := claimed(t, o, delivery(t, "evt-1"))
	equal(t, answer, "runs")
	equal(t, seen.names(), "")
}

func TestAMiddlewareWithoutAVerifierAnswers500(t *testing.T) {
	o := newOnce(t, &once.Memory{})
	recorder := httptest.NewRecorder()
	o.Middleware(http.NotFoundHandler()).ServeHTTP(recorder, httptest.NewRequest("POST", "/", nil))
	equal(t, recorder.Code, 500)
}
