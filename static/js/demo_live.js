// The page of phones and mailboxes asks each second what is new, and puts in
// place only what has changed: nothing else moves, and the focus stays.
import { announce } from "./arrive.js";

const board = document.querySelector("[data-board]");
const form = document.querySelector("form[data-live]");
const light = document.querySelector("[data-live-light]");

function bind(element) {
  window.htmx.process(element);
  document.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt: element } }));
}

// False when somebody has a menu open in it: then it waits.
function replace(old, fresh) {
  if (old.dataset.version === fresh.dataset.version) return true;
  if (old.querySelector("details.menu[open]")) return false;
  const focused = old.contains(document.activeElement) && document.activeElement.id;
  old.replaceWith(fresh);
  bind(fresh);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  return true;
}

function find(root, key) {
  return root.querySelector(`[data-key="${CSS.escape(key)}"]`);
}

function mergeList(list, freshList) {
  let isWhole = true;
  const wanted = [...freshList.children];
  const keys = new Set(wanted.map((item) => item.dataset.key));
  for (const item of [...list.children]) {
    if (!keys.has(item.dataset.key)) item.remove();
  }
  wanted.forEach((fresh, position) => {
    let item = fresh.dataset.key && find(list, fresh.dataset.key);
    if (item) {
      isWhole = replace(item, fresh) && isWhole;
      item = find(list, fresh.dataset.key);
    } else {
      item = fresh;
      list.append(item);
      bind(item);
    }
    if (list.children[position] !== item) {
      list.insertBefore(item, list.children[position] ?? null);
    }
  });
  return isWhole;
}

function merge(fresh) {
  let isWhole = true;
  for (const list of board.querySelectorAll("[data-list]")) {
    const other = fresh.querySelector(`[data-list="${list.dataset.list}"]`);
    if (other) isWhole = mergeList(list, other) && isWhole;
  }
  for (const part of [...fresh.querySelectorAll("[data-key]")]) {
    const old = find(board, part.dataset.key);
    if (old && !old.closest("[data-list]")) isWhole = replace(old, part) && isWhole;
  }
  return isWhole;
}

function tell(fresh) {
  const news = [...fresh.querySelectorAll("[data-news] > li")];
  if (news.length) announce(news.map((item) => item.textContent).join(" "));
}

form?.addEventListener("htmx:afterRequest", (event) => {
  const { successful, xhr } = event.detail;
  light?.toggleAttribute("data-is-off", !successful);
  if (!successful || xhr.status !== 200) return;
  const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
  const fresh = page.querySelector("[data-board]");
  if (!fresh) return;
  const seen = fresh.querySelector("form[data-live]").elements;
  const reading = fresh.querySelector('[data-key="reading"]');
  // The very first email opens the reading pane: nothing to keep in place yet.
  if (reading && !find(board, "reading")) return window.location.reload();
  tell(fresh);
  const isWhole = merge(fresh);
  form.elements.last.value = seen.last.value;
  if (isWhole) form.elements.version.value = seen.version.value;
});
