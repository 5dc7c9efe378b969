// A keyboard wedge types where the focus is. This keeps it in the scan field
// of <form data-wedge>, submits at Enter, and swallows the second copy of a
// code that a nervous trigger sends within the same moment.
const pause = 300; // ms

for (const form of document.querySelectorAll("form[data-wedge]")) {
  const input = form.querySelector("input:not([type=hidden])");
  if (!input) {
    continue;
  }
  let last = 0;

  form.addEventListener("submit", (event) => {
    const now = performance.now();
    if (input.value.trim() === "" || (last && now - last < pause)) {
      event.preventDefault();
      return;
    }
    last = now;
  });

  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      form.requestSubmit();
    }
  });

  const back = () => {
    const other = document.activeElement;
    if (!other || other === document.body || other.id === "main") {
      input.focus({ preventScroll: true });
    }
  };
  addEventListener("keydown", (event) => {
    // A scan that starts while nothing has the focus must not be lost.
    if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) {
      back();
    }
  });
  addEventListener("pageshow", () => {
    input.value = form.dataset.wedge === "keep" ? input.value : "";
    input.select();
    back();
  });
  addEventListener("focus", back);
}
