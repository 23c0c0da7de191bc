package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// Given is the first line of input.
type Given struct {
	Issuer      string          `json:"issuer"`
	RedirectURI string          `json:"redirectUri"`
	AfterLogout string          `json:"afterLogout"`
	Email       string          `json:"email"`
	Apps        map[string]*App `json:"apps"`
	Walk        []Step          `json:"walk"`
}

// Step is one of tests/clients/story.py.
type Step struct {
	Call     string   `json:"call"`
	Do       string   `json:"do"`
	App      string   `json:"app"`
	Via      string   `json:"via"`
	First    bool     `json:"first"`
	Forged   bool     `json:"forged"`
	Verifies bool     `json:"verifies"`
	Expects  string   `json:"expects"`
	Refused  []string `json:"refused"`
}

// Verb does a step; errAbsent where the library has no such thing.
type Verb func(ctx context.Context, talk *Talk, app *App, step Step) error

// Talk is the lines of tests/clients/runs.py.
type Talk struct {
	given          *Given
	in             *bufio.Reader
	passed, failed int
}

func opened() *Talk {
	talk := &Talk{given: &Given{}, in: bufio.NewReader(os.Stdin)}
	talk.read(talk.given)
	return talk
}

func (talk *Talk) read(into any) {
	line, err := talk.in.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, into)
	}
	if err != nil {
		panic(err)
	}
}

func say(message map[string]any) {
	line, err := json.Marshal(message)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(line))
}

func (talk *Talk) ask(what, to string) string {
	say(map[string]any{"ask": what, "to": to})
	var answer struct {
		Code string `json:"code"`
	}
	talk.read(&answer)
	return answer.Code
}

func (talk *Talk) story(verbs map[string]Verb) {
	for _, step := range talk.given.Walk {
		verb, err := verbs[step.Do], errAbsent
		if verb != nil {
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			err = verb(ctx, talk, talk.given.Apps[step.App], step)
			cancel()
		}
		talk.done(step, err)
	}
	say(map[string]any{"passed": talk.passed, "failed": talk.failed})
}

func (talk *Talk) done(step Step, err error) {
	fault := ""
	switch {
	case errors.Is(err, errAbsent):
		say(map[string]any{"call": step.Call, "outcome": "not supported"})
		return
	case err != nil && !holdsOne(err.Error(), step.Refused):
		fault = err.Error()
	case err == nil && step.Refused != nil:
		fault = "was not refused"
	}
	if fault == "" {
		talk.passed++
		say(map[string]any{"call": step.Call, "outcome": "passed"})
		return
	}
	talk.failed++
	say(map[string]any{"call": step.Call, "outcome": "failed", "detail": fault})
}

func holdsOne(text string, words []string) bool {
	for _, word := range words {
		if strings.Contains(strings.ToLower(text), word) {
			return true
		}
	}
	return false
}

// forged is the id token with another signature of the same length.
func forged(token string) string {
	parts := strings.Split(token, ".")
	first := "A"
	if strings.HasPrefix(parts[2], "A") {
		first = "B"
	}
	parts[2] = first + parts[2][1:]
	return strings.Join(parts, ".")
}

func random() string {
	return rand.Text()
}
