package web

import "quitclaim/service/lifecycle"

// AllMistakes joins what Bind found with what only the room can find, so that
// a form shows every mistake at once. A field that is wrong already is left
// alone. An error that is no mistake in the input comes back as it is.
func AllMistakes(bound error, more ...error) error {
	var all lifecycle.Invalid
	for _, err := range append([]error{bound}, more...) {
		if err == nil {
			continue
		}
		found := Mistakes(err)
		if found == nil {
			return err
		}
		for _, reason := range found.Reasons {
			if reason.Field == "" || !hasMistake(&all, reason.Field) {
				all.Reasons = append(all.Reasons, reason)
			}
		}
	}
	return all.Err()
}
