package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// get is the answer of Caddy's administration.
func (c *caddy) get(t *testing.T, path string) string {
	t.Helper()
	response, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d%s", c.admin, path))
	check(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	check(t, err)
	return string(text)
}

func TestASecretIsNeitherInLogsNorInWhatCaddyShows(t *testing.T) {
	b := listen(t)
	file := filepath.Join(t.TempDir(), "secret")
	check(t, os.WriteFile(file, []byte("another-secret-in-a-file"), 0o600))
	c := start(t, plain+"\n\t\tsecret {file."+file+"}", b)
	body := envelope("Stand-up")
	status, _ := c.post(t, http.DefaultClient, signed(t, body), bytes.NewReader(body))
	equal(t, status, 200)
	status, _ = c.post(t, http.DefaultClient, signed(t, body), bytes.NewReader(nil))
	equal(t, status, 401)
	shown := c.get(t, "/config/")
	if !strings.Contains(shown, `"{env.SECRET}"`) || !strings.Contains(shown, file) {
		t.Errorf("the placeholders are not in %s", shown)
	}
	for _, page := range []string{"/debug/vars", "/metrics", "/debug/pprof/goroutine?debug=2"} {
		shown += c.get(t, page)
	}
	saved, err := os.ReadFile(filepath.Join(c.folder, "caddy", "autosave.json"))
	check(t, err)
	for _, one := range []string{secret, "another-secret-in-a-file"} {
		if strings.Contains(shown+string(saved)+c.log.String(), one) {
			t.Error("a secret is shown")
		}
	}
}

func TestAWrongConfigurationIsRefusedWithItsLine(t *testing.T) {
	c := &caddy{port: freePort(), admin: freePort(), folder: t.TempDir()}
	for options, texts := range map[string][]string{
		"secret a-literal-secret":                              {"placeholder", "Caddyfile:15"},
		"secret {$SECRET}":                                     {"secret takes one value", "Caddyfile:15"},
		"secret {$WORD}":                                       {"placeholder", "Caddyfile:15"},
		plain + "\nmax_age":                                    {"max_age takes one value", "Caddyfile:16"},
		plain + "\nenforce":                                    {"no such option", "Caddyfile:16"},
		"secret {env.}":                                        {"placeholder", "Caddyfile:15"},
		"secret {http.request.header.A}":                       {"placeholder", "Caddyfile:15"},
		"secret {env.A}{env.B}":                                {"placeholder", "Caddyfile:15"},
		"secret":                                               {"Caddyfile:15"},
		"scheme stripe":                                        {"no secret", "Caddyfile:16"},
		plain + "\nscheme nobody":                              {"scheme", "Caddyfile:16"},
		plain + "\nscheme `{\"name\": 1}`":                     {"name", "Caddyfile:16"},
		plain + "\nscheme `{\"name\"`":                         {"JSON", "Caddyfile:16"},
		plain + "\nscheme square":                              {"URL", "Caddyfile:16"},
		plain + "\nscheme square ftp://a":                      {"https://", "Caddyfile:16"},
		plain + "\nscheme stripe https://a":                    {"signs no URL", "Caddyfile:16"},
		plain + "\nscheme stripe\nscheme github":               {"twice", "Caddyfile:17"},
		plain + "\nmax_age 5":                                  {"duration", "Caddyfile:16"},
		plain + "\nmax_age -5m":                                {"MaxAge", "Caddyfile:16"},
		plain + "\nmax_age 100h":                               {"MaxAge", "Caddyfile:16"},
		plain + "\nmax_skew never":                             {"none", "Caddyfile:16"},
		plain + "\nmax_body much":                              {"max_body", "Caddyfile:16"},
		plain + "\nmax_body 5GiB":                              {"4 GiB", "Caddyfile:16"},
		plain + "\nheader_prefix X":                            {"header_prefix", "Caddyfile:16"},
		plain + "\nheader_prefix X_Y-":                         {"header_prefix", "Caddyfile:16"},
		plain + "\nenforce false":                              {"no such option; it has scheme, secret", "Caddyfile:16"},
		strings.Repeat(plain+"\n", 9):                          {"8"},
		"secret {env.UNSET_VARIABLE}":                          {"UNSET_VARIABLE"},
		"secret {file.none.txt}":                               {"none.txt"},
		"secret {file.Caddyfile.d}":                            {"Caddyfile.d"},
		plain + "\nscheme standard-webhooks":                   {"secret"},
		plain + "\nsecret {env.UNSET_VARIABLE}\nscheme stripe": {"secret 2", "UNSET_VARIABLE"},
	} {
		check(t, os.MkdirAll(filepath.Join(c.folder, "Caddyfile.d"), 0o700))
		check(t, os.WriteFile(filepath.Join(c.folder, "Caddyfile"), []byte(c.file(options, &backend{})), 0o600))
		output, err := c.command([]string{"WORD=a-literal-secret"}, "validate", "--config", "Caddyfile", "--adapter",
			"caddyfile").CombinedOutput()
		if err == nil {
			t.Errorf("%q was accepted", options)
		}
		for _, text := range texts {
			if !strings.Contains(string(output), text) {
				t.Errorf("%q: %s does not say %q", options, output, text)
			}
		}
		// Not a word of it.
		if strings.Contains(string(output), "a-literal-secret") || strings.Contains(string(output), "only") {
			t.Errorf("%q: the secret is shown", options)
		}
	}
	for _, options := range []string{plain, plain + "\nscheme stripe\nmax_age 1h\nmax_skew none\nmax_event_age 2d\nmax_body 10MiB"} {
		check(t, os.WriteFile(filepath.Join(c.folder, "Caddyfile"), []byte(c.file(options, &backend{})), 0o600))
		output, err := c.command(nil, "validate", "--config", "Caddyfile", "--adapter", "caddyfile").CombinedOutput()
		if err != nil {
			t.Errorf("%q: %s", options, output)
		}
	}
}

func TestJSONIsCheckedAsTheCaddyfileIs(t *testing.T) {
	c := &caddy{folder: t.TempDir()}
	for handler, text := range map[string]string{
		`{"handler": "hookseal"}`:                                                           "no secret",
		`{"handler": "hookseal", "secrets": ["a-literal-secret"]}`:                          "placeholder",
		`{"handler": "hookseal", "secrets": ["{env.SECRET}"], "enforce": false}`:            "enforce",
		`{"handler": "hookseal", "secrets": ["{env.SECRET}"], "scheme": 1}`:                 "scheme",
		`{"handler": "hookseal", "secrets": ["{env.SECRET}"], "scheme": {"name": "acme"}}`:  "signature",
		`{"handler": "hookseal", "secrets": ["{env.SECRET}"], "max_body": -1}`:              "MaxBody",
		`{"handler": "hookseal", "secrets": ["{env.SECRET}"], "header_prefix": "X-\r\nA-"}`: "header_prefix",
		`{"handler": "hookseal", "secrets": ["{env.SECRET}"], "scheme": "stripe"}`:          "",
	} {
		config := `{"apps": {"http": {"servers": {"a": {"listen": ["127.0.0.1:0"], "routes": [{"handle": [` + handler + `]}]}}}}}`
		check(t, os.WriteFile(filepath.Join(c.folder, "caddy.json"), []byte(config), 0o600))
		output, err := c.command(nil, "validate", "--config", "caddy.json").CombinedOutput()
		if (err == nil) != (text == "") || !strings.Contains(string(output), text) {
			t.Errorf("%s: %v: %s", handler, err, output)
		}
		if strings.Contains(string(output), "a-literal-secret") {
			t.Errorf("%s: the secret is shown", handler)
		}
	}
}

func TestAReloadThatIsRefusedKeepsTheConfiguration(t *testing.T) {
	b := listen(t)
	c := start(t, plain, b)
	file := filepath.Join(c.folder, "Caddyfile")
	check(t, os.WriteFile(file, []byte(c.file("secret {env.UNSET_VARIABLE}", b)), 0o600))
	output, err := c.command(nil, "reload", "--config", "Caddyfile", "--adapter", "caddyfile").CombinedOutput()
	if err == nil || !strings.Contains(string(output), "UNSET_VARIABLE") {
		t.Errorf("the reload: %v: %s", err, output)
	}
	body := envelope("Stand-up")
	status, _ := c.post(t, http.DefaultClient, signed(t, body), bytes.NewReader(body))
	equal(t, status, 200)
	status, _ = c.post(t, http.DefaultClient, signed(t, envelope("Another")), bytes.NewReader(body))
	equal(t, status, 401)
	equal(t, len(b.take()), 1)
}
