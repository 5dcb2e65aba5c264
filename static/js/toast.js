// Toasts leave after six seconds, but not while someone points at or stands in
// them. The server sends more with the event "toast" ({"text": "…"}).
import { arrive } from "./arrive.js";

const STAYS = 6000;

arrive("[data-toast]", (toast) => {
  let timer;
  const wait = () => (timer = setTimeout(() => toast.remove(), STAYS));
  const stay = () => clearTimeout(timer);
  toast.addEventListener("pointerenter", stay);
  toast.addEventListener("focusin", stay);
  toast.addEventListener("pointerleave", wait);
  toast.addEventListener("focusout", wait);
  wait();
});

document.addEventListener("toast", (event) => {
  const place = document.querySelector("[data-toasts]");
  const shape = document.querySelector("template[data-toast-shape]");
  if (!place || !shape || !event.detail?.text) return;
  const toast = shape.content.firstElementChild.cloneNode(true);
  toast.querySelector("[data-toast-text]").textContent = event.detail.text;
  place.append(toast);
  document.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt: toast } }));
});
