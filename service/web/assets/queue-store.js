// What was scanned and has not reached the server yet, in this browser's own
// database: one line per scan, in the order of scanning, without secrets. A
// line has
//   seq       its place; id, the key under which the server knows it
//   operator  who scanned: nobody else's session sends it, or shows it
//   station, batch, path, at
//   text      the body, to the letter: sent again it must be the same
//   shown     what a person sees of it; condition, reason
//   state     "waiting" or "failed"; detail and code say why
const name = "quitclaim";
const counted = "quitclaim.queue"; // how many lines there should be

const channel = globalThis.BroadcastChannel ? new BroadcastChannel(name) : undefined;
let database;

// able: without a secure context browsers give neither locks nor workers.
export const able = Boolean(globalThis.isSecureContext && globalThis.indexedDB && navigator.locks);

export function uuid() {
  if (crypto.randomUUID) {
    return crypto.randomUUID();
  }
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40; // RFC 9562 section 5.4
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function open() {
  database ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("scans", { keyPath: "seq", autoIncrement: true });
      request.result.createObjectStore("about");
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close();
      request.result.onclose = () => { database = undefined; };
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
  database.catch(() => { database = undefined; });
  return database;
}

// run does something in one transaction, and waits until it is on the disk.
async function run(store, mode, work) {
  const db = await open();
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(store, mode, { durability: "strict" });
    const request = work(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error ?? request.error);
  });
}

// tell lets the other windows know: that the lines have changed, or what came
// of sending, which only one window at a time does.
export function tell(what = "changed", line = undefined, answer = undefined) {
  channel?.postMessage({ what, line, answer });
}

// onTold hears what other windows tell, never what this one does.
export function onTold(listener) {
  channel?.addEventListener("message", ({ data }) => listener(data.what, data.line, data.answer));
}

export async function all() {
  return run("scans", "readonly", (store) => store.getAll());
}

export async function add(line) {
  const seq = await run("scans", "readwrite", (store) => store.add(line));
  await count();
  tell();
  return seq;
}

export async function put(line) {
  await run("scans", "readwrite", (store) => store.put(line));
  tell();
}

export async function remove(seq) {
  await run("scans", "readwrite", (store) => store.delete(seq));
  await count();
  tell();
}

async function count() {
  const n = await run("scans", "readonly", (store) => store.count());
  try {
    localStorage.setItem(counted, String(n));
  } catch {
    // Then nobody will know if this browser deletes them.
  }
}

// lost reports whether the browser deleted lines that nobody has sent.
export async function lost() {
  try {
    const before = Number(localStorage.getItem(counted) ?? "0");
    const now = await run("scans", "readonly", (store) => store.count());
    return before > now && now === 0;
  } catch {
    return false;
  }
}

// forgetLost: somebody has read that they are gone.
export function forgetLost() {
  return count();
}

// operator is who was signed in here last: they work on without network.
export async function operator() {
  return (await run("about", "readonly", (store) => store.get("operator"))) ?? "";
}

export async function setOperator(person) {
  await run("about", "readwrite", (store) => (person ? store.put(person, "operator") : store.delete("operator")));
}
