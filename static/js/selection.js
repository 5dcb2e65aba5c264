// The list's selection: boxes, the bar that speaks of it, and keys. Without
// scripts the same boxes and buttons are a plain form.
import { arrive } from "./arrive.js";

arrive("[data-selection]", (form) => {
  const all = (selector) => [...form.querySelectorAll(selector)];
  const boxes = () => all("[data-row-check]");
  const rowOf = (element) => element.closest("[data-row]");
  const fits = (box, action) => rowOf(box).dataset.fits.split(" ").includes(action);
  const chosen = () => boxes().filter((box) => box.checked);
  const fill = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const said = form.dataset;
  const bar = form.querySelector("[data-actionbar]");
  const every = form.querySelector("[data-select-all]");
  let last = null; // where a range begins

  function showAction(button, picked) {
    const { action, name, whyNone, whyNot } = button.dataset;
    const fit = picked.filter((box) => fits(box, action)).length;
    const worksAlone = "worksAlone" in button.dataset;
    const isOff = picked.length ? fit === 0 : !worksAlone;
    const why = isOff ? (picked.length ? whyNot : whyNone) : "";
    const isPart = fit > 0 && fit < picked.length;
    const label = isPart
      ? fill(said.saidPart, { action: name, fit, count: picked.length })
      : name;
    if (isOff) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
    button.title = why;
    button.querySelector("[data-why]").textContent = why;
    button.querySelector("[data-label]").textContent = label;
  }

  function show() {
    const picked = chosen();
    const count = picked.length;
    for (const button of all("[data-action]")) showAction(button, picked);
    for (const clear of all("[data-clear]")) clear.hidden = !count;
    bar.toggleAttribute("data-selected", count > 0);
    document.body.toggleAttribute("data-has-selection", count > 0);
    every.checked = count > 0 && count === boxes().length;
    every.indeterminate = count > 0 && !every.checked;
    const words = count ? fill(said.saidSome, { count }) : said.saidNone;
    const place = form.querySelector("[data-selected-count]");
    if (place.textContent !== words) place.textContent = words;
  }

  function pick(box, on) {
    box.checked = on;
    last = box;
  }

  function pickUpTo(box, on) {
    const row = boxes();
    const [from, to] = [row.indexOf(last), row.indexOf(box)].sort((a, b) => a - b);
    for (const between of row.slice(Math.max(from, 0), to + 1)) between.checked = on;
    last = box;
  }

  // One address for the dialog, of what fits: the rest stays as it is.
  function addressOf(button) {
    const { action } = button.dataset;
    const address = new URL(button.formAction);
    const wanted = chosen().filter((box) => fits(box, action));
    if (!wanted.length) address.search = new URL(window.location).search;
    for (const box of wanted) address.searchParams.append("pk", box.value);
    return address.href;
  }

  form.addEventListener("click", (event) => {
    const label = event.target.closest(".row-check");
    const box = label?.querySelector("[data-row-check]");
    // A press on the label's rim comes twice: the second time from the box.
    if (!box || event.target !== box) {
      if (event.shiftKey && label) document.getSelection()?.removeAllRanges();
      return;
    }
    if (event.shiftKey && last) pickUpTo(box, box.checked);
    else last = box;
    show();
  });

  form.addEventListener("change", (event) => {
    if (event.target === every) {
      for (const box of boxes()) box.checked = every.checked;
    }
    show();
  });

  form.addEventListener("click", (event) => {
    const clear = event.target.closest("[data-clear]");
    if (!clear) return;
    for (const box of boxes()) box.checked = false;
    show();
    every.focus();
  });

  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button?.dataset.action) return;
    event.preventDefault();
    const menu = button.closest("details.menu");
    menu?.removeAttribute("open");
    const address = addressOf(button);
    if (!("opensDialog" in button.dataset)) {
      window.location.assign(address);
      return;
    }
    const path = address.slice(window.location.origin.length);
    window.htmx.ajax("GET", path, { source: button, target: "#dialogs" });
  });

  function step(box, by, selects) {
    const row = boxes();
    const next = row[row.indexOf(box) + by];
    if (!next) return;
    if (selects) {
      pick(box, true);
      pick(next, true);
      show();
    }
    next.focus();
  }

  form.addEventListener("keydown", (event) => {
    const row = rowOf(event.target);
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("details[open]")) return;
    const box = row.querySelector("[data-row-check]");
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) step(box, by, event.shiftKey);
    else if (event.key === "x") {
      pick(box, !box.checked);
      show();
    } else if (event.key === "Enter" && event.target === box) {
      row.querySelector("[data-row-open]").click();
    } else return;
    event.preventDefault();
  });

  // Back brings the boxes as they were left.
  window.addEventListener("pageshow", show);
  show();
});

// "/" goes to the search, from wherever nothing is being typed.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input:not([type=checkbox]), select, textarea, dialog")) return;
  const search = document.querySelector("[data-search]");
  if (!search) return;
  event.preventDefault();
  search.focus();
  search.select();
});

// What was left empty need not stand in the address.
arrive("form[data-short-address]", (form) => {
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) {
      if (!value) event.formData.delete(name);
    }
  });
});
