package once_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	hookseal "hookseal.invalid/go"
	"hookseal.invalid/go/once"
)

// claimer is a process of its own that claims an event. It follows the words on its standard input: begin claims, and
// end ends the claim.
func claimer(words string) {
	kind, rest, _ := strings.Cut(words, " ")
	lease, source, _ := strings.Cut(rest, " ")
	t := &testing.T{}
	var seen notices
	p := place{kind, source}
	duration, _ := time.ParseDuration(lease)
	o, err := once.New(p.open(t), once.Scope("test"), once.Lease(duration), seen.option())
	if err != nil {
		fmt.Println(err)
		return
	}
	var attempt *once.Attempt
	d := delivery(t, "evt-1")
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		answer := ""
		if lines.Text() == "begin" {
			attempt, err = o.Claim(context.Background(), d)
			var failure *hookseal.Error
			switch answer = strings.TrimSpace(seen.names()); {
			case errors.As(err, &failure) && failure.Code == hookseal.ErrInProgress:
				answer = "in_progress"
			case err != nil:
				answer = err.Error()
			case attempt == nil:
				answer = "duplicate"
			case answer == "":
				answer = "first"
			}
		} else {
			answer = fmt.Sprint(attempt.Finish(context.Background()), " ", seen.names())
		}
		fmt.Println(strings.TrimSpace(answer))
	}
}

// process is a claimer, and how to talk to it.
type process struct {
	command *exec.Cmd
	input   io.Writer
	output  *bufio.Scanner
}

func start(t *testing.T, p place, lease string) *process {
	t.Helper()
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), "HOOKSEAL_CLAIMER="+p.kind+" "+lease+" "+p.source)
	command.Stderr = os.Stderr
	input, err := command.StdinPipe()
	check(t, err)
	output, err := command.StdoutPipe()
	check(t, err)
	check(t, command.Start())
	t.Cleanup(func() {
		command.Process.Kill()
		command.Wait()
	})
	return &process{command, input, bufio.NewScanner(output)}
}

// ask returns the answer to a word.
func (p *process) ask(word string) string {
	fmt.Fprintln(p.input, word)
	if !p.output.Scan() {
		return "it has ended"
	}
	return p.output.Text()
}

func TestOfFiftyProcessesOnOneKeyOneRuns(t *testing.T) {
	eachShared(t, func(t *testing.T, p place) {
		newOnce(t, p.open(t))
		var group sync.WaitGroup
		var mutex sync.Mutex
		answers := map[string]int{}
		processes := make([]*process, 50)
		for number := range processes {
			processes[number] = start(t, p, "45s")
		}
		for _, process := range processes {
			group.Add(1)
			go func() {
				defer group.Done()
				answer := process.ask("begin")
				// As its sender would.
				for range 20 {
					if !strings.Contains(answer, "store_unavailable") {
						break
					}
					answer = process.ask("begin")
				}
				mutex.Lock()
				defer mutex.Unlock()
				answers[answer]++
			}()
		}
		group.Wait()
		if answers["first"] != 1 || answers["in_progress"] != 49 {
			t.Errorf("got %v", answers)
		}
	})
}

func TestAProcessThatWasStoppedPastItsLeaseHasLostItsClaim(t *testing.T) {
	eachShared(t, func(t *testing.T, p place) {
		o := newOnce(t, p.open(t))
		stopped, other := start(t, p, "500ms"), start(t, p, "60s")
		equal(t, stopped.ask("begin"), "first")
		check(t, stopped.command.Process.Signal(syscall.SIGSTOP))
		answer := ""
		for end := time.Now().Add(wait); answer != "takeover" && time.Now().Before(end); {
			if answer = other.ask("begin"); answer != "takeover" {
				equal(t, answer, "in_progress")
			}
		}
		equal(t, answer, "takeover")
		check(t, stopped.command.Process.Signal(syscall.SIGCONT))
		equal(t, stopped.ask("end"), "false claim_lost")
		// Nothing of the other's was overwritten: it still holds the claim, and can finish it.
		equal(t, other.ask("end"), "true")
		_, answer = claimed(t, o, delivery(t, "evt-1"))
		equal(t, answer, "duplicate")
	})
}

func TestAProcessThatWasKilledLosesNoEvent(t *testing.T) {
	eachShared(t, func(t *testing.T, p place) {
		newOnce(t, p.open(t))
		killed, next := start(t, p, "100ms"), start(t, p, "60s")
		equal(t, killed.ask("begin"), "first")
		check(t, killed.command.Process.Kill())
		answer := ""
		for end := time.Now().Add(wait); answer != "takeover" && time.Now().Before(end); {
			answer = next.ask("begin")
		}
		equal(t, answer, "takeover")
		equal(t, next.ask("end"), "true")
	})
}
