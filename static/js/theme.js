// Light, dark, or as the system says. Kept in a cookie, so that the server can
// write it into the page and nothing flashes.
import { arrive } from "./arrive.js";

const root = document.documentElement;

function show() {
  const now = root.dataset.theme ?? "system";
  for (const button of document.querySelectorAll("[data-theme-set]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeSet === now));
  }
}

function set(theme) {
  const secure = window.location.protocol === "https:" ? "; secure" : "";
  const age = theme === "system" ? 0 : 31536000;
  document.cookie = `theme=${theme}; path=/; max-age=${age}; samesite=lax${secure}`;
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  show();
}

arrive("[data-theme-set]", (button) => {
  button.addEventListener("click", () => set(button.dataset.themeSet));
  show();
});
