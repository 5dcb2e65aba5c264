// After a wrong code the page comes back: what was typed stays in the field and
// is selected. It is kept in this tab for one page load and nowhere else.
import { arrive } from "./arrive.js";

const KEY = "typed-code";

arrive("form[data-keeps-code]", (form) => {
  const field = form.querySelector("[data-code-field]");
  const typed = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  if (typed && field.getAttribute("aria-invalid") === "true") {
    field.value = typed;
    field.select();
  }
  form.addEventListener("submit", () => sessionStorage.setItem(KEY, field.value));
});
