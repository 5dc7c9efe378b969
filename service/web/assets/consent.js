// A consent is signed by its owner's passkey: <form data-consent="/…/begin">. The
// server makes what is signed; this takes it to the passkey and back.
import { Failure, assertion, post, say, supported } from "./passkey.js";

for (const form of document.querySelectorAll("form[data-consent]")) {
  let signing = false;

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (signing) {
      return;
    }
    signing = true;
    say(form, "");
    try {
      if (!supported()) {
        throw new Failure("none");
      }
      const begun = await post(form.dataset.consent, {
        language: form.elements.language.value, disclosure: form.elements.disclosure.value,
      });
      const said = await assertion(begun.options);
      form.elements.since.value = begun.since;
      form.elements.response.value = JSON.stringify(said);
      form.submit();
    } catch (failure) {
      if (failure.why === "changed") {
        form.querySelector("[data-words-changed]").hidden = false;
      }
      say(form, failure.why === "changed" ? "" : failure.why || "wrong");
      signing = false;
    }
  });
}
