package camera

import "context"

// Renew presses its button shortly: it makes a new credential and forgets
// nothing else. An owner who hands the unit over shows by it, at the next
// Report, that they have it in their hands.
func (c *Camera) Renew(ctx context.Context) error {
	unlock, err := c.config.Memory.Lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	state, err := c.config.Memory.Load()
	if err != nil {
		return err
	}
	state.Credential = NewCredential()
	return c.config.Memory.Save(state)
}
