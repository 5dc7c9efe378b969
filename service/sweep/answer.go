package sweep

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
)

const (
	// askWithin bounds one cloud's answer about one unit.
	askWithin = 15 * time.Second
	// askedAtOnce is how many units are asked about at the same time: most of
	// the time goes into waiting for a cloud.
	askedAtOnce = 8
	// askedBetween is how many units are asked about between two words of the
	// run on how far it is. Were all their clouds deaf, it would still speak up
	// before it is taken for dead.
	askedBetween = 64
)

// answer is what one cloud said about a unit.
type answer struct {
	cloud string
	cloud.Probe
}

// answered is what all clouds of one unit said, or why not.
type answered struct {
	answers []answer
	err     error
}

// askAll asks the clouds of each unit, askedAtOnce at a time. What was found
// stands in the order of the units.
func (s *Sweep) askAll(ctx context.Context, t *tally, units []lifecycle.Watched) ([]answered, error) {
	found := make([]answered, 0, len(units))
	models := &models{read: s.config.Jobs.Watched.Model, known: map[lifecycle.ModelID][]string{}}
	for some := range slices.Chunk(units, askedBetween) {
		if err := s.goesOn(ctx, t); err != nil {
			return nil, err
		}
		found = append(found, s.askSome(ctx, models, some)...)
	}
	return found, nil
}

func (s *Sweep) askSome(ctx context.Context, models *models, units []lifecycle.Watched) []answered {
	found := make([]answered, len(units))
	var next atomic.Int64
	var asking sync.WaitGroup
	for range min(askedAtOnce, len(units)) {
		asking.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(units)); i = next.Add(1) - 1 {
				found[i].answers, found[i].err = s.ask(ctx, models, units[i])
			}
		})
	}
	asking.Wait()
	return found
}

func (s *Sweep) ask(ctx context.Context, models *models, watched lifecycle.Watched) ([]answer, error) {
	clouds, err := models.clouds(ctx, watched.Unit.Model)
	if err != nil {
		return nil, fmt.Errorf("model of %s: %w", watched.Unit.ID, err)
	}
	answers := make([]answer, len(clouds))
	for i, name := range clouds {
		if answers[i], err = s.askCloud(ctx, watched, name); err != nil {
			return nil, fmt.Errorf("probe %s at %s: %w", watched.Unit.ID, name, err)
		}
	}
	return answers, nil
}

func (s *Sweep) askCloud(ctx context.Context, watched lifecycle.Watched, name string) (answer, error) {
	peer, err := s.config.Jobs.Clouds.Peer(name)
	if err != nil {
		return answer{}, err
	}
	asking, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	unit := watched.Unit
	said, err := peer.Probe(asking, cloud.Request{Unit: unit.ID, Key: unit.Key, Order: watched.Order, Before: unit.EpochAt})
	return answer{name, said}, err
}

// digest names what the clouds said about a unit at one of its versions, as far
// as it is kept: the same again is no news.
func digest(version int64, answers []answer) string {
	text := binary.BigEndian.AppendUint64(make([]byte, 0, 256), uint64(version))
	for _, one := range answers {
		text = fmt.Appendf(text, "\n%s %t %t", one.cloud, one.Dark(), one.CredentialRefused)
		links := slices.Clone(one.Links)
		slices.SortFunc(links, func(a, b cloud.Link) int {
			return cmp.Or(cmp.Compare(a.AccountHash, b.AccountHash), cmp.Compare(a.Kind, b.Kind), a.Since.Compare(b.Since))
		})
		for _, link := range links {
			text = fmt.Appendf(text, "\n%s %s %d", link.AccountHash, link.Kind, link.Since.UnixMilli())
		}
	}
	sum := sha256.Sum256(text)
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// models remembers, for one page, which clouds know a model.
type models struct {
	read  func(context.Context, lifecycle.ModelID) (lifecycle.Model, error)
	mu    sync.Mutex
	known map[lifecycle.ModelID][]string // by mu
}

func (m *models) clouds(ctx context.Context, id lifecycle.ModelID) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	clouds, known := m.known[id]
	if known {
		return clouds, nil
	}
	model, err := m.read(ctx, id)
	if err != nil {
		return nil, err
	}
	m.known[id] = model.Clouds
	return model.Clouds, nil
}
