// Who signs out while scans of theirs are only on this device is told so first.
// They stay, and wait for the same person.
import * as lines from "./queue-store.js";

for (const form of document.querySelectorAll("form[data-leave]")) {
  form.addEventListener("submit", async (event) => {
    if (!lines.able) {
      return;
    }
    event.preventDefault();
    try {
      const me = await lines.operator();
      const waiting = (await lines.all()).some((line) => line.operator === me && line.state === "waiting");
      if (waiting && !confirm(form.dataset.leave)) {
        return;
      }
      await lines.setOperator("");
    } catch {
      // No database: then there is nothing to lose.
    }
    form.submit();
  });
}
