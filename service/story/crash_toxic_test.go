package story

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"

	"quitclaim/service/store/storetest"
)

// toxic is something that happens to the network between us and PostgreSQL.
type toxic struct {
	name string
	// json are what toxiproxy calls it, one for each direction; none: the
	// proxy itself goes away.
	json func(*rand.Rand) []string
	// works: it is a nuisance, and answers go on.
	works bool
	// rare: in the long form alone.
	rare bool
}

func toxics() []toxic {
	both := func(text string) []string {
		return []string{fmt.Sprintf(text, "up", "upstream"), fmt.Sprintf(text, "down", "downstream")}
	}
	fixed := func(list []string) func(*rand.Rand) []string { return func(*rand.Rand) []string { return list } }
	return []toxic{
		{name: "cut"},
		{name: "reset", rare: true, json: fixed(both(`{"name": "%s", "type": "reset_peer", "stream": "%s", "attributes": {"timeout": 30}}`))},
		{name: "stalled answers", json: fixed([]string{`{"name": "still", "type": "timeout", "stream": "downstream", "attributes": {"timeout": 0}}`})},
		{name: "stalled questions", rare: true, json: fixed([]string{`{"name": "still", "type": "timeout", "stream": "upstream", "attributes": {"timeout": 0}}`})},
		{name: "answers cut anywhere", json: func(random *rand.Rand) []string {
			return []string{fmt.Sprintf(`{"name": "end", "type": "limit_data", "stream": "downstream", "attributes": {"bytes": %d}}`, 2_000+random.IntN(30_000))}
		}},
		{name: "questions cut anywhere", json: func(random *rand.Rand) []string {
			return []string{fmt.Sprintf(`{"name": "end", "type": "limit_data", "stream": "upstream", "attributes": {"bytes": %d}}`, 2_000+random.IntN(60_000))}
		}},
		{name: "slow", works: true, rare: true, json: fixed([]string{`{"name": "slow", "type": "latency", "stream": "downstream", "attributes": {"latency": 20, "jitter": 15}}`})},
		{name: "in small pieces", works: true, json: fixed(both(`{"name": "%s", "type": "slicer", "stream": "%s", "attributes": {"average_size": 64, "size_variation": 32, "delay": 10}}`))},
	}
}

// The network between us and PostgreSQL fails in every way that it can, under
// load, and comes back: what was acknowledged is there and nothing is there
// twice, and nobody has to start anything anew.
func TestTroubleWithTheNetworkToPostgreSQL(t *testing.T) {
	t.Parallel()
	withoutRace(t)
	times, lives := forms(1, 4), forms(8, 16)
	random := seeded(t)
	c := storetest.NewCluster(t)
	proxy := toxiproxy.NewProxy(toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop()), "postgres", "127.0.0.1:0", c.Address())
	if err := proxy.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Stop)
	s := onPostgres(t, c, proxy.Listen)
	l := newLoad(t, s, lives)
	for range times {
		for _, toxic := range toxics() {
			if toxic.rare && !long() {
				continue
			}
			lost, refused := l.lost.get(), l.refused.get()
			end := l.background()
			<-time.After(time.Duration(200+random.IntN(200)) * time.Millisecond)
			so := l.record.so()
			toxic.poison(t, proxy, random, func() {
				<-time.After(time.Duration(700+random.IntN(800)) * time.Millisecond)
				if toxic.works {
					within(t, patient, "answers are acknowledged all the same", func() bool { return l.record.so() > so+2 || t.Failed() })
				}
			})
			took := l.served(t)
			end()
			l.settle(t, random, false)
			t.Logf("%s: %d without an answer, %d told to come again; served %s after it was over",
				toxic.name, l.lost.get()-lost, l.refused.get()-refused, took.Round(time.Millisecond))
			if t.Failed() {
				t.Fatalf("with the network %s", toxic.name)
			}
		}
	}
	l.finish(t)
	sums(t, nil, l)
}

// poison lets it happen for as long as during runs.
func (x toxic) poison(t *testing.T, proxy *toxiproxy.Proxy, random *rand.Rand, during func()) {
	t.Helper()
	if x.json == nil {
		proxy.Stop()
		during()
		if err := proxy.Start(); err != nil {
			t.Fatal(err)
		}
		return
	}
	for _, text := range x.json(random) {
		if _, err := proxy.Toxics.AddToxicJson(strings.NewReader(text)); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	during()
	proxy.Toxics.ResetToxics(t.Context())
}
