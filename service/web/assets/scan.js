// The scan page: scan, beep, ready. Each code, from the scanner, the camera or
// somebody's fingers, is asked about by itself; the server's answer, rendered
// there, takes the top of the page, and the field stays ready for the next.
//
// For others on the same page:
//   "quitclaim:scan" on the form, before the server is asked. Prevent it to
//     take the scan over.
//   "quitclaim:unreachable" on the form, when the network failed (not for an
//     answer of the server). Prevent it to say yourself what becomes of it.
//   Both bubble, and have detail {payload, second_payload, brand, serial,
//     purpose, symbology, source, at}: payload and second_payload without
//     secrets, as they may be sent or kept; brand and serial where those were
//     typed instead (payload is "" then); source "wedge", "camera" or "typed";
//     at an instant in RFC 3339.
//   What stands in <main> above the scanner makes room for the first answer,
//     but for what carries data-keep.
import "./wedge.js";
import { camera } from "./camera.js";
import { redact } from "./redact.js";
import { remember, remembered } from "./choices.js";
import { localise } from "./time.js";
import { play } from "./tones.js";

const patience = 10000; // ms until the network counts as lost
const kept = 20; // scans in the list

const root = document.querySelector("[data-scanner]");
if (root) {
  work(root);
}

function work(root) {
  const form = root.querySelector("form[data-scan]");
  const typed = root.querySelector("form[data-typed]");
  const purpose = form.elements.purpose.value;
  const pairs = root.querySelector("[data-pairs]");
  const stopped = root.querySelector("[data-stop]");
  let box; // the first code of a pair
  let turn = Promise.resolve(); // scans are asked about one after the other
  let eye;

  // state shows one of the sentences that wait in the page, and hides its like.
  const state = (group, name) => {
    for (const element of root.querySelectorAll(`[data-state^="${group}"]`)) {
      element.hidden = element.dataset.state !== name;
    }
  };

  function offer(code, source) {
    if (!stopped.hidden) {
      play("mismatch"); // nothing goes on before somebody has seen it
      return;
    }
    const { text } = redact(code.payload);
    const detail = {
      payload: text, second_payload: "", brand: "", serial: "", purpose, source,
      symbology: code.symbology ?? "", at: new Date().toISOString(),
    };
    if (pairs?.checked && !box) {
      box = detail;
      play("half");
      state("pair", "pair-second");
      return;
    }
    if (pairs?.checked) {
      detail.payload = box.payload;
      detail.second_payload = text;
      forgetBox();
    }
    next(detail, code.seen);
  }

  function forgetBox() {
    box = undefined;
    state("pair", pairs?.checked ? "pair-first" : "");
  }

  function next(detail, seen) {
    turn = turn.then(() => ask(detail, seen)).catch(() => state("answer", "answer-failed"));
  }

  function tell(name, detail) {
    return form.dispatchEvent(new CustomEvent(name, { bubbles: true, cancelable: true, detail }));
  }

  async function ask(detail, seen) {
    if (!stopped.hidden || !tell("quitclaim:scan", detail)) {
      return;
    }
    const slow = setTimeout(() => state("answer", "answer-waiting"), 300);
    let answer;
    let text;
    try {
      answer = await send(detail);
      text = await answer.text();
    } catch {
      clearTimeout(slow);
      state("answer", "");
      if (tell("quitclaim:unreachable", detail)) {
        state("answer", "answer-unreachable");
        play("lost");
      }
      return;
    }
    clearTimeout(slow);
    state("answer", "");
    if (answer.redirected || answer.status === 401) {
      location.reload(); // signed out: let the page say so
    } else if (answer.status === 422 && detail.brand) {
      typed.submit(); // the server shows the mistakes at their fields
    } else if (!answer.ok) {
      state("answer", answer.status === 503 || answer.status === 429 ? "answer-busy" : "answer-failed");
      play("lost");
    } else {
      show(text, seen);
    }
  }

  function send(detail) {
    const fields = detail.brand
      ? { brand: detail.brand, serial: detail.serial, serial_again: detail.again }
      : { payload: detail.payload, second_payload: detail.second_payload };
    return fetch(`${form.getAttribute("action")}?fragment=verdict`, {
      method: "POST",
      headers: { Accept: "text/html" },
      body: new URLSearchParams({ purpose, ...fields }),
      signal: AbortSignal.timeout(patience),
    });
  }

  function show(text, seen) {
    const holder = document.createElement("template");
    holder.innerHTML = text; // rendered and escaped by html/template
    const verdict = holder.content.querySelector("[data-verdict]");
    const row = holder.content.querySelector("[data-row]");
    const region = place();
    region.replaceChildren(...verdict.childNodes);
    localise(region);
    document.title = verdict.dataset.title;
    scrollTo({ top: 0 });
    const outcome = verdict.dataset.verdict;
    region.dataset.outcome = outcome;
    if (outcome === "clear") {
      root.querySelector("[data-said]").textContent = verdict.dataset.said;
    }
    if (outcome === "mismatch") {
      stop();
    }
    play(outcome);
    if (seen !== undefined) {
      performance.measure("quitclaim:frame-to-verdict", { start: seen, end: performance.now() });
    }
    list(row);
  }

  // place is where answers stand: above the scanner. What was there first made
  // sense before this scan.
  function place() {
    let region = document.querySelector("[data-answer]");
    if (!region || region.dataset.answer !== "here") {
      region = document.createElement("div");
      region.dataset.answer = "here";
      region.className = "scan-answer";
      for (let above = root.previousElementSibling, next; above; above = next) {
        next = above.previousElementSibling;
        if (!above.matches("[data-keep]")) {
          above.remove();
        }
      }
      root.before(region);
    }
    return region;
  }

  function list(row) {
    const section = root.querySelector("[data-last]");
    const rows = section.querySelector("ol");
    rows.prepend(row);
    localise(row);
    while (rows.children.length > kept) {
      rows.lastElementChild.remove();
    }
    section.hidden = false;
  }

  function stop() {
    stopped.hidden = false;
    eye?.pause(true);
  }

  // A scanner sends Enter after each code, and Enter presses the button that
  // has the focus: what comes as fast as a scanner types presses nothing.
  let key = -Infinity;
  addEventListener("keydown", (event) => {
    if (stopped.hidden || event.target.closest?.("[data-stop]") === null) {
      return;
    }
    const now = performance.now();
    if (event.key !== "Tab" && now - key < 150) {
      event.preventDefault();
    }
    key = now;
  }, { capture: true });
  stopped.querySelector("button").addEventListener("click", () => {
    stopped.hidden = true;
    eye?.pause(false);
    form.elements.payload.focus({ preventScroll: true });
  });

  form.addEventListener("quitclaim:code", (event) => {
    event.preventDefault();
    offer(event.detail, event.detail.source);
  });
  typed.addEventListener("submit", (event) => {
    event.preventDefault();
    const { brand, serial, serial_again: again } = Object.fromEntries(new FormData(typed));
    if (!stopped.hidden) {
      play("mismatch");
      return;
    }
    const about = { purpose, symbology: "", source: "typed", at: new Date().toISOString() };
    const { text, secrets } = redact(serial);
    if (secrets > 0) {
      next({ payload: text, second_payload: "", brand: "", serial: "", ...about });
    } else {
      next({ payload: "", second_payload: "", brand, serial, again, ...about });
    }
  });

  toggle(root.querySelector("[data-sound]"), "sound", true);
  toggle(root.querySelector("[data-vibration]"), "vibration", true);
  if (pairs) {
    toggle(pairs, "pairs", false);
    pairs.addEventListener("change", forgetBox);
    root.querySelector("[data-pair-again]").addEventListener("click", forgetBox);
    forgetBox();
  }
  root.querySelector("[data-tools]").hidden = false;
  root.querySelector("[data-station]").hidden = false;
  eye = camera(root,
    (code, seen) => offer({ ...code, seen }, "camera"),
    (name) => state("eye", name));
}

// toggle keeps a choice of this station.
function toggle(box, name, usual) {
  box.checked = (remembered(name) || (usual ? "on" : "off")) === "on";
  box.addEventListener("change", () => remember(name, box.checked ? "on" : "off"));
}
