package notify

import "context"

// tellAsks tells owners what support asks of them. It is here and not where
// agents ask: an agent must not be able to tell by the work whether there is
// somebody to tell.
func (n *Notify) tellAsks(ctx context.Context) error {
	if n.config.TellAsks == nil {
		return nil
	}
	told, err := n.config.TellAsks(ctx)
	if told > 0 {
		n.Nudge()
	}
	return err
}
