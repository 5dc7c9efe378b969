package lifecycle_test

import (
	"time"

	"quitclaim/service/lifecycle"
)

// seen is a cloud's word that an account is bound, since when it says; the
// zero time: it does not say.
func (y *story) seen(cloud, account string, since time.Time) lifecycle.BindingSeen {
	command := y.by(worker())
	return lifecycle.BindingSeen{Command: command, Order: y.order(), Sighting: lifecycle.Sighting{
		Cloud: cloud, AccountHash: "hash-" + account, Kind: lifecycle.BindingOwner, Since: since, SeenAt: command.At,
	}}
}
