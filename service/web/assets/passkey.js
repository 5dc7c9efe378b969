// The browser's half of a WebAuthn ceremony (Level 3 section 5.1). Bytes travel
// as base64url. What goes wrong is a Failure; its why is a word for data-…
export class Failure extends Error {
  constructor(why) {
    super(why);
    this.why = why;
  }
}

export const supported = () => Boolean(window.PublicKeyCredential && navigator.credentials);

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

function text(buffer) {
  const binary = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

// post answers with what the server says, or fails with why it did not.
export async function post(path, body) {
  let answer;
  try {
    answer = await fetch(path, {
      method: "POST", redirect: "manual", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
  } catch {
    throw new Failure("away");
  }
  if (answer.type === "opaqueredirect") {
    throw new Failure("moved"); // to a page that asks something first
  }
  if (!answer.ok) {
    throw new Failure({ 404: "none", 422: "changed", 429: "wait" }[answer.status] || "wrong");
  }
  return answer.json();
}

async function ask(what) {
  try {
    return await what();
  } catch (error) {
    throw new Failure({ NotAllowedError: "cancelled", AbortError: "cancelled", InvalidStateError: "had" }[error.name] || "wrong");
  }
}

const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

// assertion has one of the passkeys answer, and returns what it said.
export async function assertion({ publicKey }) {
  const options = { ...publicKey, challenge: bytes(publicKey.challenge), allowCredentials: known(publicKey.allowCredentials) };
  const said = await ask(() => navigator.credentials.get({ publicKey: options }));
  const { clientDataJSON, authenticatorData, signature, userHandle } = said.response;
  return {
    id: said.id, rawId: text(said.rawId), type: said.type, clientExtensionResults: {},
    response: {
      clientDataJSON: text(clientDataJSON), authenticatorData: text(authenticatorData), signature: text(signature),
      ...(userHandle && { userHandle: text(userHandle) }),
    },
  };
}

// attestation makes a passkey, and returns what is public of it.
export async function attestation({ publicKey }) {
  const options = {
    ...publicKey, challenge: bytes(publicKey.challenge), user: { ...publicKey.user, id: bytes(publicKey.user.id) },
    excludeCredentials: known(publicKey.excludeCredentials),
  };
  const made = await ask(() => navigator.credentials.create({ publicKey: options }));
  const { clientDataJSON, attestationObject } = made.response;
  return {
    id: made.id, rawId: text(made.rawId), type: made.type, clientExtensionResults: {},
    response: {
      clientDataJSON: text(clientDataJSON), attestationObject: text(attestationObject),
      transports: made.response.getTransports?.() || [],
    },
  };
}

// prove goes through a ceremony at path: its options, the passkey, the answer.
export async function prove(path, next) {
  if (!supported()) {
    throw new Failure("none");
  }
  return post(path, { response: await assertion(await post(path + "/options", {})), next });
}

// say shows why it went wrong, in the page's own words, or takes that away.
export function say(form, why) {
  const place = form.querySelector("[data-failed]");
  if (place) {
    place.hidden = !why;
    place.querySelector("span").textContent = why ? place.dataset[why] || place.dataset.wrong : "";
  }
}
