package once_test

import (
	"crypto/sha256"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"hookseal.invalid/go/once"
)

// step is one of inbox/vectors/once.json.
type step struct {
	At      int64
	Claim   *claimStep
	Finish  *claimStep
	Release *claimStep
	Forget  *string
	Sweep   *int
	Crash   *string
	Expect  json.RawMessage
}

type claimStep struct{ Key, Token, Body string }

type answer struct {
	Answer   string `json:"answer"`
	Wait     *int64 `json:"wait,omitempty"`
	SameBody *bool  `json:"same_body,omitempty"`
}

type scenario struct {
	Name        string
	Lease, Keep int64
	Steps       []step
}

func TestEveryStoreAnswersTheScenariosOfAllLanguages(t *testing.T) {
	text, err := os.ReadFile(scenarios(t))
	check(t, err)
	var all []scenario
	check(t, json.Unmarshal(text, &all))
	if len(all) < 20 {
		t.Fatalf("there are only %d scenarios", len(all))
	}
	for _, s := range all {
		t.Run(s.Name, func(t *testing.T) {
			each(t, func(t *testing.T, p place) { play(t, p, s) })
			t.Run("postgres by pq", func(t *testing.T) { play(t, empty(t, "pq"), s) })
		})
	}
}

// scenarios is their file, in the repository of which this is a part, or a copy of a part.
func scenarios(t *testing.T) string {
	folder, err := os.Getwd()
	check(t, err)
	for ; folder != filepath.Dir(folder); folder = filepath.Dir(folder) {
		file := filepath.Join(folder, "inbox", "vectors", "once.json")
		if _, err := os.Stat(file); err == nil {
			return file
		}
	}
	t.Fatal("inbox/vectors/once.json is not there")
	return ""
}

func play(t *testing.T, p place, s scenario) {
	var at time.Time
	now := func() time.Time { return at }
	store := p.open(t)
	switch store := store.(type) {
	case *once.Memory:
		store.Now = now
	case *once.SQLite:
		store.Now = now
	case *once.Postgres:
		store.Now = now
	}
	_, err := store.Create(t.Context())
	check(t, err)
	keep := time.Duration(s.Keep) * time.Millisecond
	word := func(is bool, yes, no string) string {
		if is {
			return yes
		}
		return no
	}
	for number, step := range s.Steps {
		at = time.UnixMilli(step.At)
		var got any
		var is bool
		switch {
		case step.Claim != nil:
			c := step.Claim
			var claimed once.Claimed
			claimed, err = store.Claim(t.Context(), once.Claim{
				Key: c.Key, Token: c.Token, Body: sha256.Sum256([]byte(c.Body)),
				Lease: time.Duration(s.Lease) * time.Millisecond, Keep: keep,
			})
			given := answer{Answer: string(claimed.Answer)}
			switch claimed.Answer {
			case once.Busy:
				left := claimed.Wait.Milliseconds()
				given.Wait = &left
			case once.Duplicate:
				given.SameBody = &claimed.SameBody
			}
			got = given
		case step.Finish != nil:
			is, err = store.Finish(t.Context(), step.Finish.Key, step.Finish.Token, keep)
			got = word(is, "finished", "lost")
		case step.Release != nil:
			is, err = store.Release(t.Context(), step.Release.Key, step.Release.Token)
			got = word(is, "released", "lost")
		case step.Forget != nil:
			is, err = store.Forget(t.Context(), *step.Forget)
			got = word(is, "forgotten", "unknown")
		case step.Sweep != nil:
			_, err = store.Sweep(t.Context(), *step.Sweep)
		case step.Crash == nil:
			t.Fatalf("step %d says nothing", number)
		}
		check(t, err)
		if step.Expect == nil {
			continue
		}
		var want any = new(answer)
		if step.Claim == nil {
			want = new(string)
		}
		check(t, json.Unmarshal(step.Expect, want))
		wanted, _ := json.Marshal(want)
		given, _ := json.Marshal(got)
		if string(given) != string(wanted) {
			t.Fatalf("step %d: got %s, want %s", number, given, wanted)
		}
	}
}
