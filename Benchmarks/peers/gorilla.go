// SPDX-License-Identifier: Apache-2.0

// A session as a cookie's value and back, with gorilla/securecookie: gorilla sign|verify|seal|open SIZE plain.
// As gorilla/sessions uses it, with its JSON encoder; sealed is with a block key, AES-256-CTR.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/gorilla/securecookie"
)

func must(problem error) {
	if problem != nil {
		fmt.Fprintln(os.Stderr, problem)
		os.Exit(1)
	}
}

func processorTime() int64 {
	var usage syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return usage.Utime.Nano() + usage.Stime.Nano()
}

func main() {
	action := os.Args[1]
	bytes, problem := os.ReadFile(".build/benchmarks/payload-" + os.Args[2] + ".json")
	must(problem)
	var session map[string]interface{}
	must(json.Unmarshal(bytes, &session))

	var block []byte
	if action == "seal" || action == "open" {
		block = []byte("another key of thirty-two bytes.")
	}
	codec := securecookie.New([]byte("a secret key of thirty-two bytes"), block)
	codec.SetSerializer(securecookie.JSONEncoder{}).MaxLength(0)
	text, problem := codec.Encode("session", session)
	must(problem)

	run := func() {
		var read map[string]interface{}
		must(codec.Decode("session", text, &read))
	}
	if action == "sign" || action == "seal" {
		run = func() {
			_, problem := codec.Encode("session", session)
			must(problem)
		}
	}
	run()

	fmt.Print("gorilla/securecookie (Go)\n\n")
	input := bufio.NewReader(os.Stdin)
	for {
		var number, times int
		if count, _ := fmt.Fscan(input, &number, &times); count != 2 {
			return
		}
		work, start := processorTime(), time.Now()
		for i := 0; i < times; i++ {
			run()
		}
		wall := time.Since(start)
		fmt.Printf("%.1f %.1f\n", float64(wall.Nanoseconds())/float64(times), float64(processorTime()-work)/float64(times))
	}
}
