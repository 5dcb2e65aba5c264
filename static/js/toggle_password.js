// Show / Hide beside a password: data-toggle-password="<id of the field>".
import { arrive } from "./arrive.js";

arrive("[data-toggle-password]", (button) => {
  const field = document.getElementById(button.dataset.togglePassword);
  const label = button.querySelector("[data-label]") ?? button;
  const [show, hide] = [label.textContent, button.dataset.hide];
  const set = (shown) => {
    field.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
    label.textContent = shown ? hide : show;
  };
  button.addEventListener("click", () => {
    set(field.type === "password");
    field.focus();
  });
  field.form?.addEventListener("submit", () => set(false));
});
