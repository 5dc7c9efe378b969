// A step that takes its time counts down on the page. The server measures by
// itself, between the start and the end: this only shows it.
import { play } from "./tones.js";

for (const timer of document.querySelectorAll(".timer[data-left]")) {
  const number = timer.querySelector("strong");
  const said = timer.querySelector("[role=status]");
  const until = performance.now() + Number(timer.dataset.left) * 1000;
  let shown = "";

  const tick = () => {
    const left = Math.max(0, Math.ceil((until - performance.now()) / 1000));
    if (String(left) !== shown) {
      shown = String(left);
      number.textContent = shown;
    }
    if (left > 0) {
      setTimeout(tick, 100);
      return;
    }
    timer.classList.add("over");
    said.textContent = timer.dataset.done;
    play("clear");
  };
  if (Number(timer.dataset.left) > 0) {
    tick();
  }
}
