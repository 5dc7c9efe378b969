package story

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func contains(text, part string) bool { return strings.Contains(text, part) }

// A pallet is scanned over bad Wi-Fi: an answer is lost after the server has
// committed, two windows look on, units change hands behind the desk's back, and
// nobody closes the batch before all of it has arrived.
func TestOfflineBatch(t *testing.T) {
	t.Parallel()
	s := demo(t)
	clerk := s.as("clerk", brightside, 0)
	w := newWifi(t, s)
	desk := w.through(s, s.browser(t))
	desk.signIn(clerk.person)
	desk.open("/desk")
	desk.ready()
	id := clerk.batch(desk)

	desk.losesAnAnswer(w, clerk, id)
	desk.twoWindows(w, clerk, id)
	desk.comesTooLate(w, clerk, id)
	desk.closesWhenAllHasArrived(w, clerk, id)
}

func (b tab) losesAnAnswer(w *wifi, clerk client, id string) {
	b.t.Helper()
	u := b.s.pick(in("bound"), soldBy(brightside))
	before := clerk.returns(u)
	w.lose()
	b.scansNext(u)
	b.sees(saved)
	if state := clerk.look(u).State; state != "returned" {
		b.t.Fatalf("the answer was lost before the server did anything: %s", state)
	}
	w.on()
	b.sees("Taken back and cut off", u.Serial)
	b.keeps(0)
	clerk.once(u, before)
	if got := clerk.seesBatch(id); got.Count != 1 || got.Summary.Taken != 1 {
		b.t.Errorf("the batch = %+v, want the one entry", got)
	}
}

func (b tab) twoWindows(w *wifi, clerk client, id string) {
	b.t.Helper()
	first, second := b.s.pick(in("sold"), soldBy(brightside)), b.s.pick(in("sold"), soldBy(brightside))
	one, two := clerk.returns(first), clerk.returns(second)
	other := b.beside()
	other.open("/desk/batches/" + url.PathEscape(id))
	w.off()
	b.scansNext(first)
	b.waiting(1)
	other.scansNext(second)
	other.waiting(2)
	b.waiting(2)
	w.on()
	clerk.once(first, one)
	clerk.once(second, two)
	b.keeps(0)
	// One window sent for both; each shows what came of it, and that there is network.
	for _, window := range []tab{b, other} {
		window.waiting(0)
		window.sees("3 units are back of 3 scanned")
		window.until("it knows of the network", `document.querySelector("[data-queue-offline]").hidden`)
	}
	if got := clerk.seesBatch(id); got.Count != 3 || got.Summary.Taken != 3 {
		b.t.Errorf("the batch = %+v, want three entries", got)
	}
}

// comesTooLate: what changed since the scan, or is older than three days, fences
// nothing.
func (b tab) comesTooLate(w *wifi, clerk client, id string) {
	b.t.Helper()
	moved, old := b.s.pick(in("sold"), soldBy(brightside)), b.s.pick(in("bound"), soldBy(brightside))
	w.off()
	b.scansNext(moved)
	b.waiting(1)
	b.scansNext(old)
	b.waiting(2)
	// Meanwhile it was taken back elsewhere, by mistake.
	back := clerk.takeBack(moved, "")
	clerk.post("/v1/returns/"+back.ID+"/cancel", map[string]any{"payload": moved.Payload}).want(http.StatusOK)
	was, wasOld := clerk.returns(moved), clerk.returns(old)
	evaluate[bool](b, `(async () => {
	const lines = await `+keptLines+`;
	const line = lines.at(-1);
	line.text = line.text.replace(/"scanned_at":"[^"]*"/, '"scanned_at":"' + new Date(Date.now() - 73 * 3600e3).toISOString() + '"');
	await new Promise((resolve) => {
		const open = indexedDB.open("quitclaim");
		open.onsuccess = () => {
			const transaction = open.result.transaction("scans", "readwrite");
			transaction.objectStore("scans").put(line);
			transaction.oncomplete = () => { open.result.close(); resolve(); };
		};
	});
	return true;
})()`)
	w.on()
	b.keeps(0)
	b.sees("To sort out", "Too late", "Scan the unit again at the desk")
	clerk.notBack(moved, was)
	clerk.notBack(old, wasOld)
	got := clerk.seesBatch(id)
	if got.Count != 5 || got.Summary.Late != 2 || got.Summary.Open != 2 {
		b.t.Fatalf("the batch = %+v, want two exceptions", got)
	}
	for i, code := range []string{"return.overtaken", "return.queued-too-long"} {
		if e := got.Entries[3+i]; e.State != "exception" || e.Reasons[0].Code != code {
			b.t.Errorf("entry %d = %+v, want %s", 4+i, e, code)
		}
	}
}

func (b tab) closesWhenAllHasArrived(w *wifi, clerk client, id string) {
	b.t.Helper()
	u := b.s.pick(in("sold"), soldBy(brightside))
	before := clerk.returns(u)
	for range 2 {
		evaluate[string](b, `document.querySelector("form.settle select").value = "set-aside"`)
		b.press("sort one out", click("form.settle button"))
	}
	w.off()
	b.scansNext(u)
	b.waiting(1)
	b.do("close it all the same", click("form[data-close] button"))
	b.sees("still wait on this device")
	w.on()
	clerk.once(u, before)
	b.keeps(0)
	b.until("nothing keeps it open", `document.querySelector("[data-close-waits]").hidden`)
	b.press("close the batch", click("form[data-close] button"))
	b.sees("The batch is closed.", u.Serial, "Put aside for the security officer")
	if got := clerk.seesBatch(id); got.Count != 6 || got.Summary.Taken != 4 || got.Summary.Open != 0 {
		b.t.Errorf("the batch = %+v, want six entries, four units back", got)
	}
}
