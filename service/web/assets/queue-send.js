// Sends what waits, one after the other, in the order of scanning. Of several
// tabs one sends at a time: a Web Lock, which ends with its tab. The key makes
// the server answer a line that it has had already as it did the first time.
import * as lines from "./queue-store.js";

const patience = 20000; // ms for one answer
const every = 15000;
const pauses = [2000, 5000, 15000, 30000, 60000];

// sender sends the lines of one person. told hears of each answer:
//   ("sending", line) ("sent", line, answer) ("failed", line) ("offline")
//   ("busy") ("signed-out") ("online") ("idle")
export function sender(who, told) {
  let failures = 0;
  let next = 0; // not before this instant
  let waiting;
  let again = false;

  function later(least) {
    const pause = Math.max(pauses[Math.min(failures, pauses.length - 1)], least);
    failures++;
    next = Date.now() + pause;
    setTimeout(() => flush(), pause + 1);
  }

  // flush sends now, or as soon as the back-off lets it; at once: a person, or
  // the network, says that it is worth a try.
  function flush(atOnce = false) {
    if (atOnce) {
      next = 0;
    }
    if (waiting) {
      again = true;
      return waiting;
    }
    if (!lines.able || Date.now() < next) {
      return Promise.resolve();
    }
    waiting = navigator.locks.request("quitclaim-queue", run).catch(() => later(0)).finally(() => {
      waiting = undefined;
      if (again) {
        again = false;
        flush();
      }
    });
    return waiting;
  }

  async function run() {
    const me = await who();
    let last = 0;
    for (;;) {
      const line = (await lines.all()).find((l) => l.seq > last && l.state === "waiting" && l.operator === me);
      if (!line || me === "") {
        told("idle");
        return;
      }
      last = line.seq;
      told("sending", line);
      if (!(await one(line))) {
        return;
      }
    }
  }

  // one sends one line, and says whether to go on.
  async function one(line) {
    let answer;
    let body;
    try {
      answer = await post(line);
      body = await answer.json().catch(() => ({}));
    } catch {
      told("offline");
      later(0);
      return false;
    }
    told("online");
    lines.tell("online");
    const wait = Number(answer.headers.get("Retry-After") ?? "0") * 1000;
    if (answer.ok) {
      failures = 0;
      await lines.remove(line.seq);
      told("sent", line, body);
      lines.tell("sent", line, body);
      return true;
    }
    if (answer.status === 401 || answer.status === 403) {
      told("signed-out");
      later(every);
      return false;
    }
    if (answer.status >= 500 || answer.status === 429 || wait > 0) {
      told("busy");
      later(wait);
      return false;
    }
    failures = 0;
    line.state = "failed";
    line.code = body.reasons?.[0]?.code ?? body.code ?? "";
    line.detail = (body.reasons ?? []).map((r) => r.detail).join(" ") || body.detail || "";
    await lines.put(line);
    told("failed", line);
    return true;
  }

  setInterval(() => flush(), every);
  addEventListener("online", () => flush(true));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") {
      flush(true);
    }
  });
  return flush;
}

// post sends one line. The device's clock goes beside the body, which must be
// the same each time.
export function post(line) {
  return fetch(line.path, {
    method: "POST",
    headers: {
      "Content-Type": "application/json", Accept: "application/json",
      "Idempotency-Key": line.id, "Sent-At": new Date().toISOString(),
    },
    body: line.text,
    redirect: "error",
    signal: AbortSignal.timeout(patience),
  });
}
