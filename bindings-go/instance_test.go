package hookseal

import (
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

const testSecret = "a secret for these tests"

// testClock is a function, since a variable would be set on import.
func testClock() time.Time { return time.Unix(1_736_937_000, 0) }

func signed(t testing.TB, body string, options ...SignOption) http.Header {
	t.Helper()
	header, err := Sign([]byte(body), testSecret, append([]SignOption{SignedAt(testClock())}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	return header
}

func verifierOf(t testing.TB, options ...Option) *Verifier {
	t.Helper()
	v, err := New(testSecret, append([]Option{Now(testClock)}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestAnInstanceThatStoppedIsThrownAwayAndTheNextCallSucceeds(t *testing.T) {
	v := verifierOf(t, GitHub)
	header := signed(t, "{}", GitHub)
	for range 3 {
		broken := v.pool.idle[0]
		// A memory that has shrunk stops every access beyond it.
		*broken.module.Xmemory().Slice() = broken.memory()[:100]
		_, err := v.Verify(header, []byte("{}"))
		var failure *Error
		if !errors.As(err, &failure) || failure.Status != 500 || !strings.Contains(failure.Message, "the core stopped") {
			t.Fatalf("an instance without memory gives %v", err)
		}
		if len(v.pool.idle) != 0 || v.pool.made != 0 {
			t.Fatalf("%d idle instances of %d", len(v.pool.idle), v.pool.made)
		}
		if _, err := v.Verify(header, []byte("{}")); err != nil {
			t.Fatal(err)
		}
		if v.pool.idle[0] == broken {
			t.Fatal("the instance was kept")
		}
	}
}

func TestGoroutinesShareAVerifierAndItsInstancesAreBounded(t *testing.T) {
	v := verifierOf(t)
	limit := v.pool.limit
	genuine, forged := signed(t, "a body"), signed(t, "another body")
	var group sync.WaitGroup
	for range 8 {
		group.Add(1)
		go func() {
			defer group.Done()
			for range 500 {
				if _, err := v.Verify(genuine, []byte("a body")); err != nil {
					t.Error(err)
					return
				}
				if _, err := v.Verify(forged, []byte("a body")); !errors.Is(err, ErrSignatureMismatch) {
					t.Errorf("a forged delivery gives %v", err)
					return
				}
			}
		}()
	}
	group.Wait()
	if v.pool.made > limit || len(v.pool.idle) != v.pool.made {
		t.Fatalf("%d instances were made, %d are idle, and the limit is %d", v.pool.made, len(v.pool.idle), limit)
	}
}

func TestACallWaitsForAnInstanceIfAllAreInUse(t *testing.T) {
	v := verifierOf(t, GitHub)
	v.pool.limit = 1
	header := signed(t, "{}", GitHub)
	taken, failure := v.pool.get()
	if failure != nil {
		t.Fatal(failure)
	}
	verdict := make(chan error)
	go func() {
		_, err := v.Verify(header, []byte("{}"))
		verdict <- err
	}()
	select {
	case err := <-verdict:
		t.Fatalf("a verdict without an instance: %v", err)
	case <-time.After(20 * time.Millisecond):
	}
	v.pool.put(taken)
	if err := <-verdict; err != nil || v.pool.made != 1 {
		t.Fatalf("%v, %d instances", err, v.pool.made)
	}
}

func TestAnInstanceTakesTwoPagesAndOneThatALargeBodyHasGrownIsNotKept(t *testing.T) {
	v := verifierOf(t, ContioBody, MaxEventAge(NoLimit))
	if size := len(v.pool.idle[0].memory()); size > 3<<16 {
		t.Fatalf("an instance takes %d bytes", size)
	}
	small, large := envelopeOf("x"), envelopeOf(strings.Repeat("x", 1<<20))
	for _, body := range []string{small, large, small} {
		d, err := v.Verify(signed(t, body, ContioBody), []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Event(); err != nil {
			t.Fatal(err)
		}
		for _, idle := range v.pool.idle {
			if len(idle.memory()) > maxKept {
				t.Fatalf("an instance of %d bytes was kept", len(idle.memory()))
			}
		}
	}
}

func TestAMillionVerificationsLeaveNothingBehind(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long under the race detector")
	}
	v := verifierOf(t)
	body := []byte(envelopeOf("a title"))
	genuine, forged := signed(t, string(body)), signed(t, "another body")
	long := http.Header{"X-Contio-Signature": {strings.Repeat("f", 5000)}, "X-Contio-Timestamp": {"1"}}
	verify := func(count int) (live uint64) {
		for n := range count {
			if _, err := v.Verify(genuine, body); err != nil {
				t.Fatal(err)
			}
			switch n % 8 {
			case 0:
				if _, err := v.Verify(forged, body); err == nil {
					t.Fatal("a forged delivery is accepted")
				}
			case 4:
				if _, err := v.Verify(long, body); err == nil {
					t.Fatal("a long signature is accepted")
				}
			}
		}
		runtime.GC()
		runtime.GC()
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return stats.HeapAlloc
	}
	before := verify(10_000)
	size := len(v.pool.idle[0].memory())
	after := verify(1_000_000)
	if after > before+64<<10 || len(v.pool.idle[0].memory()) != size || v.pool.made != 1 {
		t.Fatalf("%d bytes are live, and were %d before; the instance has %d, and had %d; %d were made", after, before,
			len(v.pool.idle[0].memory()), size, v.pool.made)
	}
}

func TestAVerificationAllocatesTheDeliveryAndNothingElse(t *testing.T) {
	for _, scheme := range []Scheme{ContioTimestamped, StandardWebhooks, GitHub, Stripe} {
		id := SignedID("msg_1")
		options := []SignOption{scheme}
		secret := testSecret
		if scheme == StandardWebhooks {
			options, secret = append(options, id), "whsec_YSBzZWNyZXQgb2YgdGhlc2UgYmVuY2hlcw=="
		}
		header, err := Sign([]byte("{}"), secret, append(options, SignedAt(testClock()))...)
		if err != nil {
			t.Fatal(err)
		}
		v, err := New(secret, scheme, Now(testClock))
		if err != nil {
			t.Fatal(err)
		}
		body := []byte("{}")
		count := testing.AllocsPerRun(1000, func() {
			if _, err := v.Verify(header, body); err != nil {
				t.Fatal(err)
			}
		})
		if count > 1 {
			t.Errorf("%s: %v allocations", scheme, count)
		}
	}
}

// TestImportingThePackageDoesNothing runs this test's own binary, which lists what is done before main.
func TestImportingThePackageDoesNothing(t *testing.T) {
	if runtime.GOOS == "wasip1" || runtime.GOOS == "js" {
		t.Skip("there are no processes")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	run := exec.Command(self, "-test.run", "^$")
	run.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	output, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	if !strings.Contains(string(output), "init runtime") {
		t.Fatalf("nothing was traced: %s", output)
	}
	for line := range strings.Lines(string(output)) {
		if strings.HasPrefix(line, "init ") && strings.Contains(line, "hookseal") && !strings.Contains(line, "_test") {
			t.Errorf("something is done on import: %s", line)
		}
	}
}

func TestAReaderThatIsNeverReadToItsEndHoldsNoInstance(t *testing.T) {
	v := verifierOf(t, ContioBody, MaxEventAge(NoLimit))
	v.pool.limit = 1
	body := envelopeOf("a title")
	header := signed(t, body, ContioBody)
	for range 5 {
		r, err := v.NewReader(header, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(r, make([]byte, 10)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := v.Verify(header, []byte(body)); err != nil {
		t.Fatal(err)
	}
}

func envelopeOf(title string) string {
	return `{"event_type":"meeting.completed","event_id":"evt-1","timestamp":"2025-01-15T10:30:00Z",` +
		`"partner_app_id":"app-1","data":{"meeting_id":"m-1","title":"` + title + `","workspace_id":"w-1",` +
		`"completed_at":"2025-01-15T10:29:58Z"}}`
}

// isWiped is whether the verifier of an instance is gone, with its prepared secrets.
func isWiped(i *instance) bool {
	return i.module.Xhookseal_mac_key(i.verifier, 0, i.scratch+textAt, textSize) < 0
}

func TestAReaderLeavesNoSecretBehindHoweverItEnds(t *testing.T) {
	body := `{"event_type":"a","event_id":"e","timestamp":"2025-01-15T10:30:00Z","partner_app_id":"p","data":{}}`
	for name, sent := range map[string]string{"genuine": body, "forged": body + " ", "too large": body + strings.Repeat(" ", 200)} {
		v := verifierOf(t, ContioTimestamped, MaxBody(200))
		r, err := v.NewReader(signed(t, body, ContioTimestamped), strings.NewReader(sent), WithKey())
		if err != nil {
			t.Fatal(err)
		}
		used := r.core.instance
		if isWiped(used) {
			t.Fatal("an instance in use has no secret")
		}
		if _, err := io.Copy(io.Discard, r); (err == nil) != (name == "genuine") {
			t.Fatalf("%s: %v", name, err)
		}
		if r.core != nil || !isWiped(used) {
			t.Errorf("%s: the secret is still in the core's memory", name)
		}
		if _, err := v.Verify(signed(t, body, ContioTimestamped), []byte(body)); err != nil {
			t.Errorf("the verifier itself is gone: %v", err)
		}
	}
}

func TestAnInstanceThatIsNotKeptLeavesNoSecretBehind(t *testing.T) {
	v := verifierOf(t, GitHub)
	used := v.pool.idle[0]
	used.alloc(2 * maxKept)
	v.pool.idle = nil
	v.pool.put(used)
	if len(v.pool.idle) != 0 || !isWiped(used) {
		t.Error("the secret is still in the core's memory")
	}
}
