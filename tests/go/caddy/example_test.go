package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	hookseal "hookseal.invalid/go"
)

func TestOnlyWhatIsGenuinePassesTheExample(t *testing.T) {
	sources := os.Getenv("HOOKSEAL_EXAMPLES")
	if sources == "" {
		t.Fatal("HOOKSEAL_EXAMPLES must name the folder `examples`")
	}
	backend := listen(t)
	c := &caddy{port: freePort(), folder: t.TempDir(), log: new(buffer)}
	text, err := os.ReadFile(filepath.Join(sources, "caddy", "Caddyfile"))
	check(t, err)
	check(t, os.WriteFile(filepath.Join(c.folder, "Caddyfile"), text, 0o600))
	ports := []string{fmt.Sprintf("PORT=%d", c.port), fmt.Sprintf("BACKEND=%d", backend.port)}

	without := exec.Command(binary, "run")
	without.Dir, without.Env = c.folder, append(os.Environ(), ports...)
	if output, err := without.CombinedOutput(); err == nil || !strings.Contains(string(output), "WEBHOOK_SECRET") {
		t.Errorf("without a secret: %v: %s", err, output)
	}

	command := c.command(append(ports, "WEBHOOK_SECRET="+secret), "run")
	command.Stdout, command.Stderr = c.log, c.log
	check(t, command.Start())
	t.Cleanup(func() {
		command.Process.Kill()
		command.Wait()
	})
	c.await(t)

	body := envelope("Stand-up")
	post := func(header http.Header) int {
		t.Helper()
		request, err := http.NewRequest("POST", c.url()+"/contio", bytes.NewReader(body))
		check(t, err)
		request.Header = header
		response, err := http.DefaultClient.Do(request)
		check(t, err)
		defer response.Body.Close()
		return response.StatusCode
	}
	equal(t, post(signed(t, body)), 200)
	got := backend.take()
	if len(got) != 1 || got[0].body != string(body) {
		t.Fatalf("the backend got %d requests, or other bytes", len(got))
	}
	equal(t, got[0].header("X-Hookseal-Event-Type"), "meeting.completed")
	forged, err := hookseal.Sign(body, "another secret")
	check(t, err)
	equal(t, post(forged), 401)
	equal(t, len(backend.take()), 0)
}
