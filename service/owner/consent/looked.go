package consent

import (
	"context"
	"errors"
	"fmt"

	"quitclaim/service/access"
	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
)

// Look is one access to a unit of the owner's, and by whom.
type Look struct {
	access.Access
	Who Who
}

// Looks are the accesses to one unit, in one time of its owner's.
type Looks struct {
	Key   lifecycle.UnitKey
	Items []Look
	Next  string
}

// Looked lists who looked at a unit that is the owner's now.
func (s *Consents) Looked(ctx context.Context, owner lifecycle.PersonID, key lifecycle.UnitKey, page lifecycle.Page) (Looks, error) {
	binding, err := s.mine(ctx, owner, key)
	if err != nil {
		return Looks{}, err
	}
	return s.looks(ctx, owner, binding, page)
}

// LookedThen lists who looked while a unit was the owner's, and nothing of after.
func (s *Consents) LookedThen(ctx context.Context, owner lifecycle.PersonID, id lifecycle.BindingID, page lifecycle.Page) (Looks, error) {
	past, err := s.config.People.PastOf(ctx, owner)
	if err != nil {
		return Looks{}, fmt.Errorf("find a past binding: %w", err)
	}
	for _, b := range past {
		if b.Binding.ID == id && b.Binding.Kind == lifecycle.BindingOwner {
			return s.looks(ctx, owner, b, page)
		}
	}
	return Looks{}, fmt.Errorf("find a past binding: %w", lifecycle.ErrNotFound)
}

func (s *Consents) looks(ctx context.Context, owner lifecycle.PersonID, b lifecycle.PersonBinding, page lifecycle.Page) (Looks, error) {
	list, next, err := s.config.Looked.AccessesOf(ctx, owner, b.Unit, b.Binding.Epoch, page)
	if err != nil {
		return Looks{}, fmt.Errorf("list accesses: %w", err)
	}
	looks := Looks{Key: b.Key, Next: next}
	for _, a := range list {
		who, err := s.who(ctx, a.Agent, a.Org)
		if err != nil {
			return Looks{}, err
		}
		looks.Items = append(looks.Items, Look{a, who})
	}
	return looks, nil
}

// Look is one access, in the owner's own time.
func (s *Consents) Look(ctx context.Context, owner lifecycle.PersonID, id string) (Look, error) {
	a, err := s.config.Looked.AccessOf(ctx, id, owner)
	if err != nil {
		return Look{}, fmt.Errorf("find access: %w", err)
	}
	who, err := s.who(ctx, a.Agent, a.Org)
	return Look{a, who}, err
}

// Leaf is the very bytes of an access on the ledger, salt and all: whoever has
// them can hash them and follow the proof.
func (s *Consents) Leaf(ctx context.Context, owner lifecycle.PersonID, id string) ([]byte, error) {
	a, err := s.placed(ctx, owner, id)
	if err != nil {
		return nil, err
	}
	leaf, err := s.config.Looked.Leaf(ctx, a.ID, a.Index)
	if err != nil {
		return nil, fmt.Errorf("read entry of access: %w", err)
	}
	return leaf.Encode()
}

// Proof is the inclusion proof of an access, as the text of a .tlog-proof file.
// Until its entry is signed, which takes a second, it is lifecycle.ErrBusy.
func (s *Consents) Proof(ctx context.Context, owner lifecycle.PersonID, id string) ([]byte, error) {
	a, err := s.placed(ctx, owner, id)
	if err != nil {
		return nil, err
	}
	checkpoint, err := s.config.Looked.Checkpoint(ctx)
	if err != nil {
		return nil, fmt.Errorf("read checkpoint: %w", err)
	}
	proof, err := ledger.Prove(a.Index, checkpoint, s.config.Hashes(ctx))
	if errors.Is(err, lifecycle.ErrNotFound) {
		return nil, fmt.Errorf("entry %d is not signed yet: %w", a.Index, lifecycle.ErrBusy)
	}
	if err != nil {
		return nil, fmt.Errorf("prove access: %w", err)
	}
	return proof.Text(), nil
}

func (s *Consents) placed(ctx context.Context, owner lifecycle.PersonID, id string) (access.Access, error) {
	a, err := s.config.Looked.AccessOf(ctx, id, owner)
	if err != nil {
		return a, fmt.Errorf("find access: %w", err)
	}
	if a.Index < 0 {
		return a, fmt.Errorf("entry of %s has no place yet: %w", id, lifecycle.ErrBusy)
	}
	return a, nil
}
