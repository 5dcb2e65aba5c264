// The page of the emailed link. Looking at it does nothing; the first touch, key
// or click tells the server that a person is here, and the link leaves the
// address bar. A form pressed meanwhile waits for that answer, so that one
// browser is not taken for two.
const dialog = document.querySelector("[data-link-open]");
let told = null;
let isTold = false;

async function tell() {
  const form = dialog.querySelector("form [data-link]").form;
  const body = new FormData();
  body.set("link", form.elements.link.value);
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  const answer = await fetch(dialog.dataset.linkOpen, {
    method: "POST",
    body,
    headers: { "X-Beacon": "1" },
  });
  if (answer.status !== 204) return;
  history.replaceState(null, "", dialog.dataset.linkPage);
  for (const input of document.querySelectorAll("input[data-link]")) input.remove();
  for (const next of document.querySelectorAll('form input[name="next"]')) {
    next.value = dialog.dataset.linkPage;
  }
}

function start() {
  // Whatever goes wrong here, the forms still carry the link themselves.
  told ??= tell()
    .catch(() => {})
    .finally(() => (isTold = true));
}

if (dialog?.querySelector("form [data-link]")) {
  for (const kind of ["pointerdown", "keydown"]) {
    document.addEventListener(kind, start, { once: true, capture: true, passive: true });
  }
  document.addEventListener(
    "submit",
    (event) => {
      if (!told || isTold || event.defaultPrevented) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const { submitter, target: form } = event;
      // Not at once: a form that is being submitted takes no second request.
      told.then(() => setTimeout(() => form.requestSubmit(submitter)));
    },
    true,
  );
}
