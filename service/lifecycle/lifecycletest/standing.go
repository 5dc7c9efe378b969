package lifecycletest

import (
	"fmt"

	"quitclaim/service/lifecycle"
)

// Standing says what no snapshot may show, whatever happened before; empty:
// nothing. The numbers are those of trust.md, section 8.
func Standing(s lifecycle.Snapshot) string {
	state, epoch := s.Unit.State, s.Unit.Epoch
	owners := 0
	for _, b := range s.Bindings {
		if b.Epoch < epoch && b.State != lifecycle.BindingEnded {
			return fmt.Sprintf("I2: %s of epoch %d is %s at %d", b.ID, b.Epoch, b.State, epoch)
		}
		if b.State != lifecycle.BindingLive {
			continue
		}
		if b.Kind == lifecycle.BindingOwner {
			owners++
		}
		if state != lifecycle.StateBound {
			return fmt.Sprintf("I5: somebody can see a unit that is %s", state)
		}
	}
	if owners > 1 || (owners == 1) != (state == lifecycle.StateBound) {
		return fmt.Sprintf("I1: %d owners while %s", owners, state)
	}
	for _, o := range s.Offers {
		if o.State == lifecycle.OfferPending && o.Epoch < epoch {
			return fmt.Sprintf("I2: offer %s of epoch %d waits at %d", o.ID, o.Epoch, epoch)
		}
	}
	if s.Order != nil && s.Order.State == lifecycle.OrderOpen && s.Order.Epoch < epoch {
		return fmt.Sprintf("I2: order %s of epoch %d is open at %d", s.Order.ID, s.Order.Epoch, epoch)
	}
	if _, ok := s.CurrentCertificate(); ok && state != lifecycle.StateCertified {
		return fmt.Sprintf("I6: a certificate stands for a unit that is %s", state)
	}
	return ""
}
