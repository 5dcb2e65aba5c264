// Menus are <details>: they open without scripts. With them, Escape and a press
// elsewhere close them, and the focus goes back to where it was.
function close(menu, focus) {
  menu.removeAttribute("open");
  if (focus) menu.querySelector("summary").focus();
}

document.addEventListener("click", (event) => {
  // What opens a dialog gives the focus back to the menu's button afterwards.
  const item = event.target.closest?.("details.menu [hx-get]");
  if (item) close(item.closest("details.menu"), true);
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) close(menu, false);
  }
});

document.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest?.("details.menu[open]");
    if (!menu) return;
    event.preventDefault();
    event.stopPropagation();
    close(menu, true);
  },
  true,
);

document.addEventListener("focusout", (event) => {
  const menu = event.target.closest?.("details.menu[open]");
  if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) {
    close(menu, false);
  }
});
