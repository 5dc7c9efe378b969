// Keeps a region fresh: <div data-live="/events" data-fragment="progress">.
// At each event it fetches this page's own block again; the server decides
// anew, each time, what this reader may see.
import { localise } from "./time.js";

for (const region of document.querySelectorAll("[data-live]")) {
  watch(region);
}

function watch(region) {
  const source = new EventSource(region.dataset.live);
  let busy = false;
  let again = false;

  async function refresh() {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    try {
      await replace(region, source);
    } catch {
      // Offline or overloaded: the next event, or the reconnect, tries again.
      region.classList.add("offline");
    }
    busy = false;
    if (again) {
      again = false;
      refresh();
    }
  }

  source.onmessage = refresh;
  for (const name of (region.dataset.events || "change").split(" ")) {
    source.addEventListener(name, refresh);
  }
  // After a pause events may have been missed.
  let opened = false;
  source.onopen = () => {
    if (opened) {
      refresh();
    }
    opened = true;
  };
  // Refused for good: the session has ended, or the right to see this.
  source.onerror = () => source.readyState === EventSource.CLOSED && refresh();
  addEventListener("pagehide", () => source.close());
}

async function replace(region, source) {
  const url = new URL(location.href);
  url.searchParams.set("fragment", region.dataset.fragment);
  const answer = await fetch(url, { headers: { Accept: "text/html" } });
  if (answer.status === 404 && region.dataset.gone) {
    source.close();
    location.assign(region.dataset.gone); // it has gone on, and the page says where to look
    return;
  }
  if (answer.redirected || answer.status === 401 || answer.status === 403 || answer.status === 404) {
    source.close();
    location.reload(); // signed out, or no longer theirs: let the page say so
    return;
  }
  if (!answer.ok) {
    throw new Error(String(answer.status));
  }
  const text = await answer.text();
  if (text === region.dataset.shown) {
    return;
  }
  region.dataset.shown = text;
  const focused = region.contains(document.activeElement) ? document.activeElement.id : "";
  region.innerHTML = text; // rendered and escaped by html/template
  region.classList.remove("offline");
  localise(region);
  if (focused) {
    document.getElementById(focused)?.focus();
  }
}
