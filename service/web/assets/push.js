// Lets this browser take pushes: asks its reader, subscribes at the push service
// of whoever made the browser, and sends what it gave with the form. Without
// this file or without leave the page works as before, and there are no pushes.
const form = document.querySelector("form[data-push]");
if (form && "serviceWorker" in navigator && "PushManager" in window) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    if (form.elements.endpoint.value === "") {
      event.preventDefault();
      subscribe().then((keys) => fill(keys)).catch(() => say(form.dataset.no));
    }
  });
}

async function subscribe() {
  if (await Notification.requestPermission() !== "granted") {
    throw new Error("denied");
  }
  await navigator.serviceWorker.register("/sw.js");
  const worker = await navigator.serviceWorker.ready;
  const old = await worker.pushManager.getSubscription();
  await old?.unsubscribe(); // it may be of another key, or of another reader
  const subscription = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: form.dataset.push });
  return subscription.toJSON();
}

function fill({ endpoint, keys }) {
  form.elements.endpoint.value = endpoint;
  form.elements.p256dh.value = keys.p256dh;
  form.elements.auth.value = keys.auth;
  form.requestSubmit();
}

function say(text) {
  const mistake = form.querySelector(".mistake");
  mistake.hidden = false;
  mistake.querySelector("span").textContent = text;
}
