// A form that is a passkey's door: <form data-passkey="/sign-in/passkey">. Where
// the browser has no passkeys it stays hidden.
import { prove, say, supported } from "./passkey.js";

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (supported()) {
    open(form);
  }
}

function open(form) {
  const button = form.querySelector("button");
  form.hidden = false;
  for (const beside of document.querySelectorAll("[data-with-passkey]")) {
    beside.hidden = false;
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    say(form, "");
    try {
      const { next } = await prove(form.dataset.passkey, form.elements.next.value);
      location.assign(next);
    } catch (failure) {
      say(form, failure.why || "wrong");
      button.disabled = false;
    }
  });
}
