// Double clicks do nothing twice: the pressed button says what happens (data-busy,
// "Checking…"), keeps its width and goes off until the page has changed.
const sent = new WeakSet();

function widths(button) {
  button.style.setProperty("min-width", `${button.getBoundingClientRect().width}px`);
}

function start(form, button) {
  sent.add(form);
  if (!button) return;
  widths(button);
  button.dataset.isBusy = "";
  button.setAttribute("aria-disabled", "true");
  const label = button.querySelector("[data-label]") ?? button;
  if (button.dataset.busy) {
    button.dataset.was = label.textContent;
    label.textContent = button.dataset.busy;
  }
}

function stop(form) {
  sent.delete(form);
  // elements, not descendants: a button may stand outside and name its form.
  for (const button of form.elements) {
    if (!("isBusy" in button.dataset)) continue;
    const label = button.querySelector("[data-label]") ?? button;
    if (button.dataset.was) label.textContent = button.dataset.was;
    delete button.dataset.isBusy;
    delete button.dataset.was;
    button.removeAttribute("aria-disabled");
    button.style.removeProperty("min-width");
  }
}

document.addEventListener(
  "click",
  (event) => {
    const off = event.target.closest?.('[aria-disabled="true"]');
    if (!off) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  true,
);

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (form.method === "dialog" || form.hasAttribute("data-many-times")) return;
    if (sent.has(form) || event.submitter?.getAttribute("aria-disabled") === "true") {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    // After this turn, so that the button's own value is still sent.
    setTimeout(() => {
      if (!event.defaultPrevented || form.hasAttribute("hx-post")) {
        start(form, event.submitter ?? form.querySelector("[type=submit]"));
      }
    });
  },
  true,
);

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form");
  if (form) stop(form);
});

// Back brings the page as it was left, button off: wake it.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form").forEach(stop);
});
