// Keeps the desk's shell for when there is no network: one page that is the same
// for everybody, and the files under /assets. Never an answer of the server to
// anybody, and nothing about anybody. The server writes before this what it
// keeps: `shell` with version, page, files and later (the decoder).
const cacheName = `quitclaim-${shell.version}`;

self.addEventListener("install", (event) => {
  event.waitUntil(install());
  self.skipWaiting();
});

async function install() {
  const cache = await caches.open(cacheName);
  await cache.addAll(shell.files);
  await keepPage(navigator.language);
}

// keepPage asks for the page as nobody, in one language.
async function keepPage(language) {
  const answer = await fetch(shell.page, {
    credentials: "omit", cache: "no-store", redirect: "error", headers: { "Accept-Language": language, Accept: "text/html" },
  });
  if (answer.ok) {
    await (await caches.open(cacheName)).put(shell.page, answer);
  }
}

self.addEventListener("activate", (event) => {
  event.waitUntil(activate());
});

async function activate() {
  for (const name of await caches.keys()) {
    if (name.startsWith("quitclaim-") && name !== cacheName) {
      await caches.delete(name);
    }
  }
  await self.clients.claim();
  const cache = await caches.open(cacheName);
  await cache.addAll(shell.later).catch(() => { /* large; it is kept when it is first used */ });
}

self.addEventListener("message", (event) => {
  event.waitUntil(speak(event.data?.language));
});

// speak keeps the page in the reader's language.
async function speak(language) {
  const kept = await caches.match(shell.page, { cacheName, ignoreVary: true });
  if (language && kept?.headers.get("Content-Language") !== language) {
    await keepPage(language).catch(() => { /* the other language, then */ });
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) {
    return;
  }
  if (shell.files.includes(url.pathname) || shell.later.includes(url.pathname)) {
    event.respondWith(asset(request));
  } else if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => page()));
  }
});

async function asset(request) {
  const cache = await caches.open(cacheName);
  const kept = await cache.match(request, { ignoreVary: true });
  if (kept) {
    return kept;
  }
  const answer = await fetch(request);
  if (answer.ok) {
    await cache.put(request, answer.clone()).catch(() => { /* no room: it is fetched again */ });
  }
  return answer;
}

async function page() {
  return (await caches.match(shell.page, { cacheName, ignoreVary: true })) ?? Response.error();
}

// A push says that something waits, in the words that the server sent, and
// nothing about what or whom: it may be read on a locked screen.
self.addEventListener("push", (event) => {
  let said = {};
  try {
    said = event.data?.json() ?? {};
  } catch { /* not ours; a push must show something all the same */ }
  event.waitUntil(self.registration.showNotification(said.title ?? "Quitclaim", { body: said.text ?? "", tag: said.kind ?? "" }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow("/account/messages"));
});
