package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	hookseal "hookseal.invalid/go"
)

// How long a test waits before it fails.
const wait = 30 * time.Second

const secret = "a secret for tests only"

// binary is Caddy, as this folder's main.go builds it.
var binary string

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "hookseal-caddy-")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(folder, "caddy")
	build := exec.Command("go", "build", "-o", binary, ".")
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	code := 1
	if err := build.Run(); err == nil {
		code = m.Run()
	}
	os.RemoveAll(folder)
	os.Exit(code)
}

// caddy is a running Caddy.
type caddy struct {
	port, admin int
	folder      string
	log         *buffer
}

// start runs Caddy with these options of hookseal, in front of the backend.
func start(t *testing.T, options string, backend *backend, environment ...string) *caddy {
	t.Helper()
	c := &caddy{port: freePort(), admin: freePort(), folder: t.TempDir(), log: new(buffer)}
	text := c.file(options, backend)
	check(t, os.WriteFile(filepath.Join(c.folder, "Caddyfile"), []byte(text), 0o600))
	command := c.command(environment, "run", "--config", "Caddyfile", "--adapter", "caddyfile")
	command.Stdout, command.Stderr = c.log, c.log
	check(t, command.Start())
	t.Cleanup(func() {
		command.Process.Kill()
		command.Wait()
	})
	c.await(t)
	return c
}

func (c *caddy) file(options string, backend *backend) string {
	return fmt.Sprintf(`{
	admin 127.0.0.1:%d
	auto_https off
	log {
		level DEBUG
	}
	servers {
		protocols h1 h2c
	}
}
http://127.0.0.1:%d {
	log
	log_append hookseal {vars.hookseal}
	hookseal {
%s
	}
	reverse_proxy 127.0.0.1:%d
}
`, c.admin, c.port, options, backend.port)
}

func (c *caddy) command(environment []string, words ...string) *exec.Cmd {
	command := exec.Command(binary, words...)
	command.Dir = c.folder
	command.Env = append(append(os.Environ(), "XDG_DATA_HOME="+c.folder, "XDG_CONFIG_HOME="+c.folder, "HOME="+c.folder,
		"SECRET="+secret), environment...)
	return command
}

func (c *caddy) url() string { return fmt.Sprintf("http://127.0.0.1:%d/webhooks", c.port) }

func (c *caddy) await(t *testing.T) {
	t.Helper()
	for end := time.Now().Add(wait); ; time.Sleep(10 * time.Millisecond) {
		connection, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", c.port))
		if err == nil {
			connection.Close()
			return
		}
		if time.Now().After(end) {
			t.Fatalf("Caddy did not start: %s", c.log.String())
		}
	}
}

// backend keeps every byte that it gets, one text for each connection, and answers each request.
type backend struct {
	port  int
	mutex sync.Mutex
	got   []*bytes.Buffer
}

func listen(t *testing.T) *backend {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	t.Cleanup(func() { listener.Close() })
	b := &backend{port: listener.Addr().(*net.TCPAddr).Port}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go b.serve(connection)
		}
	}()
	return b
}

// serve reads requests as they are, with nothing between: a head, and a body of the length that the head says.
func (b *backend) serve(connection net.Conn) {
	defer connection.Close()
	got := new(bytes.Buffer)
	b.mutex.Lock()
	b.got = append(b.got, got)
	b.mutex.Unlock()
	chunk := make([]byte, 65536)
	for {
		n, err := connection.Read(chunk)
		b.mutex.Lock()
		got.Write(chunk[:n])
		head, body, isWhole := strings.Cut(got.String(), "\r\n\r\n")
		b.mutex.Unlock()
		if isWhole && len(body) >= contentLength(head) {
			io.WriteString(connection, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
			return
		}
		if err != nil {
			return
		}
	}
}

func contentLength(head string) (length int) {
	for line := range strings.SplitSeq(head, "\r\n") {
		if value, found := strings.CutPrefix(line, "Content-Length: "); found {
			fmt.Sscan(value, &length)
		}
	}
	return length
}

// take returns the requests since the last call.
func (b *backend) take() (requests []request) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	for _, got := range b.got {
		head, body, _ := strings.Cut(got.String(), "\r\n\r\n")
		requests = append(requests, request{strings.Split(head, "\r\n"), body})
	}
	b.got = nil
	return requests
}

// request is what a backend got: the lines of the head, and the body.
type request struct {
	head []string
	body string
}

// header is the value of a header that is there once, "" if it is not there, and otherwise "twice".
func (r request) header(name string) string {
	value, number := "", 0
	for _, line := range r.head[1:] {
		if found, rest, _ := strings.Cut(line, ": "); strings.EqualFold(found, name) {
			value = rest
			number++
		}
	}
	if number > 1 {
		return "twice"
	}
	return value
}

// verdicts are the names of the headers that begin with the prefix, hyphens and underscores being the same.
func (r request) verdicts(prefix string) (names []string) {
	for _, line := range r.head[1:] {
		name, _, _ := strings.Cut(line, ":")
		if strings.HasPrefix(strings.ReplaceAll(strings.ToLower(name), "_", "-"), prefix) {
			names = append(names, name)
		}
	}
	return names
}

type buffer struct {
	mutex sync.Mutex
	bytes bytes.Buffer
}

func (b *buffer) Write(text []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.bytes.Write(text)
}

func (b *buffer) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.bytes.String()
}

func freePort() int {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t testing.TB, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func envelope(title string) []byte {
	return fmt.Appendf(nil, `{"event_type":"meeting.completed","event_id":"evt-1","timestamp":%q,"partner_app_id":"app-1",`+
		`"data":{"meeting_id":"m-1","title":%q}}`, time.Now().UTC().Format(time.RFC3339), title)
}

func signed(t testing.TB, body []byte, options ...hookseal.SignOption) http.Header {
	t.Helper()
	header, err := hookseal.Sign(body, secret, options...)
	check(t, err)
	return header
}

// post sends a body with headers, and returns the status and the answer.
func (c *caddy) post(t *testing.T, client *http.Client, header http.Header, body io.Reader) (int, string) {
	t.Helper()
	r, err := http.NewRequest("POST", c.url(), body)
	check(t, err)
	r.Header = header
	response, err := client.Do(r)
	check(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	check(t, err)
	return response.StatusCode, string(text)
}
