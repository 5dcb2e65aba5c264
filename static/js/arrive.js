// Runs `bind` for every element that matches `selector`: those on the page now
// and those that htmx brings later. Each element is bound once.
export function arrive(selector, bind) {
  const bound = new WeakSet();
  const scan = (root) => {
    const found = [...root.querySelectorAll(selector)];
    if (root instanceof Element && root.matches(selector)) found.unshift(root);
    for (const element of found) {
      if (bound.has(element)) continue;
      bound.add(element);
      bind(element);
    }
  };
  scan(document);
  document.addEventListener("htmx:load", (event) => scan(event.detail.elt));
}

// Says one sentence to readers, in a polite live region: behind an open dialog
// nothing is heard, so each has one of its own (dialogs.js).
export function announce(words) {
  const dialog = [...document.querySelectorAll("dialog:modal")].at(-1);
  const region =
    dialog?.querySelector("[data-announcer]") ??
    document.querySelector("body > [data-announcer]");
  if (region) region.textContent = words;
}
