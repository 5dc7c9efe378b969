// Covers the page of a station where nobody was for a while, and takes the
// cover off for the same person's PIN. The page stays as it is behind it, so a
// half-filled form is not lost. The server covers by its own clock as well.
const cover = document.getElementById("cover");
if (cover) {
  watch(cover);
}

function watch(cover) {
  const idle = Number(cover.dataset.idle) * 1000;
  const form = cover.querySelector("form");
  const mistake = cover.querySelector(".mistake");
  let last = Date.now();
  let told = last;
  let open = true; // the page can be seen

  async function post(path, body) {
    try {
      return (await fetch(path, { method: "POST", body })).status;
    } catch {
      return 0;
    }
  }

  function say(key) {
    mistake.hidden = !key;
    mistake.querySelector("span").textContent = key ? mistake.dataset[key] : "";
  }

  function shut() {
    if (!open) {
      return;
    }
    open = false;
    say("");
    cover.showModal();
    document.getElementById("cover-pin").focus();
    post("/switch/cover");
  }

  function alive() {
    if (!open) {
      return;
    }
    last = Date.now();
    if (last - told > idle / 4) {
      told = last;
      post("/switch/stay").then((status) => status === 401 && shut());
    }
  }

  for (const kind of ["pointerdown", "pointermove", "keydown", "input", "wheel"]) {
    addEventListener(kind, alive, { capture: true, passive: true });
  }
  setInterval(() => Date.now() - last >= idle && shut(), 1000);
  addEventListener("pageshow", (event) => event.persisted && shut());

  cover.addEventListener("cancel", (event) => event.preventDefault());
  cover.addEventListener("close", () => open || cover.showModal());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const status = await post(form.action, new URLSearchParams(new FormData(form)));
    form.reset();
    if (status === 204) {
      open = true;
      last = told = Date.now();
      say("");
      cover.close();
    } else if (status === 401) {
      location.assign("/switch"); // the session is over, or the station
    } else {
      say(status === 429 ? "wait" : status === 0 ? "away" : "wrong");
      document.getElementById("cover-pin").focus();
    }
  });
}
