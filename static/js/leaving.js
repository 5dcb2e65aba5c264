// Who leaves the page of a draft loses nothing that is still being saved. Each save
// raises the draft's version, and a form that names an older one is refused as if
// another tab had been first: a press therefore waits for the saves on their way,
// takes along what was typed last, and lets none start behind it.
import { leaves } from "./leaves.js";

const draft = document.querySelector("[data-draft]");
const PATIENCE = 10_000; // milliseconds; then the press goes on without the save
const saves = new Set();
let isTyped = false; // changed, and not asked to be saved yet
let isPressed = false;
let go = null;
let patience;

function goOn() {
  clearTimeout(patience);
  const next = go;
  go = null;
  next?.();
}

function settle() {
  if (go && !saves.size && !isTyped) goOn();
}

function giveUp() {
  window.htmx.trigger(draft, "htmx:abort");
  goOn();
}

function whenSaved(next) {
  if (!go) patience = setTimeout(giveUp, PATIENCE);
  go = next;
}

draft.addEventListener("change", () => {
  isTyped = true;
});

document.addEventListener("htmx:beforeRequest", (event) => {
  const { verb } = event.detail.requestConfig;
  if (!draft.contains(event.target) || verb === "get") return;
  const isAutomatic = event.target === draft;
  if (isAutomatic) isTyped = false;
  // A button that was pressed before the one that leaves still does its work.
  if (isPressed && (isAutomatic || !go)) event.preventDefault();
});

document.addEventListener("htmx:beforeSend", (event) => {
  const { xhr, requestConfig } = event.detail;
  if (!draft.contains(event.target) || requestConfig.verb === "get") return;
  saves.add(xhr);
  // By now htmx has started the next one in its queue, if there is one.
  xhr.addEventListener("loadend", () => {
    saves.delete(xhr);
    settle();
  });
});

draft.addEventListener("submit", (event) => {
  isPressed = true;
  isTyped = false;
  if (!saves.size || "stale" in draft.dataset) {
    // The browser's own button may stop it: then saving goes on.
    setTimeout(() => (isPressed = false), PATIENCE);
    return;
  }
  event.preventDefault();
  whenSaved(() => {
    saves.clear();
    draft.requestSubmit(event.submitter);
  });
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || !leaves(link, event) || "stale" in draft.dataset) return;
  if (!saves.size && !isTyped) return;
  event.preventDefault();
  whenSaved(() => location.assign(link.href));
});

// Back brings the page as it was left, with a version that is no more.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
