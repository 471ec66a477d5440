// Measures the Go package beside crypto/hmac, encoding/json and other libraries. Called by `cargo xtask bench`, which runs a
// copy beside the built package.
//
//	go run . [-list | -quick | -to FOLDER] [FILTER]
//
// FILTER is a regular expression for ids. -list prints them and runs nothing; -quick runs every case once, with its checks;
// -to writes the times to where `cargo xtask bench` reads them. Cases of a group are measured in turns, since the speed of a
// shared machine drifts. The times are the median and the fastest of 300 samples, which are short: whatever else runs there
// then spoils some of them, and not a part of each.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"
)

const (
	rounds = 300
	sample = 300 * time.Microsecond
)

// A group is measured in turns; the first case is what the others are compared with.
type group struct {
	name  string
	cases []measured
}

type measured struct {
	name string
	// call does the work once, and says whether a genuine delivery was accepted.
	call func() bool
	// forged does it with a delivery that must be refused; nil for work that refuses nothing.
	forged func() bool
}

func main() {
	list := flag.Bool("list", false, "print the ids and run nothing")
	quick := flag.Bool("quick", false, "run every case once, with its checks")
	to := flag.String("to", "", "write the times into this `folder`")
	path := flag.String("cases", "../cases.json", "the `file` with the deliveries")
	flag.Parse()
	filter := regexp.MustCompile(flag.Arg(0))
	text, err := os.ReadFile(*path)
	if err != nil {
		log.Fatal(err)
	}
	var cases cases
	if err := json.Unmarshal(text, &cases); err != nil {
		log.Fatalf("%s: %v", *path, err)
	}
	if *to != "" {
		noteVersion(*to)
	}
	for _, group := range groups(&cases) {
		group.cases = slices.DeleteFunc(group.cases, func(c measured) bool {
			return !filter.MatchString(group.name + "/" + c.name)
		})
		switch {
		case len(group.cases) == 0:
		case *list:
			for _, c := range group.cases {
				fmt.Println(group.name + "/" + c.name)
			}
		case *quick:
			check(group)
			fmt.Println(group.name, "gives correct results")
		default:
			check(group)
			measure(group, *to)
			check(group)
		}
	}
}

// noteVersion records the version of Go beside those of the other runtimes.
func noteVersion(folder string) {
	path, known := filepath.Join(folder, "runtimes.json"), map[string]string{}
	if text, err := os.ReadFile(path); err == nil {
		if err := json.Unmarshal(text, &known); err != nil {
			log.Fatalf("%s: %v", path, err)
		}
	}
	known["Go"] = strings.TrimPrefix(runtime.Version(), "go")
	write(path, known)
}

// note writes a time in criterion's format.
func note(folder, id string, median float64) {
	at := filepath.Join(folder, filepath.FromSlash(id), "new")
	write(filepath.Join(at, "benchmark.json"), map[string]string{"full_id": id})
	write(filepath.Join(at, "estimates.json"), map[string]any{"median": map[string]float64{"point_estimate": median}})
}

func write(path string, value any) {
	text, err := json.Marshal(value)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o777)
	}
	if err == nil {
		err = os.WriteFile(path, text, 0o666)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// check makes sure that nothing incorrect is timed.
func check(group group) {
	for _, c := range group.cases {
		if !c.call() {
			log.Fatalf("%s/%s does not accept a genuine delivery", group.name, c.name)
		}
		if c.forged != nil && c.forged() {
			log.Fatalf("%s/%s accepts a forged delivery", group.name, c.name)
		}
	}
}

func measure(group group, folder string) {
	counts, samples := make([]int, len(group.cases)), make([][]float64, len(group.cases))
	for at, c := range group.cases {
		counts[at] = 1
		for run(c, counts[at]) < sample {
			counts[at] *= 2
		}
	}
	for round := range rounds {
		for turn := range group.cases {
			at := (round + turn) % len(group.cases)
			samples[at] = append(samples[at], float64(run(group.cases[at], counts[at]))/float64(counts[at]))
		}
	}
	var reference [2]float64
	for at, c := range group.cases {
		slices.Sort(samples[at])
		times := [2]float64{samples[at][len(samples[at])/2], samples[at][0]}
		if at == 0 {
			reference = times
		}
		if folder != "" {
			note(folder, group.name+"/"+c.name, times[0])
		}
		fmt.Printf("%-50s %10.0f ns %6.2f %10.0f ns %6.2f\n", group.name+"/"+c.name, times[0], times[0]/reference[0],
			times[1], times[1]/reference[1])
	}
	fmt.Println(strings.Repeat("-", 90))
}

func run(c measured, count int) time.Duration {
	start := time.Now()
	for range count {
		c.call()
	}
	return time.Since(start)
}
