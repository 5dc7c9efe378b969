package story

import "testing"

const saved = "Saved on this device, not yet checked"

// A desk loses its network, goes on scanning, is opened anew without network,
// and gets it back: each unit is back once. In between the session ends and
// somebody else signs in, who neither sees nor sends what waits.
func TestOfflineDesk(t *testing.T) {
	t.Parallel()
	s := demo(t)
	clerk, colleague := s.as("clerk", brightside, 0), s.as("clerk", brightside, 1)
	w := newWifi(t, s)
	browser := s.browser(t)
	desk := w.through(s, browser)
	desk.signIn(clerk.person)
	desk.open("/desk")
	desk.ready()

	desk.goesOnWithoutNetwork(w, clerk)
	desk.anotherPersonComes(w, clerk, colleague)
	desk.hasNoRoom(w, clerk)
	desk.isEvicted(w, clerk)
}

func (b tab) goesOnWithoutNetwork(w *wifi, clerk client) {
	b.t.Helper()
	first, second := b.s.pick(in("bound"), soldBy(brightside)), b.s.pick(in("sold"), soldBy(brightside))
	one, two := clerk.returns(first), clerk.returns(second)
	w.off()
	b.scansNext(first)
	b.sees(saved, "nothing is taken back until the network is back")
	b.waiting(1)
	b.open("/desk")
	b.sees("Return desk without network", saved, "Selling needs the network", "Resetting and certifying need the network")
	b.waiting(1)
	b.scansNext(second)
	b.waiting(2)
	clerk.notBack(first, one)
	w.on()
	clerk.once(first, one)
	clerk.once(second, two)
	b.sees("Taken back in the last 24 hours", first.Serial, second.Serial)
	b.keeps(0)
}

func (b tab) anotherPersonComes(w *wifi, clerk, colleague client) {
	b.t.Helper()
	u := b.s.pick(in("bound"), soldBy(brightside))
	before := clerk.returns(u)
	b.ready()
	evaluate[bool](b, `Boolean(window.confirm = (text) => { window.asked = text; return false; })`)
	w.off()
	b.scansNext(u)
	b.waiting(1)
	b.do("sign out", click(`form[action="/sign-out"] button`))
	b.until("it is asked before", `Boolean(window.asked?.includes("only saved on this device"))`)
	b.signedOut()
	w.on()
	b.sees("You are signed out")
	b.keeps(1)
	b.signInAgain(colleague.person)
	b.open("/desk")
	b.sees("Saved here by somebody else")
	b.waiting(0)
	if shown := b.text(); contains(shown, u.Serial) {
		b.t.Errorf("the colleague sees what somebody else scanned:\n%s", shown)
	}
	clerk.notBack(u, before)
	b.keeps(1)
	b.press("the colleague signs out", click(`form[action="/sign-out"] button`))
	b.signInAgain(clerk.person)
	b.open("/desk")
	clerk.once(u, before)
	b.keeps(0)
}

func (b tab) signInAgain(p person) {
	b.t.Helper()
	b.open("/sign-in")
	b.fill("#email", p.Email)
	b.fill("#password", p.Password)
	b.press("sign in", click(`main form[action="/sign-in"] button`))
}

// hasNoRoom: a device that is full says so, and with network it does without.
// The browser is made to say so by the page itself: the quota that one can set
// from outside holds for nothing in a browser without a window.
func (b tab) hasNoRoom(w *wifi, clerk client) {
	b.t.Helper()
	u := b.s.pick(in("bound"), soldBy(brightside))
	before := clerk.returns(u)
	b.open("/desk")
	b.ready()
	evaluate[bool](b, `Boolean(IDBObjectStore.prototype.add = () => { throw new DOMException("full", "QuotaExceededError"); })`)
	w.off()
	b.scansNext(u)
	b.sees("This device has no room left")
	b.keeps(0)
	w.on()
	b.open("/desk")
	b.scansNext(u)
	b.sees("Still connected", u.Serial)
	clerk.notBack(u, before)
}

// isEvicted: a browser that deletes what it kept says so, and the desk goes on.
func (b tab) isEvicted(w *wifi, clerk client) {
	b.t.Helper()
	u := b.s.pick(in("bound"), soldBy(brightside))
	before := clerk.returns(u)
	b.open("/desk")
	b.ready()
	w.off()
	b.scansNext(u)
	b.waiting(1)
	evaluate[bool](b, evict)
	w.on()
	b.open("/desk")
	b.sees("This browser has deleted what was saved here")
	b.keeps(0)
	clerk.notBack(u, before)
	b.scansNext(u)
	b.sees("Still connected", u.Serial)
}

// evict deletes every line that waits, as a browser does that needs the room.
const evict = `new Promise((resolve, reject) => {
	const open = indexedDB.open("quitclaim");
	open.onerror = reject;
	open.onsuccess = () => {
		const change = open.result.transaction("scans", "readwrite");
		change.objectStore("scans").clear();
		change.oncomplete = () => { open.result.close(); resolve(true); };
	};
})`
