// The desk without network: what is scanned is saved on this device under a key
// of its own, shown as not yet checked, and sent when there is network again.
// In a batch every scan goes this way, network or not, so that there is one way
// and a scan is on the disk before anybody trusts in it.
//
// It listens to what scan.js tells of a scan, and knows no sentence: all of
// them stand in the page, hidden.
import * as lines from "./queue-store.js";
import { post, sender } from "./queue-send.js";
import { localise } from "./time.js";
import { play } from "./tones.js";

const quick = 700; // ms in which a scan that is answered is not shown as waiting

const panel = document.querySelector("[data-queue]");
if (panel) {
  work(panel);
}

function work(panel) {
  const part = (name) => panel.querySelector(`[data-queue-${name}]`);
  const show = (name, on) => { part(name).hidden = !on; };
  const page = panel.dataset.operator; // empty: the page that is kept for everybody
  const kept = page === "";
  const here = place();
  const sending = new Set();
  let mine = [];
  let others = 0;
  let offline = !navigator.onLine;
  let asked = 0; // how often the list was asked for, and which answer it shows
  let shown = 0;
  let behind; // asks again for the list that could not be had

  // who scans on this page.
  const who = async () => page || lines.operator();

  // place is where this page's scans go. The kept page stands at the address of
  // the batch that it stands for.
  function place() {
    const batch = kept && /^\/desk\/batches\/([^/]+)$/.exec(location.pathname)?.[1];
    return batch
      ? { batch: decodeURIComponent(batch), path: `/v1/batches/${batch}/entries` }
      : { batch: panel.dataset.batch, path: panel.dataset.path };
  }

  const flush = sender(who, (what, line, answer) => {
    sending.clear(); // one at a time
    if (what === "sending") {
      sending.add(line.seq);
    }
    if (what === "offline" || what === "online") {
      offline = what === "offline";
    }
    if (what === "sent") {
      show("signed-out", false);
      arrived(line, answer).then(sound);
    } else if (what === "signed-out") {
      show("signed-out", true);
    } else if (what === "failed") {
      play("refused");
    } else if (what === "idle") {
      catchUp();
    }
    render();
  });

  // One window sends for all of them, so what it learns holds here as well. The
  // sound is its own: a device has one loudspeaker.
  lines.onTold((what, line, answer) => {
    if (what === "online") {
      offline = false;
    } else if (what === "sent") {
      arrived(line, answer);
    }
    render();
  });

  // ── what is scanned ─────────────────────────────────────────────────

  document.addEventListener("quitclaim:scan", (event) => {
    if (here.batch || kept) {
      event.preventDefault();
      take(event.detail);
    }
  });
  document.addEventListener("quitclaim:unreachable", (event) => {
    if (event.detail.purpose !== "return") {
      show("needs", true);
      reveal();
      return;
    }
    if (!lines.able) {
      show("insecure", true);
      reveal();
      return;
    }
    event.preventDefault();
    offline = true;
    take(event.detail);
  });

  async function take(detail) {
    const line = await lineOf(detail);
    const form = document.querySelector("form[data-typed]");
    if (detail.brand) {
      form?.reset();
    }
    if (line.operator === "") {
      play("lost");
      return;
    }
    try {
      if (!lines.able) {
        throw new Error("nothing can be saved here");
      }
      await lines.add(line);
      navigator.storage?.persist?.().catch(() => {});
      show("full", false);
    } catch {
      await direct(line);
      return;
    }
    if (offline) {
      play("half");
    }
    flush(!offline);
    render();
    setTimeout(render, quick + 50);
  }

  async function lineOf(detail) {
    const operator = await who();
    const chosen = (name) => part(name)?.value || panel.dataset[name];
    const body = { scanned_at: detail.at, operator };
    for (const name of ["payload", "second_payload", "brand", "serial"]) {
      if (detail[name]) {
        body[name] = detail[name];
      }
    }
    const line = {
      id: lines.uuid(), operator, station: panel.dataset.station, batch: here.batch ?? "", path: here.path, at: detail.at,
      condition: chosen("condition"), reason: chosen("reason"), state: "waiting", detail: "", code: "",
      shown: detail.brand ? `${detail.brand} ${detail.serial}` : detail.second_payload || detail.payload, saved: Date.now(),
    };
    if (!line.batch) {
      Object.assign(body, { condition: line.condition, reason: line.reason });
    }
    line.text = JSON.stringify(body);
    return line;
  }

  // direct sends what could not be saved. If that fails too, only paper is left.
  async function direct(line) {
    try {
      const answer = await post(line);
      if (answer.ok) {
        arrived(line, await answer.json()).then(sound);
        return;
      }
      show("signed-out", answer.status === 401 || answer.status === 403);
    } catch {
      offline = true;
    }
    show("full", lines.able);
    show("insecure", !lines.able);
    play("lost");
    reveal();
  }

  // ── what became of it ───────────────────────────────────────────────

  function sound(outcome) {
    if (outcome) {
      play(outcome);
    }
  }

  // arrived shows the page's own list again, as the server has it now, and says
  // what the newest entry came to.
  async function arrived(line, answer) {
    const region = document.querySelector("[data-queue-refresh]");
    if (!region || (here.batch ?? "") !== line.batch) {
      return undefined;
    }
    const url = new URL(location.href);
    url.searchParams.set("fragment", region.dataset.queueRefresh);
    if (answer.place) {
      url.searchParams.set("entry", answer.place);
      url.searchParams.delete("again");
      if (answer.again) {
        url.searchParams.set("again", "1");
      }
    }
    const turn = ++asked;
    const came = document.createElement("div");
    try {
      const fresh = await fetch(url, { headers: { Accept: "text/html" } });
      if (!fresh.ok || fresh.redirected) {
        throw new Error(String(fresh.status));
      }
      came.innerHTML = await fresh.text(); // rendered and escaped by html/template
    } catch {
      behind = turn === asked ? () => arrived(line, answer) : behind;
      return undefined;
    }
    const outcome = came.querySelector("[data-outcome]")?.dataset.outcome ?? "clear";
    if (turn > shown) { // otherwise a later answer, which shows more, overtook it
      shown = turn;
      behind = undefined;
      region.replaceChildren(...came.childNodes);
      localise(region);
    }
    return outcome;
  }

  // catchUp: nothing is left to send, so nothing that is sent will tell whether
  // there is network, or bring a list that is behind up to date. The kept page
  // goes back to the real one.
  async function catchUp() {
    if (!kept && !offline && !behind) {
      return;
    }
    try {
      const answer = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(5000) });
      if (!answer.ok) {
        return;
      }
      const typing = document.querySelector("main input:not([type=hidden]):focus")?.value;
      if (kept && !typing) {
        location.reload();
        return;
      }
      offline = false;
      await behind?.();
    } catch {
      offline = true;
    }
    render();
  }

  // ── what waits ──────────────────────────────────────────────────────

  async function render() {
    if (!lines.able) {
      show("insecure", offline);
      reveal();
      return;
    }
    let every;
    let me;
    try {
      [every, me] = await Promise.all([lines.all(), who()]);
    } catch {
      return; // no database: what is scanned is sent at once, or not at all
    }
    mine = every.filter((line) => line.operator === me);
    others = every.length - mine.length;
    const due = mine.filter((line) => offline || line.state === "failed" || Date.now() - line.saved > quick);
    part("count").textContent = String(due.length);
    show("list", due.length > 0);
    part("list").querySelector("ol").replaceChildren(...due.map(row));
    show("offline", offline);
    show("others", others > 0);
    part("others-count").textContent = String(others);
    if (part("defaults")) {
      part("defaults").hidden = !(offline || mine.length > 0);
    }
    closing(every);
    reveal();
  }

  function reveal() {
    panel.hidden = ![...panel.children].some((child) => !child.hidden && child.tagName !== "TEMPLATE");
  }

  function row(line) {
    const item = part("row").content.firstElementChild.cloneNode(true);
    const find = (name) => item.querySelector(`[data-${name}]`);
    const state = line.state === "waiting" && sending.has(line.seq) ? "sending" : line.state;
    item.querySelector(`[data-state=${state}]`).hidden = false;
    item.dataset.line = line.id;
    find("shown").textContent = line.shown;
    find("at").dateTime = line.at;
    localise(item);
    if (line.state === "failed") {
      find("detail").textContent = line.detail;
      find("detail").hidden = line.detail === "";
      find("do").hidden = false;
      find("tools").hidden = false;
      find("outside").hidden = line.code !== "batch.closed" && line.code !== "batch.full";
      find("retry").addEventListener("click", () => change({ ...line, state: "waiting", detail: "", code: "" }));
      find("outside").addEventListener("click", () => change(outside(line)));
      find("remove").addEventListener("click", async () => {
        if (confirm(panel.querySelector("[data-queue-words]").content.querySelector("[data-word=remove]").textContent)) {
          await lines.remove(line.seq);
          render();
        }
      });
    }
    return item;
  }

  async function change(line) {
    await lines.put(line);
    await flush(true);
    render();
  }

  // outside makes a return of its own of an entry whose batch takes no more.
  function outside(line) {
    const body = JSON.parse(line.text);
    const condition = line.condition || "used";
    const reason = line.reason || "other";
    return {
      ...line, batch: "", path: "/v1/returns/queued", text: JSON.stringify({ ...body, condition, reason }), state: "waiting",
      detail: "", code: "",
    };
  }

  // closing keeps a batch open while any of its scans, whosever, is only here.
  function closing(every) {
    const form = document.querySelector("form[data-close]");
    if (!form) {
      return;
    }
    const waiting = every.filter((line) => line.batch === here.batch).length;
    form.elements.waiting.value = String(waiting);
    form.querySelector("[data-close-waits]").hidden = waiting === 0;
  }
  document.querySelector("form[data-close]")?.addEventListener("submit", (event) => {
    if (event.target.elements.waiting.value !== "0") {
      event.preventDefault();
      event.target.querySelector("[data-close-waits]").scrollIntoView();
      play("refused");
    }
  });

  // ── begin ───────────────────────────────────────────────────────────

  part("now").addEventListener("click", () => flush(true));
  addEventListener("offline", () => { offline = true; render(); });
  addEventListener("online", () => { offline = false; render(); });

  async function begin() {
    if (lines.able) {
      if (page) {
        await lines.setOperator(page);
      } else {
        const somebody = (await lines.operator()) !== "";
        document.querySelector("[data-queue-scan]").hidden = !somebody;
        document.querySelector("[data-queue-nobody]").hidden = somebody;
      }
      if (await lines.lost()) {
        show("lost", true);
        await lines.forgetLost();
      }
    }
    await render();
    await flush(true);
  }
  begin().catch(() => { /* no database: scans are sent at once */ });

  const worker = navigator.serviceWorker;
  worker?.register(panel.dataset.worker).then(() => worker.ready).then((ready) => {
    ready.active?.postMessage({ language: document.documentElement.lang });
  }).catch(() => { /* without it there is no page without network, and that is all */ });
}
