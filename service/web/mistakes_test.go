package web_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

func TestAllMistakes(t *testing.T) {
	t.Parallel()
	wrong := func(reasons ...lifecycle.Reason) error { return &lifecycle.Invalid{Reasons: reasons} }
	name, short := lifecycle.Reason{Field: "name", Code: "field.required"}, lifecycle.Reason{Field: "password", Code: "password.short"}
	again := lifecycle.Reason{Field: "name", Code: "name.taken"}
	got := web.Mistakes(web.AllMistakes(wrong(name), nil, wrong(short), wrong(again)))
	if got == nil {
		t.Fatal("the mistakes are lost")
	}
	if diff := cmp.Diff([]lifecycle.Reason{name, short}, got.Reasons); diff != "" {
		t.Errorf("AllMistakes (-want +got):\n%s", diff)
	}
	if err := web.AllMistakes(nil, nil); err != nil {
		t.Errorf("AllMistakes of none = %v", err)
	}
	broken := errors.New("body too large")
	if err := web.AllMistakes(broken, wrong(short)); !errors.Is(err, broken) {
		t.Errorf("AllMistakes = %v, want the other error", err)
	}
}
