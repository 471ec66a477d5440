// Command verdicts verifies deliveries for tests/differential. Each line of standard input is a JSON list of vectors, and
// is answered by a line with the list of their outcomes.
package main

import (
	"bufio"
	"encoding/json"
	"log"
	"os"

	"hookseal.invalid/go"
	"hookseal.invalid/go/tests"
)

// outcome is a verdict and what it says: of a genuine delivery also its key, and whether its body is JSON.
type outcome struct {
	OK      *accepted `json:"ok,omitempty"`
	Error   string    `json:"error,omitempty"`
	Message string    `json:"message,omitempty"`
}

type accepted struct {
	*tests.Accepted
	Key  *string `json:"key"`
	JSON string  `json:"json"`
}

func main() {
	lines, answers := bufio.NewReader(os.Stdin), json.NewEncoder(os.Stdout)
	answers.SetEscapeHTML(false)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) == 0 {
			return // the end, or a reader that has gone
		}
		var vectors []tests.Vector
		if err == nil {
			err = json.Unmarshal(line, &vectors)
		}
		if err != nil {
			log.Fatal(err)
		}
		outcomes := make([]*outcome, len(vectors))
		for at := range vectors {
			outcomes[at] = play(&vectors[at])
		}
		if err := answers.Encode(outcomes); err != nil {
			log.Fatal(err)
		}
	}
}

// play is the outcome of a vector; nil for those without a secret, which New always has.
func play(vector *tests.Vector) *outcome {
	if len(vector.Secrets) == 0 {
		return nil
	}
	verifier, err := vector.Verifier(nil)
	var delivery *hookseal.Delivery
	if err == nil {
		delivery, err = verifier.Verify(vector.Header(), vector.Body)
	}
	found, message := tests.OutcomeOf(delivery, err)
	if found.OK == nil {
		return &outcome{Error: found.Error, Message: message}
	}
	ok := &accepted{Accepted: found.OK, JSON: "JSON"}
	if key, has := delivery.Key(); has {
		text := key.Text("")
		ok.Key = &text
	}
	var value json.RawMessage
	if err := delivery.JSON(&value); err != nil {
		refused, message := tests.OutcomeOf(nil, err)
		ok.JSON = refused.Error + ": " + message
	}
	return &outcome{OK: ok}
}
