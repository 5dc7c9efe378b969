// The camera of a scan page. It opens on a tap, or by itself where it was open
// last time; each frame's viewfinder goes to the decoder, one at a time. Every
// way in which it can fail is one of the words that stand in the page, and none
// of them keeps anybody from typing or from the scanner.
import { remember, remembered } from "./choices.js";

const again = 1500; // ms for which a code that stays in view is not read again
const patience = 20000; // ms for the decoder to load, on a phone far from the mast
const widest = 1280; // pixels of a frame that are looked at
const linear = ["Code128", "EAN13", "EAN8", "UPCA", "UPCE"];

// camera gives each code to found, as a scanner would send it, and calls state
// with the name of what is the matter, or "".
export function camera(root, found, state) {
  const panel = root.querySelector("[data-camera]");
  const video = panel.querySelector("video");
  const finder = panel.querySelector("[data-finder]");
  const opener = root.querySelector("[data-camera-open]");
  const choice = panel.querySelector("select");
  const torch = panel.querySelector("[data-torch]");
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true, alpha: false });
  const sighted = sightings();
  let stream;
  let worker;
  let ready = false;
  let busy = false;
  let paused = false;
  let opening = 0; // the number of this attempt: a slow earlier one is dropped

  async function open() {
    const attempt = ++opening;
    release();
    state("eye-asking");
    let given;
    let why;
    try {
      given = await wanted();
    } catch (error) {
      why = reason(error);
    }
    if (attempt !== opening) {
      stop(given); // opened anew, or closed, while the browser asked
      return;
    }
    if (why) {
      close(why);
      return;
    }
    stream = given;
    const [track] = stream.getVideoTracks();
    track.addEventListener("ended", () => track === current() && close("eye-taken"));
    remember("camera", "on");
    video.srcObject = stream;
    panel.hidden = false;
    opener.hidden = true;
    root.toggleAttribute("data-looking", true);
    lamp(track);
    list(track);
    start();
    try {
      await video.play();
    } catch {
      // Closed again before it began; then there is nothing to say.
    }
    next();
  }

  function current() {
    return stream?.getVideoTracks()[0];
  }

  function release() {
    stop(stream);
    stream = undefined;
  }

  function close(why) {
    opening++;
    release();
    worker?.terminate();
    worker = undefined;
    ready = busy = false;
    video.srcObject = null;
    panel.hidden = true;
    opener.hidden = false;
    root.toggleAttribute("data-looking", false);
    state(why ?? "");
  }

  function start() {
    if (worker) {
      state("");
      return;
    }
    state("eye-loading");
    worker = new Worker(new URL("decoder.js", import.meta.url), { type: "module" });
    const mine = worker;
    const timer = setTimeout(fail, patience);
    function fail() {
      clearTimeout(timer);
      if (mine === worker) {
        close("eye-failed");
      }
    }
    mine.addEventListener("error", fail);
    mine.addEventListener("message", ({ data }) => {
      if (mine !== worker) {
        return;
      }
      if (data.failed) {
        fail();
      } else if (data.ready) {
        clearTimeout(timer);
        ready = true;
        state("");
        next();
      } else {
        busy = false;
        const code = sighted(data.codes);
        if (code && !paused) {
          found(code, data.at);
        }
        next();
      }
    });
    mine.postMessage({ reader: absolute(root.dataset.decoder), wasm: absolute(root.dataset.wasm) });
  }

  // One frame at a time: when the decoder is through, the newest is next.
  let waiting = false;
  function next() {
    if (!ready || busy || waiting || !stream) {
      return;
    }
    waiting = true;
    const look = () => {
      waiting = false;
      if (!ready || busy || !stream) {
        return;
      }
      const at = performance.now();
      const frame = paused || document.hidden ? undefined : grab(video, finder, canvas, context);
      if (frame) {
        busy = true;
        worker.postMessage({ frame, at }, [frame.data.buffer]);
      } else {
        setTimeout(next, 100);
      }
    };
    if (video.requestVideoFrameCallback) {
      video.requestVideoFrameCallback(look);
    } else {
      requestAnimationFrame(look);
    }
  }

  function lamp(track) {
    torch.hidden = !track.getCapabilities?.().torch;
    torch.setAttribute("aria-pressed", "false");
  }

  async function list(track) {
    const all = (await navigator.mediaDevices.enumerateDevices()).filter((d) => d.kind === "videoinput");
    const here = track.getSettings().deviceId;
    choice.replaceChildren(...all.map((device, i) =>
      new Option(device.label || `${i + 1}`, device.deviceId, false, device.deviceId === here)));
    choice.closest("[data-choice]").hidden = all.length < 2;
  }

  opener.addEventListener("click", open);
  panel.querySelector("[data-camera-close]").addEventListener("click", () => {
    remember("camera", "off");
    close();
    opener.focus();
  });
  choice.addEventListener("change", () => {
    remember("camera.id", choice.value);
    open();
  });
  torch.addEventListener("click", async () => {
    const on = torch.getAttribute("aria-pressed") !== "true";
    try {
      await current().applyConstraints({ advanced: [{ torch: on }] });
      torch.setAttribute("aria-pressed", String(on));
    } catch {
      torch.hidden = true; // it said that it had one
    }
  });
  addEventListener("pagehide", () => close());
  if (remembered("camera") === "on") {
    open();
  }
  return { pause: (on) => { paused = on; } };
}

