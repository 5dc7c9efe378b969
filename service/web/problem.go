package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
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

func (s *Server) problem(k kind, err error) Problem {
	problem := Problem{
		Type:   "about:blank",
		Title:  s.messages.Text("problem."+k.code+".title", nil),
		Status: k.status,
		Detail: s.messages.Text("problem."+k.code+".detail", nil),
		Code:   k.code,
	}
	var refusal *lifecycle.Refusal
	var invalid *lifecycle.Invalid
	switch {
	case errors.As(err, &refusal):
		problem.Verdict, problem.State = refusal.Verdict, refusal.State
		problem.Reasons = s.reasons(refusal.Reasons)
	case errors.As(err, &invalid):
		problem.Reasons = s.reasons(invalid.Reasons)
	}
	return problem
}

func (s *Server) reasons(reasons []lifecycle.Reason) []ProblemReason {
	out := make([]ProblemReason, 0, len(reasons))
	for _, r := range reasons {
		out = append(out, ProblemReason{
			Code: r.Code, Field: r.Field, Args: r.Args, Detail: s.messages.Text(r.Code, r.Args),
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

// notFoundBodies are made once, so that every 404 has the same bytes and costs
// the same: whether a unit exists must not show in either (DESIGN section 7).
type notFoundBodies struct {
	problem []byte
	page    []byte
}

func (s *Server) renderNotFound() (notFoundBodies, error) {
	problem := s.problem(kind{status: http.StatusNotFound, code: codeNotFound}, nil)
	body, err := json.Marshal(problem)
	if err != nil {
		return notFoundBodies{}, fmt.Errorf("write the 404 problem: %w", err)
	}
	page, err := s.pages.execute("not-found.html", "layout", layoutView{Data: problem})
	if err != nil {
		return notFoundBodies{}, fmt.Errorf("write the 404 page: %w", err)
	}
	return notFoundBodies{problem: body, page: page}, nil
}

func (b notFoundBodies) write(c echo.Context) error {
	if isAPI(c) {
		return c.Blob(http.StatusNotFound, problemType, b.problem)
	}
	return c.HTMLBlob(http.StatusNotFound, b.page)
}
