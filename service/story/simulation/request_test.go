package simulation

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// request is what a client asks, as often as it takes to get an answer.
type request struct {
	who    string
	route  string
	about  string
	key    string
	body   string
	do     func(ctx context.Context, h *house, actor lifecycle.Actor) (answer string, err error)
	answer string
	at     time.Time // of the answer
}

func (r *request) name() string { return r.who + " " + r.route }

// ask begins a new request.
func (w *world) ask(who, route, about string, do func(context.Context, *house, lifecycle.Actor) (string, error)) {
	r := &request{who: who, route: route, about: about, key: w.dice.id(), body: about + w.dice.id(), do: do}
	w.start(r.name(), func() { w.attempt(r, r.body) })
	if w.plan.repeats && w.dice.in(10) {
		w.start(r.name()+" (twice)", func() { w.attempt(r, r.body) }) // a finger that slipped
	}
}

// attempt sends a request once. What was answered before must be answered
// again, and nothing else.
func (w *world) attempt(r *request, body string) {
	h := w.house
	person := w.cast.people[r.who]
	digest := sha256.Sum256([]byte(body))
	ctx := access.WithIdempotency(access.With(h.ctx, person), access.Idempotency{
		Principal: person.Key(), Route: r.route, Key: r.key, BodyDigest: hex.EncodeToString(digest[:]),
	})
	answer, err := r.do(ctx, h, person.Actor())
	if h.dead {
		w.tell("%s: nobody answers", r.about)
		w.unanswered = append(w.unanswered, r)
		return
	}
	w.tell("%s: %s%s", r.about, answer, said(err))
	if err != nil || body != r.body {
		return
	}
	if r.answer != "" && answer != r.answer && w.clock.Now().Before(r.at.Add(keptFor)) {
		w.fail("once: %s about %s was answered %s, and now %s", r.name(), r.about, r.answer, answer)
	}
	if r.answer == "" && answer != "" {
		r.answer, r.at = answer, w.clock.Now()
		w.answered = append(w.answered, r)
	}
}

// said is an error in a few words.
func said(err error) string {
	var refusal *lifecycle.Refusal
	switch {
	case err == nil:
		return ""
	case errors.As(err, &refusal):
		return refusal.Error()
	}
	return err.Error()
}

// again sends a request that was sent before: because nobody answered, for
// nothing, or by mistake with another body.
func (w *world) again() {
	switch {
	case len(w.unanswered) > 0 && !w.dice.in(3):
		r := w.unanswered[0]
		w.unanswered = w.unanswered[1:]
		w.start(r.name()+" (retry)", func() { w.attempt(r, r.body) })
	case len(w.answered) > 0 && w.plan.repeats:
		r := pick(w.dice, w.answered)
		body := r.body
		if w.dice.in(3) {
			body += " and more"
		}
		w.start(r.name()+" (again)", func() { w.attempt(r, body) })
	}
}

// results is the answer to a list of one.
func results[T any](list []T, err error, of func(T) (string, error)) (string, error) {
	if err != nil || len(list) == 0 {
		return "", err
	}
	return of(list[0])
}

// second is how another person signs beside the first.
func (w *world) second() (email, password string) {
	return mail(pick(w.dice, []string{"cora", "tim", "vala", "vito"})), "right"
}

func text[T ~string](id T) string { return fmt.Sprint(string(id)) }
