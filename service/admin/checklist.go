package admin

import (
	"slices"
	"strconv"
	"strings"

	"quitclaim/service/lifecycle"
)

// Bounds of a checklist: what a technician can work through, and what fits a
// label.
const (
	maxSteps    = 40
	maxStepText = 200
	maxStepID   = 32 // lifecycle.Check
)

// reservedSteps are the checks that every model has. A vendor's step of the
// same name would be signed off with it.
func reservedSteps() []string {
	return []string{
		lifecycle.CheckCodesAgree, lifecycle.CheckMedia, lifecycle.CheckFirmware, lifecycle.CheckFactoryReset,
	}
}

// checkSteps adds the mistakes in a checklist whose steps have their names.
func checkSteps(steps []lifecycle.Check, invalid *lifecycle.Invalid) {
	if len(steps) > maxSteps {
		invalid.Add("checklist", "checklist.long")
	}
	for i, step := range steps {
		named := isStepID(step.ID) && !slices.Contains(reservedSteps(), step.ID)
		twice := slices.ContainsFunc(steps[:i], func(c lifecycle.Check) bool { return c.ID == step.ID })
		if step.ID != "" && (!named || twice) {
			invalid.Add("checklist", "checklist.id")
			return
		}
		if strings.TrimSpace(step.Text) == "" || len(step.Text) > maxStepText {
			invalid.Add("checklist", "checklist.text")
			return
		}
		checkStep(step, invalid)
	}
}

// nameSteps gives a name to each step that has none, out of its own words: the
// same words keep the same name when the list is written anew, and other words
// are another step, which has to be done again.
func nameSteps(steps []lifecycle.Check) []lifecycle.Check {
	var named []lifecycle.Check
	taken := reservedSteps()
	for _, step := range steps {
		if step.ID != "" {
			taken = append(taken, step.ID)
		}
	}
	for _, step := range steps {
		step.Text = strings.TrimSpace(step.Text)
		if step.ID == "" {
			step.ID = freeName(stepName(step.Text), taken)
			taken = append(taken, step.ID)
		}
		named = append(named, step)
	}
	return named
}

func stepName(text string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
			return r
		}
		return '-'
	}, text)
	parts := strings.FieldsFunc(name, func(r rune) bool { return r == '-' })
	name = strings.Join(parts, "-")
	if len(name) > maxStepID {
		name = strings.Trim(name[:maxStepID], "-")
	}
	if name == "" {
		return "step"
	}
	return name
}

func freeName(name string, taken []string) string {
	free := name
	for n := 2; slices.Contains(taken, free); n++ {
		suffix := "-" + strconv.Itoa(n)
		free = strings.TrimRight(name[:min(len(name), maxStepID-len(suffix))], "-") + suffix
	}
	return free
}

func isStepID(id string) bool {
	if len(id) > maxStepID {
		return false
	}
	return id == stepName(id)
}

// stepsOf reads a checklist as a form has it: one step a line.
func stepsOf(text string) []lifecycle.Check {
	var steps []lifecycle.Check
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			steps = append(steps, lifecycle.Check{Text: line})
		}
	}
	return steps
}

// textOf is a checklist as a form shows it.
func textOf(steps []lifecycle.Check) string {
	lines := make([]string, len(steps))
	for i, step := range steps {
		lines[i] = step.Text
	}
	return strings.Join(lines, "\n")
}

// keepNames lets a step whose words stand keep the name that it has, also one
// that its vendor gave it by the API, and what else was laid down for it.
func keepNames(steps, before []lifecycle.Check) []lifecycle.Check {
	for i := range steps {
		for _, old := range before {
			if steps[i].ID == "" && old.Text == steps[i].Text {
				steps[i] = old
			}
		}
	}
	return steps
}
