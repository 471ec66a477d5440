package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	hookseal "hookseal.invalid/go"
)

const plain = "\t\tsecret {env.SECRET}"

// clients speak HTTP/1.1 and HTTP/2 without TLS.
func clients() map[string]*http.Client {
	two := new(http.Protocols)
	two.SetUnencryptedHTTP2(true)
	return map[string]*http.Client{
		"HTTP/1.1": {Transport: &http.Transport{}},
		"HTTP/2":   {Transport: &http.Transport{Protocols: two}},
	}
}

// noLength hides the length of a body, which is then sent in chunks.
type noLength struct{ io.Reader }

func TestABackendGetsExactlyTheBytesThatWereVerified(t *testing.T) {
	b := listen(t)
	github := start(t, plain+"\n\t\tscheme github", b)
	binaryBody := make([]byte, 70_000)
	for index := range binaryBody {
		binaryBody[index] = byte(index * 7)
	}
	bodies := map[string][]byte{
		"text": []byte("{\"a\": \"\u00e9\"}\r\n\r\n"), "binary": binaryBody, "large": bytes.Repeat([]byte("0123456789"), 90_000),
		"one byte": {0}, "empty": nil, "compressed by name": []byte("this is no gzip"),
	}
	for version, client := range clients() {
		for name, body := range bodies {
			for _, isChunked := range []bool{false, true} {
				t.Run(fmt.Sprint(version, " ", name, " ", isChunked), func(t *testing.T) {
					header := signed(t, body, hookseal.GitHub)
					header.Set("Content-Encoding", "gzip")
					var reader io.Reader = bytes.NewReader(body)
					if isChunked {
						reader = noLength{reader}
					}
					status, answer := github.post(t, client, header, reader)
					equal(t, status, 200)
					equal(t, answer, "ok")
					got := b.take()
					if len(got) != 1 || got[0].body != string(body) {
						t.Fatalf("the backend got %d requests, or other bytes", len(got))
					}
					equal(t, got[0].header("Content-Length"), strconv.Itoa(len(body)))
					equal(t, got[0].header("Content-Encoding"), "gzip")
					equal(t, got[0].header("Transfer-Encoding"), "")
					equal(t, got[0].header("X-Hookseal-Scheme"), "github")
				})
			}
		}
	}
}

func TestAForgeryReachesNothing(t *testing.T) {
	b := listen(t)
	c := start(t, plain+"\n\t\tmax_body 2KiB", b)
	body := envelope("Stand-up")
	good := signed(t, body)
	changed := func(change func(http.Header)) http.Header {
		header := good.Clone()
		change(header)
		return header
	}
	signature := slices.Sorted(func(yield func(string) bool) {
		for name := range good {
			if strings.Contains(name, "Signature") && !yield(name) {
				return
			}
		}
	})[0]
	large := bytes.Repeat([]byte("x"), 3000)
	for name, one := range map[string]struct {
		header http.Header
		body   []byte
		status int
		answer string
	}{
		"no signature":      {http.Header{}, body, 400, "missing_header"},
		"another body":      {good, envelope("Another"), 401, "signature_mismatch"},
		"no body":           {good, nil, 401, "signature_mismatch"},
		"signature twice":   {changed(func(h http.Header) { h.Add(signature, h.Get(signature)) }), body, 400, "duplicate_header"},
		"malformed":         {changed(func(h http.Header) { h.Set(signature, "x") }), body, 400, "malformed_signature"},
		"old":               {signed(t, body, hookseal.SignedAt(time.Now().Add(-time.Hour))), body, 401, "timestamp_too_old"},
		"signed, no JSON":   {signed(t, []byte("no JSON")), []byte("no JSON"), 400, "malformed_envelope"},
		"signed, no fields": {signed(t, []byte("{}")), []byte("{}"), 400, "missing_field"},
		"signed, too large": {signed(t, large), large, 413, "body_too_large"},
	} {
		for version, client := range clients() {
			for _, isChunked := range []bool{false, true} {
				var reader io.Reader = bytes.NewReader(one.body)
				if isChunked {
					reader = noLength{reader}
				}
				status, answer := c.post(t, client, one.header.Clone(), reader)
				if status != one.status || answer != "{\"error\":\""+one.answer+"\"}\n" {
					t.Errorf("%s, %s: got %d %s", name, version, status, answer)
				}
			}
		}
	}
	if got := b.take(); got != nil {
		t.Errorf("the backend got %v", got)
	}
	// Access logs can say why.
	if !strings.Contains(c.log.String(), `"hookseal":"signature_mismatch"`) {
		t.Error("the access log does not have the code")
	}
}

// raw sends a request as it is written, and returns its status.
func raw(t *testing.T, c *caddy, text string) int {
	t.Helper()
	connection, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", c.port))
	check(t, err)
	defer connection.Close()
	check(t, connection.SetDeadline(time.Now().Add(wait)))
	_, err = io.WriteString(connection, text)
	check(t, err)
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	check(t, err)
	return response.StatusCode
}

