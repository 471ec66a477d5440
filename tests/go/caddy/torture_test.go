package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

type report struct {
	Cases []struct {
		Name, Got string
		OK        bool
	}
	NotSent int `json:"not_sent"`
	Sent    int
}

func torture(t *testing.T, c *caddy, words ...string) (all report) {
	t.Helper()
	cli := os.Getenv("HOOKSEAL_CLI")
	if cli == "" {
		t.Fatal("HOOKSEAL_CLI is not set: `cargo xtask test go` sets it")
	}
	command := exec.Command(cli, append([]string{"torture", "--json", c.url()}, words...)...)
	command.Env = append(os.Environ(), "HOOKSEAL_SECRET="+secret)
	// It ends with 1 if there are wrong responses, which are in its report.
	output, _ := command.Output()
	if err := json.Unmarshal(output, &all); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	for _, one := range all.Cases {
		if !one.OK {
			t.Errorf("%s was answered wrongly: %s", one.Name, output)
		}
	}
	return all
}

func TestTortureFindsNothingWrong(t *testing.T) {
	b := listen(t)
	c := start(t, plain, b)
	all := torture(t, c)
	equal(t, all.NotSent, 0)
	if all.Sent < 80 {
		t.Errorf("only %d were sent", all.Sent)
	}
	genuine := len(b.take())
	if genuine == 0 || genuine > all.Sent/2 {
		t.Errorf("the backend got %d of %d", genuine, all.Sent)
	}
	// Caddy answered none of them by itself: the access log has hookseal's code for each that was refused.
	refused, codes := 0, 0
	for _, one := range all.Cases {
		// This case leaves another request unfinished, which is refused too.
		if !strings.HasPrefix(one.Got, "2") || one.Name == "beside-slow" {
			refused++
		}
	}
	for _, said := range regexp.MustCompile(`"hookseal":"([a-z_]+)"`).FindAllStringSubmatch(c.log.String(), -1) {
		if said[1] != "genuine" {
			codes++
		}
	}
	equal(t, codes, refused)
	if refused < 60 {
		t.Errorf("only %d were refused", refused)
	}
}
