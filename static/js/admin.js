// The admin's forms: minutes are asked for only where another time is chosen.
for (const lifetime of document.querySelectorAll(".lifetime")) {
  const choice = lifetime.querySelector("select");
  const minutes = lifetime.querySelector("input");
  const show = () => {
    minutes.hidden = choice.value !== "other";
  };
  choice.addEventListener("change", show);
  show();
}

// The filter's looking glass has a name, but nothing that may have one.
window.addEventListener("load", () => {
  for (const icon of document.querySelectorAll("span.help-tooltip[aria-label]")) {
    icon.setAttribute("role", "img");
  }
});