func TestWhatAClientSendsOfTheHeadersOfTheVerdictIsRemoved(t *testing.T) {
	b := listen(t)
	c := start(t, plain, b)
	body := envelope("Stand-up")
	lines := ""
	for name, values := range signed(t, body) {
		lines += name + ": " + values[0] + "\r\n"
	}
	const forged = "X-Hookseal-Scheme: forged\r\nx-hookseal-Secret: 7\r\nX_HOOKSEAL_KEY: forged\r\nX-Hookseal_Id: forged\r\n" +
		"X-HOOKSEAL-ID: forged\r\nX-HOOKSEAL-New: forged\r\nX-Hookseal-Scheme: forged\r\n" +
		"Connection: keep-alive, X-Hookseal-Scheme, x_hookseal-key\r\nConnection: X-Hookseal-Key\r\n"
	status := raw(t, c, fmt.Sprintf("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n%s%s\r\n%s", len(body), lines, forged, body))
	equal(t, status, 200)
	got := b.take()[0]
	names := got.verdicts("x-hookseal-")
	slices.Sort(names)
	equal(t, strings.Join(names, " "),
		"X-Hookseal-Event-Id X-Hookseal-Event-Type X-Hookseal-Key X-Hookseal-Scheme X-Hookseal-Secret X-Hookseal-Timestamp")
	equal(t, got.header("X-Hookseal-Scheme"), "contio-timestamped")
	equal(t, got.header("X-Hookseal-Secret"), "0")
	equal(t, got.header("X-Hookseal-Key"), "0.6.contio5.evt-1")
	equal(t, got.header("X-Hookseal-Event-Id"), "evt-1")
	equal(t, got.header("X-Hookseal-Event-Type"), "meeting.completed")
	seconds, err := strconv.ParseInt(got.header("X-Hookseal-Timestamp"), 10, 64)
	check(t, err)
	if age := time.Since(time.Unix(seconds, 0)); age < 0 || age > time.Hour {
		t.Errorf("the timestamp is %v ago", age)
	}
	// Trailers come after what was signed.
	trailers := "Transfer-Encoding: chunked\r\nTrailer: X-Hookseal-Scheme, X-Other\r\n"
	status = raw(t, c, fmt.Sprintf("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n%s%s\r\n%x\r\n%s\r\n0\r\nX-Hookseal-Scheme: forged\r\n"+
		"X-Other: forged\r\n\r\n", trailers, lines, len(body), body))
	equal(t, status, 200)
	got = b.take()[0]
	equal(t, got.body, string(body))
	if text := strings.Join(got.head, "\n"); strings.Contains(text, "forged") || strings.Contains(text, "Trailer") {
		t.Error(text)
	}
}

func TestWhatIsNoVisibleASCIIOrTooLongIsNoHeader(t *testing.T) {
	b := listen(t)
	c := start(t, plain, b)
	for _, id := range []string{"e v", "\u00e9vt", strings.Repeat("e", 257)} {
		body := bytes.Replace(envelope("Stand-up"), []byte("evt-1"), []byte(id), 1)
		status, _ := c.post(t, http.DefaultClient, signed(t, body), bytes.NewReader(body))
		equal(t, status, 200)
		got := b.take()[0]
		equal(t, got.header("X-Hookseal-Event-Id"), "")
		equal(t, got.header("X-Hookseal-Event-Type"), "meeting.completed")
		// The core has its digest.
		if key := got.header("X-Hookseal-Key"); !strings.HasPrefix(key, "0.6.contio71.sha256-") {
			t.Errorf("the key is %s", key)
		}
	}
}

func TestAnotherPrefixAndASignedID(t *testing.T) {
	b := listen(t)
	secretOfSvix := "whsec_" + strings.Repeat("c2VjcmV0", 4)
	c := start(t, plain+"\n\t\tscheme standard-webhooks\n\t\theader_prefix Gate-", b, "SECRET="+secretOfSvix)
	body := []byte("{}")
	header, err := hookseal.Sign(body, secretOfSvix, hookseal.StandardWebhooks, hookseal.SignedID("msg_1"))
	check(t, err)
	header.Set("gate-event-type", "forged")
	status, _ := c.post(t, http.DefaultClient, header, bytes.NewReader(body))
	equal(t, status, 200)
	got := b.take()[0]
	equal(t, got.header("Gate-Id"), "msg_1")
	equal(t, got.header("Gate-Scheme"), "standard-webhooks")
	equal(t, got.header("Gate-Event-Type"), "")
	equal(t, len(got.verdicts("x-hookseal-")), 0)
}

func TestSecretsComeFromFilesToo_AndSeveralDuringARotation(t *testing.T) {
	b := listen(t)
	file := filepath.Join(t.TempDir(), "secret")
	check(t, os.WriteFile(file, []byte("the next secret\r\n"), 0o600))
	c := start(t, plain+"\n\t\tsecret {file."+file+"}", b)
	body := envelope("Stand-up")
	header, err := hookseal.Sign(body, "the next secret")
	check(t, err)
	for index, header := range []http.Header{signed(t, body), header} {
		status, _ := c.post(t, http.DefaultClient, header, bytes.NewReader(body))
		equal(t, status, 200)
		equal(t, b.take()[0].header("X-Hookseal-Secret"), strconv.Itoa(index))
	}
}

func TestASchemeOfOnesOwnAndOneThatSignsItsURL(t *testing.T) {
	b := listen(t)
	acme := `{"name": "acme", "signature": {"header": "X-Acme", "encoding": "hex"}, "signed": "{body}"}`
	body := []byte("some bytes")
	for options, scheme := range map[string]hookseal.Scheme{
		"scheme `" + acme + "`":                                                          hookseal.Scheme(acme),
		"scheme square https://shop.example.com/square":                                  hookseal.Square("https://shop.example.com/square"),
		"scheme hubspot https://shop.example.com/hub\n\t\tmax_age 1m\n\t\tmax_skew none": hookseal.HubSpot("https://shop.example.com/hub"),
	} {
		c := start(t, plain+"\n\t\t"+options, b)
		status, answer := c.post(t, http.DefaultClient, signed(t, body, scheme), bytes.NewReader(body))
		if status != 200 {
			t.Errorf("%s: got %d %s", options, status, answer)
		}
		equal(t, b.take()[0].body, string(body))
		status, _ = c.post(t, http.DefaultClient, signed(t, body, scheme), bytes.NewReader([]byte("other bytes")))
		equal(t, status, 401)
		equal(t, len(b.take()), 0)
	}
}
