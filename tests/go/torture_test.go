package tests

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"

	"hookseal.invalid/go"
)

const tortureSecret = "a secret that torture signs with"

// cli is the variable that says where the command line is; `cargo xtask test go` builds it.
const cli = "HOOKSEAL_CLI"

func TestTortureFindsNothingWrongWithAServer(t *testing.T) {
	program := os.Getenv(cli)
	if program == "" {
		t.Fatalf("%s must name the binary hookseal: cargo build -p hookseal-cli makes one", cli)
	}
	v, err := hookseal.New(tortureSecret)
	if err != nil {
		t.Fatal(err)
	}
	for name, handler := range map[string]http.Handler{
		"Handler": v.Handler(func(w http.ResponseWriter, _ *http.Request, d *hookseal.Delivery) {
			if _, err := d.Event(); err != nil {
				hookseal.Answer(w, err)
			}
		}),
		"Middleware": v.Middleware(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNoContent)
		})),
		"VerifyRequest": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			d, err := v.VerifyRequest(r)
			if err == nil {
				_, err = d.Envelope()
			}
			if err != nil {
				hookseal.Answer(w, err)
			}
		}),
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(handler)
			defer server.Close()
			command := exec.Command(program, "torture", "--json", server.URL+"/hook")
			command.Env = append(os.Environ(), "HOOKSEAL_SECRET="+tortureSecret)
			output, err := command.Output()
			var report struct {
				Sent    int
				NotSent int `json:"not_sent"`
				Cases   []struct {
					Name string
					OK   bool
				}
			}
			if broken := json.Unmarshal(output, &report); broken != nil {
				t.Fatalf("%v: %s", err, output)
			}
			for _, c := range report.Cases {
				if !c.OK {
					t.Errorf("wrong: %+v", c)
				}
			}
			if err != nil || report.Sent < 80 || report.NotSent != 0 {
				t.Errorf("%v: %d cases were sent, %d were not: %s", err, report.Sent, report.NotSent, output)
			}
		})
	}
}
