package tests

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
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
)

const exampleSecret = "a secret for the examples"

// exampleDelivery is an event that happened just now, signed by another implementation than the package's.
func exampleDelivery(t *testing.T, url, secret string) *http.Request {
	t.Helper()
	now := time.Now().UTC()
	body := fmt.Sprintf(`{"event_type":"meeting.completed","event_id":"evt-1","timestamp":%q,"partner_app_id":"app-1",`+
		`"data":{"meeting_id":"m-1","title":"Größe 📏","workspace_id":"w-1","completed_at":%[1]q}}`, now.Format(time.RFC3339))
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "%d.%s", now.Unix(), body)
	request, err := http.NewRequest("POST", url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Contio-Timestamp", fmt.Sprint(now.Unix()))
	request.Header.Set("X-Contio-Signature", hex.EncodeToString(mac.Sum(nil)))
	return request
}

// exampleProgram builds the example for net/http, with the package of the tests in place of a published one.
func exampleProgram(t *testing.T) string {
	t.Helper()
	sources := os.Getenv("HOOKSEAL_EXAMPLES")
	if sources == "" {
		t.Fatal("HOOKSEAL_EXAMPLES must name the folder `examples`")
	}
	readme, err := os.ReadFile(filepath.Join(sources, "net-http", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"dev --forward http://127.0.0.1:3000/webhooks/contio\n", "\ngo run .\n"} {
		if !strings.Contains(string(readme), command) {
			t.Fatalf("the README does not say %q", command)
		}
	}
	folder := t.TempDir()
	for _, name := range []string{"main.go", "go.mod"} {
		text, err := os.ReadFile(filepath.Join(sources, "net-http", name))
		if err != nil {
			t.Fatal(err)
		}
		// The path of the module in this copy of the tests may be another one than in the repository.
		text = bytes.ReplaceAll(text, []byte("hookseal."+"invalid/go"), []byte("hookseal.invalid/go"))
		if err := os.WriteFile(filepath.Join(folder, name), text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	module, err := filepath.Abs("../package")
	if err != nil {
		t.Fatal(err)
	}
	for _, words := range [][]string{
		{"mod", "edit", "-replace", "hookseal.invalid/go=" + module},
		{"vet", "."},
		{"build", "-o", "receiver", "."},
	} {
		command := exec.Command("go", words...)
		command.Dir = folder
		if output, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v: %s", words, err, output)
		}
	}
	return filepath.Join(folder, "receiver")
}

// output is what a program prints. An embedded buffer would also be read into by [bytes.Buffer.ReadFrom], without the lock.
type output struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (o *output) Write(text []byte) (int, error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.text.Write(text)
}

func (o *output) await(t *testing.T, text string) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		o.mutex.Lock()
		printed := o.text.String()
		o.mutex.Unlock()
		if strings.Contains(printed, text) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%q was not printed, but %q", text, printed)
		}
	}
}

func TestOnlyWhatIsGenuineReachesTheExampleForNetHTTP(t *testing.T) {
	program := exampleProgram(t)
	without := exec.Command(program)
	without.Env = []string{"PATH=" + os.Getenv("PATH")}
	if text, err := without.CombinedOutput(); err == nil || !strings.Contains(string(text), "secret") {
		t.Errorf("without a secret: %v: %s", err, text)
	}

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	listener.Close()
	command, printed := exec.Command(program), new(output)
	command.Env = append(os.Environ(), "WEBHOOK_SECRET="+exampleSecret, fmt.Sprintf("PORT=%d", port))
	command.Stdout, command.Stderr = printed, printed
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		command.Process.Kill()
		command.Wait()
	})
	url := fmt.Sprintf("http://127.0.0.1:%d/webhooks/contio", port)
	printed.await(t, url)
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if connection, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			connection.Close()
			break
		}
	}

	for secret, expected := range map[string]string{
		exampleSecret:    "204 ",
		"another secret": `401 {"error":"signature_mismatch"}`,
	} {
		answer, err := http.DefaultClient.Do(exampleDelivery(t, url, secret))
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if got := fmt.Sprintf("%d %s", answer.StatusCode, bytes.TrimSpace(text)); got != expected {
			t.Errorf("%s: %s", expected, got)
		}
	}
	printed.await(t, "Größe 📏 is over")
	printed.await(t, "refused, signature_mismatch")
}
