package lifecycle

import (
	"fmt"
	"slices"
)

// What a unit's pictures may take up, for each order. They are kept as long as
// the record is.
const (
	MaxPhotos     = 12
	MaxPhotoBytes = 1 << 20 // as kept: drawn anew, and smaller than it came
)

// Photograph keeps a picture of a check: the evidence beside a person's word.
// The picture itself is the store's business; the ledger has its digest.
type Photograph struct {
	Command
	Order  OrderID
	Check  string
	Digest string // hex SHA-256 of the picture as it is kept
	Size   int    // in bytes
}

// Decide answers with the person's word as it was, and the picture with it. To
// keep a picture says neither yes nor no, and moves no word before another's.
func (c Photograph) Decide(s Snapshot) (Change, error) {
	if len(c.Digest) != 64 || c.Size <= 0 || c.Size > MaxPhotoBytes {
		return Change{}, fmt.Errorf("picture of %d bytes: %w", c.Size, ErrInvalid)
	}
	d, err := attesting(s, c.Command, c.Order, c.Check)
	if err != nil {
		return Change{}, err
	}
	word, ok := wordOf(s, c.Check, c.Actor.Person)
	if !ok {
		word = Attestation{Order: c.Order, Check: c.Check, By: c.Actor.Person, At: c.At, Note: NotePhoto}
	}
	d.refuseUnless(len(PhotosOf(s)) < MaxPhotos, "photo.too-many")
	d.refuseUnless(!slices.Contains(word.Photos, c.Digest), "photo.again")
	word.Photos = append(slices.Clone(word.Photos), c.Digest)
	d.change.Attestations = []Attestation{word}
	return d.finish()
}

// PhotosOf lists the digests of all pictures of the present order.
func PhotosOf(s Snapshot) []string {
	var photos []string
	for _, a := range s.Attestations {
		if s.Order != nil && a.Order == s.Order.ID {
			photos = append(photos, a.Photos...)
		}
	}
	return photos
}
