// Every dialog: opens each [data-dialog] that arrives, closes on dialog:close,
// removes what htmx brought once it is closed. data-dialog="gate" is a door: no
// key closes it, and it has no close button.
import { arrive } from "./arrive.js";

const onThePage = new WeakSet(document.querySelectorAll("[data-dialog]"));
// What had the focus when a dialog came, by the dialog's id. An answer of the
// server takes a dialog's place, and the browser forgets it with the old one.
const openers = new Map();
let lastOutside = null;
document.addEventListener("focusin", (event) => {
  if (!event.target.closest("dialog")) lastOutside = event.target;
});

function giveVoice(dialog) {
  if (dialog.querySelector("[data-announcer]")) return;
  const region = document.querySelector("body > [data-announcer]")?.cloneNode();
  if (region) dialog.append(region);
}

function open(dialog) {
  if (dialog.matches(":modal")) return;
  giveVoice(dialog);
  dialog.removeAttribute("open");
  const now = document.activeElement;
  const isLost = !now || now === document.body || dialog.contains(now);
  if (!isLost) openers.set(dialog.id, now);
  else if (lastOutside && !openers.has(dialog.id)) openers.set(dialog.id, lastOutside);
  dialog.showModal();
  const wanted = dialog.querySelector("[autofocus]");
  if (wanted) wanted.focus();
  if (wanted instanceof HTMLInputElement && wanted.value) wanted.select();
}

function keepShut(dialog) {
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Escape") event.preventDefault();
  });
  dialog.addEventListener("close", () => {
    if (dialog.isConnected) open(dialog);
  });
}

// While another dialog is still on top, what lies behind takes no focus: the last
// one that closes gives it back.
function giveFocusBack(dialog) {
  const opener = openers.get(dialog.id);
  if (opener?.isConnected) opener.focus();
  if (!opener?.isConnected || document.activeElement === opener) {
    openers.delete(dialog.id);
  }
}

// A dialog that came with its own page has a page to go back to: its close link.
function leave(dialog) {
  const link = dialog.querySelector("a[data-close]");
  if (onThePage.has(dialog) && link) window.location.assign(link.href);
  else if (!onThePage.has(dialog)) dialog.remove();
  giveFocusBack(dialog);
}

arrive("[data-dialog]", (dialog) => {
  if (dialog.dataset.dialog === "gate") keepShut(dialog);
  else dialog.addEventListener("close", () => leave(dialog));
  if (dialog.dataset.dialog !== "waiting") open(dialog);
});

// data-dialog="waiting" stands on the page, shut, until a button opens it.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  const waiting = opener && document.getElementById(opener.dataset.opens);
  if (waiting) {
    event.preventDefault();
    onThePage.add(waiting);
    open(waiting);
    return;
  }
  const close = event.target.closest("[data-close]");
  const dialog = close?.closest("dialog:modal");
  if (dialog) {
    event.preventDefault();
    dialog.close();
  }
});

document.addEventListener("dialog:close", () => {
  const shown = [...document.querySelectorAll("dialog[data-dialog]:modal")];
  shown.filter((dialog) => dialog.dataset.dialog !== "gate").at(-1)?.close();
});
