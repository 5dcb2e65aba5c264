// Passkeys (WebAuthn): form[data-passkey="create"|"get"], whose button asks the
// browser. What it answers is sent as the field "credential"; what goes wrong is
// said with the sentence of that name in [data-passkey-errors].
const form = document.querySelector("form[data-passkey]");
const said = form?.querySelector("[data-passkey-said]");
const button = form?.querySelector("button[type=submit]");
const label = button?.querySelector("[data-label]");
let isWaiting = false;

function toBytes(text) {
  const base64 = text.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
}

function toText(buffer) {
  if (!buffer) return undefined;
  const signs = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte));
  return btoa(signs.join("")).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function told(list) {
  return (list ?? []).map((one) => ({ ...one, id: toBytes(one.id) }));
}

async function begin() {
  const answer = await fetch(form.dataset.begin, {
    method: "POST",
    body: new FormData(form),
    headers: { Accept: "application/json" },
  }).catch(() => {
    throw new DOMException("", "network");
  });
  if (answer.status >= 500) throw new DOMException("", "network");
  if (!answer.ok) throw new DOMException("", "stale");
  return answer.json();
}

async function create(options) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: toBytes(options.challenge),
      user: { ...options.user, id: toBytes(options.user.id) },
      excludeCredentials: told(options.excludeCredentials),
    },
  });
  const { response } = made;
  return {
    clientDataJSON: toText(response.clientDataJSON),
    attestationObject: toText(response.attestationObject),
    authenticatorData: toText(response.getAuthenticatorData?.()),
    transports: response.getTransports?.() ?? [],
    of: made,
  };
}

async function get(options) {
  const found = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: toBytes(options.challenge),
      allowCredentials: told(options.allowCredentials),
    },
  });
  const { response } = found;
  return {
    clientDataJSON: toText(response.clientDataJSON),
    authenticatorData: toText(response.authenticatorData),
    signature: toText(response.signature),
    userHandle: toText(response.userHandle),
    of: found,
  };
}

function asJson({ of, ...response }) {
  return JSON.stringify({ id: of.id, rawId: toText(of.rawId), type: of.type, response });
}

function show(name, tone = "bad") {
  const sentences = form.querySelector("[data-passkey-errors]").content;
  const words =
    sentences.querySelector(`[data-error="${name}"]`) ??
    sentences.querySelector('[data-error="other"]');
  const note = document.createElement("div");
  note.className = `note note-${tone}`;
  const body = document.createElement("div");
  body.className = "note-body";
  body.append(words.cloneNode(true));
  note.append(sentences.querySelector("svg").cloneNode(true), body);
  said.replaceChildren(note);
}

// What keeps passkeys from working on this page at all, or "".
function obstacle() {
  if (form.dataset.host && form.dataset.host !== location.host) return "elsewhere";
  if (!window.isSecureContext) return "insecure";
  return window.PublicKeyCredential ? "" : "unsupported";
}

function wait(isOn) {
  isWaiting = isOn;
  if (isOn) {
    button.dataset.before = label.textContent;
    label.textContent = button.dataset.waiting;
    button.setAttribute("aria-disabled", "true");
  } else {
    label.textContent = button.dataset.before;
    button.removeAttribute("aria-disabled");
  }
}

async function ask() {
  wait(true);
  said.replaceChildren();
  try {
    const options = await begin();
    const response = await (form.dataset.passkey === "create" ? create : get)(options);
    form.elements.credential.value = asJson(response);
  } catch (error) {
    wait(false);
    if (error.name === "stale") return location.reload();
    const name = error.name === "ConstraintError" ? "NotSupportedError" : error.name;
    show(name === "AbortError" ? "NotAllowedError" : name);
    return button.focus();
  }
  wait(false);
  form.requestSubmit();
}

if (form) {
  const trouble = obstacle();
  if (trouble) {
    show(trouble, "warn");
    button.hidden = true;
  }
  form.addEventListener("submit", (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    if (!isWaiting) ask();
  });
  // Back brings the page as it was left: what was answered is used up.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) form.elements.credential.value = "";
  });
}
