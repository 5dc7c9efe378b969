// What this station remembers of how it is worked with: camera, sound, pairs.
// In this browser alone, and never anything that was scanned.
const prefix = "quitclaim.choice.";

export function remembered(name) {
  try {
    return localStorage.getItem(prefix + name) ?? "";
  } catch {
    return ""; // storage is switched off: the usual, then
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(prefix + name, value);
  } catch {
    // Then it is asked again next time.
  }
}
