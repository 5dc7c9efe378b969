package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web/messages"
)

// problemType is the media type of RFC 9457.
const problemType = "application/problem+json"

// Problem is the body of every error: an RFC 9457 problem document with our
// members behind the standard ones. The error page shows the same content.
type Problem struct {
	Type    string            `json:"type"` // always about:blank: code says what it is
	Title   string            `json:"title"`
	Status  int               `json:"status"`
	Detail  string            `json:"detail"`
	Code    string            `json:"code"`
	Reasons []ProblemReason   `json:"reasons,omitempty"`
	Verdict lifecycle.Verdict `json:"verdict,omitempty"`
	State   lifecycle.State   `json:"state,omitempty"`
}

// ProblemReason is one reason with its sentence.
type ProblemReason struct {
	Code   string            `json:"code"`
	Detail string            `json:"detail"`
	Field  string            `json:"field,omitempty"`
	Args   map[string]string `json:"args,omitempty"`
}

func problemIn(words *messages.Catalogue, k kind, err error) Problem {
	problem := Problem{
		Type:   "about:blank",
		Title:  words.Text("problem."+k.code+".title", nil),
		Status: k.status,
		Detail: words.Text("problem."+k.code+".detail", nil),
		Code:   k.code,
	}
	var refusal *lifecycle.Refusal
	var invalid *lifecycle.Invalid
	switch {
	case errors.As(err, &refusal):
		problem.Verdict, problem.State = refusal.Verdict, refusal.State
		problem.Reasons = reasonsIn(words, refusal.Reasons)
	case errors.As(err, &invalid):
		problem.Reasons = reasonsIn(words, invalid.Reasons)
	}
	return problem
}

func reasonsIn(words *messages.Catalogue, reasons []lifecycle.Reason) []ProblemReason {
	out := make([]ProblemReason, 0, len(reasons))
	for _, r := range reasons {
		out = append(out, ProblemReason{
			Code: r.Code, Field: r.Field, Args: r.Args, Detail: words.Text(r.Code, r.Args),
		})
	}
	return out
}

func writeProblem(c echo.Context, problem Problem) error {
	body, err := json.Marshal(problem)
	if err != nil {
		return fmt.Errorf("write problem: %w", err)
	}
	return c.Blob(problem.Status, problemType, body)
}

// notFoundBodies are made once for each language, so that every 404 has the
// same bytes and costs the same: whether a unit exists must not show in either
// (DESIGN section 7).
type notFoundBodies map[messages.Language]notFoundBody

type notFoundBody struct {
	problem []byte
	page    []byte
}

func (s *Server) renderNotFound() (notFoundBodies, error) {
	bodies := notFoundBodies{}
	for _, language := range messages.Languages() {
		words, err := messages.In(language)
		if err != nil {
			return nil, err
		}
		problem := problemIn(words, kind{status: http.StatusNotFound, code: codeNotFound}, nil)
		body, err := json.Marshal(problem)
		if err != nil {
			return nil, fmt.Errorf("write the 404 problem: %w", err)
		}
		page, err := s.pages.execute(language, "not-found.html", "layout",
			layoutView{Data: problem})
		if err != nil {
			return nil, fmt.Errorf("write the 404 page: %w", err)
		}
		bodies[language] = notFoundBody{problem: body, page: page}
	}
	return bodies, nil
}

func (b notFoundBodies) write(c echo.Context) error {
	body := b[wordsOf(c).Language()]
	if isAPI(c) {
		return c.Blob(http.StatusNotFound, problemType, body.problem)
	}
	return c.HTMLBlob(http.StatusNotFound, body.page)
}
