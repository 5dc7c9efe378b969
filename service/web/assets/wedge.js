// A keyboard wedge types where the focus is. For each <form data-wedge> this
// keeps the focus in its field, takes the group separator in every shape,
// gathers a label that arrives as several lines, swallows the second copy that
// a nervous trigger sends, and then says "quitclaim:code" on the form. Who
// listens there may prevent that the form is sent; else it is, without secrets.
import { GS, separated } from "./payload.js";
import { redact } from "./redact.js";

const blank = 300; // ms after a code in which the beginning of another is its echo
const gather = 150; // ms within which a next line belongs to the same label
const quick = 60; // ms a key: faster than fingers
const most = 8; // lines of one label

for (const form of document.querySelectorAll("form[data-wedge]")) {
  const input = form.querySelector("input:not([type=hidden])");
  if (input) {
    attach(form, input);
  }
}

// Secrets stay here also where a code is typed into some other form.
const coded = ["payload", "second_payload", "box", "device", "scan", "serial", "serial_again"];
document.addEventListener("submit", (event) => {
  for (const field of event.target.elements ?? []) {
    if (coded.includes(field.name) && field.value) {
      field.value = redact(field.value).text;
    }
  }
}, { capture: true });

function attach(form, input) {
  const lines = [];
  let started = 0; // when the line in the field began
  let pressed = 0; // when the last key went down that makes a character
  let until = 0; // echoes are swallowed until then
  let slowest = 0; // ms a key, over the lines of this code
  let timer = 0;
  let passing = false; // our own submit

  const insert = (text) => {
    input.setRangeText(text, input.selectionStart, input.selectionEnd, "end");
    touched();
  };

  function touched() {
    const now = performance.now();
    started ||= now;
    if (lines.length > 0) {
      clearTimeout(timer);
      timer = setTimeout(emit, gather);
    }
  }

  function endLine() {
    const text = input.value;
    const began = started;
    const now = performance.now();
    input.value = "";
    started = 0;
    if (text.trim() === "") {
      return;
    }
    if (began < until) {
      until = now + blank;
      return;
    }
    slowest = Math.max(slowest, (now - began) / text.length);
    lines.push(text);
    clearTimeout(timer);
    // A name of letters alone is the first line of a label of several; waiting
    // after every code would cost every unit those milliseconds.
    if (lines.length === most || (lines.length === 1 && !/^\s*[a-z]+\s*$/i.test(text))) {
      emit();
    } else {
      timer = setTimeout(emit, gather);
    }
  }

  function emit() {
    clearTimeout(timer);
    if (input.value.trim() !== "") {
      lines.push(input.value);
      input.value = "";
      started = 0;
    }
    const payload = separated(lines.join("\n"));
    const source = slowest < quick ? "wedge" : "typed";
    lines.length = 0;
    slowest = 0;
    until = performance.now() + blank;
    const code = new CustomEvent("quitclaim:code", { bubbles: true, cancelable: true, detail: { payload, source } });
    if (form.dispatchEvent(code)) {
      send(redact(payload).text);
    }
  }

  // Where nothing else works the code off, the form is sent as it would be.
  // Its visible field cannot hold the line breaks of a label; a hidden one can.
  function send(payload) {
    const whole = document.createElement("input");
    whole.type = "hidden";
    whole.name = input.name;
    whole.value = payload;
    input.removeAttribute("name");
    form.append(whole);
    input.required = false;
    passing = true;
    form.requestSubmit();
    passing = false;
    input.name = whole.name;
    whole.remove();
  }

  form.addEventListener("submit", (event) => {
    if (!passing) {
      event.preventDefault();
      endLine();
    }
  });

  input.addEventListener("keydown", (event) => {
    // By when the keys were pressed, and not when a busy page gets to them.
    const burst = event.timeStamp - pressed < quick;
    if (event.key.length === 1) {
      pressed = event.timeStamp;
    }
    const ends = event.key === "Enter" || (event.key === "Tab" && burst && input.value !== "");
    const ctrl = event.ctrlKey && !event.altKey;
    const separates = event.key === GS || (ctrl && (event.key === "]" || (burst && event.code === "BracketRight")));
    if (ends || separates) {
      event.preventDefault();
      if (ends) {
        endLine();
      } else {
        insert(GS);
      }
    }
  });
  input.addEventListener("input", touched);
  input.addEventListener("beforeinput", (event) => {
    const text = event.data ?? "";
    if (/[\r\n]/.test(text)) {
      // A whole label at once, from an input method or the clipboard: the
      // field itself would drop the line breaks.
      event.preventDefault();
      const [first, ...rest] = text.split(/\r\n|\r|\n/);
      insert(first);
      for (const line of rest) {
        endLine();
        insert(line);
      }
    }
  });

  altCodes(input, insert);
  keepFocus(form, input);
}

// Some wedges send what is no key as Alt and digits (Alt+029 is the group
// separator), as Windows does.
function altCodes(input, insert) {
  let digits = "";
  let made = 0; // when we made a character, which Windows may make as well

  input.addEventListener("keydown", (event) => {
    const digit = /^(?:Numpad|Digit)(\d)$/.exec(event.code)?.[1];
    if (event.altKey && digit) {
      event.preventDefault();
      digits += digit;
    }
  });
  addEventListener("keyup", (event) => {
    if (event.key === "Alt" && digits) {
      const code = Number(digits);
      digits = "";
      if (code === 29 || (code >= 32 && code <= 126)) {
        event.preventDefault();
        made = performance.now();
        insert(String.fromCharCode(code));
      }
    }
  });
  input.addEventListener("beforeinput", (event) => {
    if (event.data === GS && performance.now() - made < 50) {
      event.preventDefault();
    }
  });
}

function keepFocus(form, input) {
  // The keyboard of a phone would cover the page at each scan; a tap into the
  // field says that somebody wants to type.
  const focus = () => {
    input.inputMode = "none";
    input.focus({ preventScroll: true });
  };
  input.addEventListener("pointerdown", () => {
    input.inputMode = "text";
  });

  const idle = (element) => !element || element === document.body || element.id === "main";
  const back = () => {
    if (idle(document.activeElement)) {
      focus();
    }
  };
  addEventListener("keydown", (event) => {
    // A scan that starts while the focus is on nothing, or on a button that was
    // pressed last, must not be lost. The space bar presses buttons.
    if (event.key.length !== 1 || event.key === " " || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const at = document.activeElement;
    if (idle(at) || at.matches("a, button, summary, input[type=checkbox], input[type=radio], video")) {
      focus();
    }
  }, { capture: true });
  addEventListener("pageshow", (event) => {
    input.value = "";
    input.select();
    back();
    // The field has the focus, but the answer is what is looked at: autofocus
    // scrolls past it on a small screen.
    if (!event.persisted && !location.hash && document.querySelector("main .verdict")) {
      scrollTo({ top: 0 });
    }
  });
  addEventListener("focus", back);
}
