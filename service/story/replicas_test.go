package story

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"quitclaim/service/store/storetest"
)

// replicas are several processes over one PostgreSQL: each has its own data
// directory and address, all have the same keys, and a front before them sends
// every request to the next one.
type replicas struct {
	*server // the front: as the people see it
	each    []*replica
	front   *front
}

// replica is one of the processes.
type replica struct{ *server }

// theSerials are how the demo's brand writes serials; who serves its world
// beside it must know.
const theSerials = "--serials=halden H(I2|OP|DB|BY)-[0-9]{6} HI2-201000"

// newReplicas starts so many; the first makes the world of the demo.
func newReplicas(t *testing.T, n int) *replicas {
	t.Helper()
	dsn := asURL(t, storetest.NewServer(t).Database(t))
	r := &replicas{front: &front{}}
	front := httptest.NewServer(r.front.balancer())
	t.Cleanup(front.Close)
	for i := range n {
		command, data := "serve", filepath.Join(t.TempDir(), fmt.Sprintf("replica%d", i))
		if i == 0 {
			command = "demo"
		} else {
			copyKeys(t, r.each[0].data, data)
		}
		address := freeAddress(t)
		args := []string{command, "--data", data, "--database", dsn + "&application_name=" + filepath.Base(data),
			"--listen", address, "--url", front.URL, theSerials, quick, "--workers=16", "--log-level=warn"}
		one := &replica{server: &server{t: t, data: data, dsn: dsn, args: args, out: &output{}, taken: map[string]bool{}}}
		if i == 0 {
			one.server = newServer(t, data, args...)
			one.dsn = dsn
		} else {
			t.Cleanup(func() {
				one.stop()
				if t.Failed() {
					t.Logf("%s said:\n%s", filepath.Base(one.data), one.out)
				}
			})
		}
		r.each = append(r.each, one)
		r.begin(i)
		if i == 0 {
			one.url = front.URL
			one.readWorld()
			one.url = "http://" + address
		}
		one.world = r.each[0].world
	}
	first := r.each[0]
	r.server = &server{t: t, data: first.data, dsn: dsn, url: front.URL, out: first.out, world: first.world, taken: map[string]bool{}}
	return r
}

// under is the same processes, for a part of the story that fails by itself.
func (r *replicas) under(t *testing.T) *replicas {
	part := &replicas{server: r.server.under(t), front: r.front}
	for _, one := range r.each {
		part.each = append(part.each, &replica{server: one.server.under(t)})
	}
	return part
}

func (s *server) under(t *testing.T) *server {
	part := *s
	part.t = t
	return &part
}

// begin starts one and lets the front know.
func (r *replicas) begin(i int) {
	one := r.each[i]
	one.t.Helper()
	one.start()
	one.url = "http://" + one.args[slices.Index(one.args, "--listen")+1]
	r.front.add(one.url)
}

// front sends every request to the next process of those that run.
type front struct {
	mu   sync.Mutex
	urls []string // by mu
	turn int      // by mu
}

func (f *front) add(url string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.urls = append(f.urls, url)
}

func (f *front) drop(url string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.urls = slices.DeleteFunc(f.urls, func(one string) bool { return one == url })
}

func (f *front) next() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.urls) == 0 {
		return "http://127.0.0.1:1" // where nobody answers
	}
	f.turn++
	return f.urls[f.turn%len(f.urls)]
}

// balancer is a front without stickiness. A request whose replica dies gets no
// answer, as from a real one that has sent it on already.
func (f *front) balancer() http.Handler {
	return &httputil.ReverseProxy{
		FlushInterval: -1, // events are not held back
		Rewrite: func(out *httputil.ProxyRequest) {
			target, err := url.Parse(f.next())
			if err != nil {
				panic(err) // it was made from an address
			}
			out.SetURL(target)
			out.Out.Host = out.In.Host
		},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
		ModifyResponse: func(response *http.Response) error {
			if response.StatusCode == http.StatusBadGateway {
				return http.ErrAbortHandler
			}
			return nil
		},
	}
}

// at is the same caller, at one replica.
func (c client) at(one *replica) client {
	c.s = one.server
	return c
}

// at is the same browser, at one replica: its cookies are 127.0.0.1's, whatever
// the port (RFC 6265, section 8.5).
func (v visitor) at(one *replica) visitor {
	v.s = one.server
	return v
}

func copyKeys(t *testing.T, from, to string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(to, "keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	keys, err := os.ReadDir(filepath.Join(from, "keys"))
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		text, err := os.ReadFile(filepath.Join(from, "keys", key.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, "keys", key.Name()), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

var keyword = regexp.MustCompile(`(\w+)=(\S+)`)

// asURL is a connection string of key words as the program takes it.
func asURL(t *testing.T, dsn string) string {
	t.Helper()
	said := map[string]string{}
	for _, match := range keyword.FindAllStringSubmatch(dsn, -1) {
		said[match[1]] = match[2]
	}
	if said["host"] == "" || said["dbname"] == "" {
		t.Fatalf("no database: %s", strings.Join(keyword.FindAllString(dsn, -1), " "))
	}
	return fmt.Sprintf("postgres://%s@/%s?host=%s", said["user"], said["dbname"], url.QueryEscape(said["host"]))
}
