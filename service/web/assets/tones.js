// A tone of its own for each outcome, so that nobody must look up to hear that
// something is wrong. Made here; no file is fetched.
import { remembered } from "./choices.js";

// Each note: hertz, when it begins, how long it sounds (seconds), its shape.
const tones = {
  clear: [[880, 0, 0.08], [1318, 0.09, 0.14]],
  bound: [[659, 0, 0.1], [659, 0.16, 0.1], [988, 0.32, 0.12]],
  refused: [[196, 0, 0.22, "square"], [196, 0.3, 0.22, "square"]],
  unknown: [[440, 0, 0.1, "triangle"], [370, 0.14, 0.2, "triangle"]],
  held: [[523, 0, 0.14], [415, 0.16, 0.14], [330, 0.32, 0.22]],
  mismatch: [[932, 0, 0.16, "square"], [311, 0.18, 0.16, "square"], [932, 0.36, 0.16, "square"], [311, 0.54, 0.3, "square"]],
  half: [[1046, 0, 0.05]],
  lost: [[294, 0, 0.3, "triangle"]],
};

// For how many milliseconds it shakes, and rests.
const shakes = {
  clear: [40],
  bound: [40, 60, 40],
  refused: [200, 80, 200],
  unknown: [120],
  held: [120, 60, 120],
  mismatch: [300, 100, 300, 100, 300],
  half: [20],
  lost: [60, 60, 60, 60, 60],
};

let context;

export function play(outcome) {
  if (remembered("vibration") !== "off") {
    navigator.vibrate?.(shakes[outcome] ?? []);
  }
  if (remembered("sound") === "off" || !globalThis.AudioContext) {
    return;
  }
  context ??= new AudioContext();
  context.resume().catch(() => {}); // before the first key or tap browsers are mute
  for (const [hertz, wait, length, shape] of tones[outcome] ?? []) {
    note(hertz, context.currentTime + wait, length, shape ?? "sine");
  }
}

function note(hertz, at, length, shape) {
  const oscillator = new OscillatorNode(context, { type: shape, frequency: hertz });
  const gain = new GainNode(context, { gain: 0 });
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(0.25, at + 0.01); // without it there is a click
  gain.gain.setValueAtTime(0.25, at + length - 0.02);
  gain.gain.linearRampToValueAtTime(0, at + length);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + length);
}
