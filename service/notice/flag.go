package notice

import (
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
)

// OfFlag is what a security officer is told of a flag. Of many of one kind within
// an hour they are told once: a sweep may raise thousands, and the page has them
// all.
func OfFlag(to lifecycle.PersonID, flag lifecycle.Flag, at time.Time) Notice {
	return Notice{
		To: to, Kind: KindFlag, Params: map[string]string{"what": flag.Kind}, Link: "/flags", At: at,
		Once: fmt.Sprintf("flag %s %s %d", flag.Kind, flag.Severity, at.Unix()/int64(time.Hour/time.Second)),
	}
}