function absolute(path) {
  return new URL(path, location.href).href;
}

function stop(stream) {
  for (const track of stream?.getTracks() ?? []) {
    track.stop();
  }
}

function wanted() {
  if (!navigator.mediaDevices?.getUserMedia) {
    throw new DOMException("", "NotSupportedError"); // no https, or an old browser
  }
  const video = { width: { ideal: 1280 }, height: { ideal: 720 } };
  const id = remembered("camera.id");
  if (id) {
    video.deviceId = { ideal: id };
  } else {
    video.facingMode = { ideal: "environment" };
  }
  return navigator.mediaDevices.getUserMedia({ video, audio: false });
}

// reason names the state that a refusal of the browser stands for (W3C Media
// Capture and Streams, getUserMedia).
function reason(error) {
  switch (error.name) {
    case "NotAllowedError":
    case "SecurityError":
      return "eye-refused";
    case "NotReadableError":
    case "AbortError":
      return "eye-busy";
    default:
      return "eye-none";
  }
}

// grab is what stands in the viewfinder now, in the camera's own pixels: the
// picture covers its box, so some of it is cut off at two sides.
function grab(video, finder, canvas, context) {
  const box = video.getBoundingClientRect();
  const inner = finder.getBoundingClientRect();
  if (!video.videoWidth || !box.width || !inner.width) {
    return undefined;
  }
  const scale = Math.max(box.width / video.videoWidth, box.height / video.videoHeight);
  const x = (inner.x - box.x - (box.width - video.videoWidth * scale) / 2) / scale;
  const y = (inner.y - box.y - (box.height - video.videoHeight * scale) / 2) / scale;
  const width = inner.width / scale;
  const height = inner.height / scale;
  const shrink = Math.min(1, widest / Math.max(width, height));
  canvas.width = Math.round(width * shrink);
  canvas.height = Math.round(height * shrink);
  context.drawImage(video, x, y, width, height, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

// sightings picks the one code of a frame that counts, or none. What is made of
// bars is believed at the second equal read: alone it has been wrong, with a
// right check digit. A product number loses against whatever names a unit.
function sightings() {
  let before = "";
  let seen = "";
  let seenAt = -Infinity;

  return (codes) => {
    const rank = (code) => (linear.includes(code.format) ? (code.format === "Code128" ? 1 : 2) : 0);
    const [best] = codes.sort((a, b) => rank(a) - rank(b));
    if (!best) {
      return undefined;
    }
    const payload = best.identifier + best.text;
    const sure = rank(best) === 0 || payload === before;
    before = payload;
    const now = performance.now();
    if (payload === seen && now - seenAt < again) {
      seenAt = now; // it still lies there
      return undefined;
    }
    if (!sure) {
      return undefined;
    }
    seen = payload;
    seenAt = now;
    return { payload, symbology: best.identifier.slice(1) };
  };
}
