// An email is as high as it is, and those not opened yet have a dot.
import { arrive } from "./arrive.js";

const KEY = "demo-mails-read";

arrive("iframe[data-fits]", (frame) => {
  const fit = () => {
    const page = frame.contentDocument?.documentElement;
    if (page && page.scrollHeight > 100) frame.height = page.scrollHeight;
  };
  frame.addEventListener("load", fit);
  fit();
});

function read() {
  try {
    return new Set(JSON.parse(localStorage.getItem(KEY) ?? "[]"));
  } catch {
    return new Set();
  }
}

arrive("[data-mail]", (link) => {
  const ids = read();
  if (link.getAttribute("aria-current")) {
    ids.add(link.dataset.mail);
    localStorage.setItem(KEY, JSON.stringify([...ids].slice(-500)));
  }
  link.toggleAttribute("data-is-new", !ids.has(link.dataset.mail));
});
