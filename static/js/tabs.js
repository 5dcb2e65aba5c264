// role="tablist" with arrows, Home and End. Without scripts the tabs are not
// there (data-needs-script) and every panel is shown.
import { arrive } from "./arrive.js";

arrive('[role="tablist"]', (list) => {
  const tabs = [...list.querySelectorAll('[role="tab"]')];
  const panel = (tab) => document.getElementById(tab.getAttribute("aria-controls"));
  const choose = (chosen, focus) => {
    for (const tab of tabs) {
      const on = tab === chosen;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
      panel(tab).hidden = !on;
    }
    if (focus) chosen.focus();
    chosen.dispatchEvent(new CustomEvent("tab:chosen", { bubbles: true }));
  };
  list.addEventListener("click", (event) => {
    const tab = event.target.closest('[role="tab"]');
    if (tab) choose(tab, false);
  });
  list.addEventListener("keydown", (event) => {
    const mirrored = getComputedStyle(list).direction === "rtl" ? -1 : 1;
    const steps = { ArrowRight: mirrored, ArrowLeft: -mirrored };
    const here = tabs.indexOf(document.activeElement);
    let next = here + (steps[event.key] ?? 0);
    if (event.key === "Home") next = 0;
    if (event.key === "End") next = tabs.length - 1;
    if (next === here) return;
    event.preventDefault();
    choose(tabs[(next + tabs.length) % tabs.length], true);
  });
  choose(tabs.find((tab) => tab.getAttribute("aria-selected") === "true") ?? tabs[0]);
});
