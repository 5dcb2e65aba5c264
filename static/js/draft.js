// The page of a draft: tells what was saved, marks what was not understood, stops
// when another tab was first, shows how far an upload got.
import { arrive } from "./arrive.js";

const draft = document.querySelector("[data-draft]");
const saved = draft.querySelector("[data-saved]");

function tellSaved(at) {
  const time = new Intl.DateTimeFormat(document.documentElement.lang, {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).format(new Date(at));
  saved.textContent = saved.dataset.saved.replace("{time}", time);
}

document.addEventListener("draft:saved", (event) => {
  draft.querySelector("[data-version]").value = event.detail.version;
  tellSaved(event.detail.at);
  // The first PDF gives the draft its title.
  const title = draft.querySelector("[name=title]");
  if (!title.value && title !== document.activeElement) {
    title.value = event.detail.title;
  }
});

document.addEventListener("draft:stale", () => {
  draft.dataset.stale = "";
  const note = draft.querySelector("[data-stale-note]");
  note.hidden = false;
  note.scrollIntoView({ block: "center" });
});

document.addEventListener("htmx:beforeRequest", (event) => {
  if ("stale" in draft.dataset && draft.contains(event.target)) event.preventDefault();
});

// htmx sends a form to the address of the button that was pressed last. What was
// typed just before that press is saved after it, and would press it again.
draft.addEventListener("htmx:configRequest", (event) => {
  if (event.target === draft) event.detail.path = draft.getAttribute("hx-post");
});

// Sent or removed meanwhile: a draft no more. Anything else passes.
document.addEventListener("htmx:responseError", (event) => {
  if (!draft.contains(event.target)) return;
  if (event.detail.xhr.status === 404) {
    document.dispatchEvent(new CustomEvent("draft:stale"));
  } else {
    saved.textContent = saved.dataset.unsaved;
  }
});

document.addEventListener("htmx:sendError", (event) => {
  if (draft.contains(event.target)) saved.textContent = saved.dataset.unsaved;
});

// What stands in an error is what the server's template would have written.
function mark(field, words) {
  const name = `${field.id}_error`;
  const old = document.getElementById(name);
  if ((old?.textContent.trim() ?? "") === (words ?? "")) return;
  old?.remove();
  const others = (field.getAttribute("aria-describedby") ?? "")
    .split(" ")
    .filter((id) => id && id !== name);
  if (words) {
    const shape = draft.querySelector("template[data-error-shape]").content;
    const error = shape.firstElementChild.cloneNode(true);
    error.id = name;
    error.querySelector("span").textContent = words;
    (field.closest(".password-row") ?? field).before(error);
    field.setAttribute("aria-invalid", "true");
    others.push(name);
  } else {
    field.removeAttribute("aria-invalid");
  }
  if (others.length) field.setAttribute("aria-describedby", others.join(" "));
  else field.removeAttribute("aria-describedby");
}

document.addEventListener("draft:checked", (event) => {
  for (const field of draft.querySelectorAll("input, select, textarea")) {
    if (field.id && field.id !== "files") mark(field, event.detail[field.id]);
  }
});

document.addEventListener("htmx:xhr:progress", (event) => {
  const bar = draft.querySelector("[data-progress]");
  if (!bar || event.target.id !== "files" || !event.detail.lengthComputable) return;
  bar.hidden = false;
  bar.value = (100 * event.detail.loaded) / event.detail.total;
});

arrive("[data-drop]", (zone) => {
  const over = (is) => (event) => {
    zone.toggleAttribute("data-over", is);
    if (event.type === "dragover") event.preventDefault();
  };
  zone.addEventListener("dragover", over(true));
  zone.addEventListener("dragleave", over(false));
  zone.addEventListener("drop", over(false));
});

// A link to what is missing goes to the field itself, not only to its place.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href^="#"]');
  const target = link && document.getElementById(link.hash.slice(1));
  if (!target || !draft.contains(target)) return;
  event.preventDefault();
  link.closest("details.menu")?.removeAttribute("open");
  target.scrollIntoView({ block: "center" });
  target.focus({ preventScroll: true });
});
