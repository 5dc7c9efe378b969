// The worker that reads codes out of pictures, so that the page stays quick.
// It is started when somebody opens the camera, and fetches the decoder then.

// textMode Plain keeps group separators; the usual mode writes (01)…(21)…
const formats = ["QRCode", "DataMatrix", "Code128", "EAN13", "EAN8", "UPCA", "UPCE"];
const fast = {
  formats, textMode: "Plain", maxNumberOfSymbols: 6,
  tryHarder: false, tryRotate: false, tryInvert: false, tryDownscale: false,
};
const thorough = { ...fast, tryHarder: true, tryRotate: true, tryInvert: true, tryDownscale: true };
const every = 4; // frames; the other ones are read fast

let reader;
let frames = 0;

self.addEventListener("message", async ({ data }) => {
  try {
    if (data.reader) {
      reader = await load(data);
      self.postMessage({ ready: true });
      return;
    }
    frames++;
    const found = await reader.readBarcodes(data.frame, frames % every === 0 ? thorough : fast);
    self.postMessage({ at: data.at, codes: found.filter((code) => code.isValid).map(plain) });
  } catch (error) {
    self.postMessage({ failed: String(error) });
  }
});

async function load(from) {
  const module = await import(from.reader);
  await module.prepareZXingModule({
    overrides: { locateFile: () => from.wasm },
    fireImmediately: true,
  });
  return module;
}

// What a scanner would send: the symbology identifier (ISO/IEC 15424), the text.
function plain(code) {
  return { format: code.format, identifier: code.symbologyIdentifier, text: code.text };
}
