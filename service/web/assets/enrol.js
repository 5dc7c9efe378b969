// Makes a passkey before its form is sent: <form data-enrol="/…/options">. Who
// has not proved themselves just now does that first, at data-again.
import { attestation, Failure, post, say, supported } from "./passkey.js";

for (const form of document.querySelectorAll("form[data-enrol]")) {
  form.addEventListener("submit", (event) => {
    if (form.elements.response.value) {
      return; // made: it may go
    }
    event.preventDefault();
    make(form);
  });
}

async function make(form) {
  const button = form.querySelector("button");
  button.disabled = true;
  say(form, "");
  try {
    if (!supported()) {
      throw new Failure("wrong");
    }
    const made = await attestation(await post(form.dataset.enrol, {}));
    form.elements.response.value = JSON.stringify(made);
    button.disabled = false;
    form.requestSubmit(button);
  } catch (failure) {
    if (failure.why === "moved") {
      location.assign(form.dataset.again);
      return;
    }
    say(form, failure.why || "wrong");
    button.disabled = false;
  }
}
