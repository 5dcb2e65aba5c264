// The document: which page is in view, how large, which field is next, keeping
// what is filled in, and telling the server that somebody is still reading.
import "./sign.js";

const desk = document.querySelector("[data-desk]");
const form = document.querySelector("form[data-fields]");
const ALIVE_EVERY = 60_000;
const ZOOMS = [75, 100, 125, 150, 200];

// Which page
const seen = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      for (const now of document.querySelectorAll("[data-page-now]")) {
        now.textContent = entry.target.dataset.page;
      }
    }
  },
  { rootMargin: "-45% 0px -50% 0px" },
);
const watch = () => desk.querySelectorAll("[data-page]").forEach((page) => seen.observe(page));
document.addEventListener("htmx:load", watch);
watch();

// How large
document.addEventListener("click", (event) => {
  const step = Number(event.target.closest("[data-zoom]:not([data-desk])")?.dataset.zoom);
  if (!step) return;
  const now = ZOOMS.indexOf(Number(desk.dataset.zoom ?? 100));
  const zoom = ZOOMS[Math.min(Math.max(now + step, 0), ZOOMS.length - 1)];
  desk.dataset.zoom = zoom;
  document.querySelector("[data-zoom-now]").textContent = `${zoom} %`;
});

// Which field is next
const isEmpty = (field) => (field.type === "checkbox" ? !field.checked : !field.value.trim());
const own = () => [...document.querySelectorAll("[data-fill], [data-todo], .spot-done[id], .block-place")];
const isLeft = (field) =>
  field.hasAttribute("data-todo") || (field.hasAttribute("data-needed") && isEmpty(field));
const nextButton = document.querySelector("[data-field-next]");
const signButton = document.querySelector("[data-field-sign]");
let current = null;

function go(field) {
  current?.removeAttribute("data-current");
  current = field;
  field.dataset.current = "";
  field.scrollIntoView({ block: "center" });
  field.focus({ preventScroll: true });
}

function words(next) {
  const place = document.querySelector("[data-next-words]");
  if (!place) return;
  if (!next) {
    place.textContent = "";
    return;
  }
  const { what, onPage } = next.dataset;
  const shape = onPage ? place.dataset[what] : place.dataset.signatureOnly;
  place.textContent = (shape ?? "").replace("{page}", onPage);
}

function count() {
  const region = document.querySelector("[data-left]");
  if (!region) return;
  const left = own().filter(isLeft);
  const { total, none } = region.dataset;
  const said = left.length
    ? region.dataset.words.replace("{left}", left.length).replace("{total}", total)
    : none;
  if (region.textContent.trim() !== said) region.textContent = said;
  const pips = [...document.querySelectorAll("[data-pips] .bar")];
  pips.forEach((pip, index) =>
    pip.classList.toggle("bar-done", index < Number(total) - left.length),
  );
  words(left[0]);
  nextButton.hidden = left.length === 0;
  signButton.toggleAttribute("data-early", left.length > 0);
}

function step(direction) {
  const fields = own();
  const here = fields.indexOf(current);
  const candidates = fields.filter(isLeft);
  const after = candidates.filter((field) => (fields.indexOf(field) - here) * direction > 0);
  const chosen = direction > 0 ? (after[0] ?? candidates[0]) : (after.at(-1) ?? candidates.at(-1));
  if (!chosen) return;
  // Who presses on where only the signature is left means to sign.
  const isMeant = chosen === current && chosen.hasAttribute("data-todo");
  go(chosen);
  if (isMeant) chosen.click();
}

nextButton?.addEventListener("click", (event) => {
  event.preventDefault();
  step(1);
});
document.querySelector("[data-field-back]")?.addEventListener("click", () => step(-1));

// Keeping
const UNSAVED = `unsaved:${form.action}`;
const isShut = (status) => status === 404 || status === 403;
const values = () => [...new FormData(form)].filter(([name]) => name.startsWith("field-"));

// The gate has shut meanwhile and comes back on top. What could not be saved any
// more waits in this tab until it is passed.
function comeBack() {
  sessionStorage.setItem(UNSAVED, JSON.stringify(values()));
  window.location.reload();
}

const save = () =>
  fetch(form.action, {
    method: "POST",
    body: new FormData(form),
    headers: { "HX-Request": "true" },
    keepalive: true,
  });

async function keep() {
  const answer = await save();
  if (isShut(answer.status)) comeBack();
}

function takeUp() {
  const kept = JSON.parse(sessionStorage.getItem(UNSAVED) ?? "[]");
  sessionStorage.removeItem(UNSAVED);
  for (const [name, value] of kept) {
    const field = document.querySelector(`[data-fill][name="${CSS.escape(name)}"]`);
    if (!field) continue;
    if (field.type === "checkbox") field.checked = value !== "";
    else field.value = value;
    field.classList.toggle("spot-todo", field.type !== "checkbox" && isEmpty(field));
  }
  if (kept.length) save().catch(() => {});
}

document.addEventListener("htmx:responseError", (event) => {
  if (isShut(event.detail.xhr.status)) comeBack();
});

document.addEventListener("input", (event) => {
  const field = event.target.closest("[data-fill]");
  if (!field) return;
  if (field.type !== "checkbox") field.classList.toggle("spot-todo", isEmpty(field));
  count();
});
document.addEventListener("change", (event) => {
  if (event.target.closest("[data-fill]")) keep().catch(() => {});
});

// Still here
async function alive() {
  if (document.visibilityState !== "visible") return;
  const body = new FormData();
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  const answer = await fetch(desk.dataset.alive, { method: "POST", body });
  if (isShut(answer.status)) comeBack();
}
setInterval(() => alive().catch(() => {}), ALIVE_EVERY);

takeUp();
count();
