// A form that asks who is there before it is sent: <form data-verify>. The
// passkey is asked in place. Whoever has none, or a browser without, sends the
// form as it is, and the server asks in its own way. It is on every page of who
// is signed in.
import { prove, say } from "./passkey.js";

const asking = new WeakSet();
const proven = new WeakSet();

addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form[data-verify]") || proven.delete(form)) {
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation(); // who listens to a form that is sent hears of it then
  if (asking.has(form)) {
    return;
  }
  asking.add(form);
  say(form, "");
  try {
    await prove("/verify/passkey", "");
  } catch (failure) {
    if (failure.why === "cancelled" || failure.why === "away" || failure.why === "wait") {
      say(form, failure.why);
      return;
    }
  } finally {
    asking.delete(form);
  }
  proven.add(form);
  form.requestSubmit(event.submitter);
}, { capture: true });
