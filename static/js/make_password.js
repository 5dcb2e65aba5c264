// "Make a good one" beside a password: data-make-password="<id of the field>".
import { announce, arrive } from "./arrive.js";

// No I, L, O, U, 0 or 1: nothing that is misheard on the phone.
const LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789";

function makePassword() {
  const picks = crypto.getRandomValues(new Uint32Array(12));
  const letters = [...picks].map((pick) => LETTERS[pick % LETTERS.length]);
  return [0, 4, 8].map((at) => letters.slice(at, at + 4).join("")).join("-");
}

arrive("[data-make-password]", (button) => {
  button.addEventListener("click", () => {
    const field = document.getElementById(button.dataset.makePassword);
    field.value = makePassword();
    const shower = document.querySelector(`[data-toggle-password="${field.id}"]`);
    if (field.type === "password") shower.click();
    field.focus();
    field.select();
    announce(field.value);
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
});
