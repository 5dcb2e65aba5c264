// data-copy="<text>": puts it on the clipboard and says so.
import { announce, arrive } from "./arrive.js";

arrive("[data-copy]", (button) => {
  const label = button.querySelector("[data-label]") ?? button;
  const before = label.textContent;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    label.textContent = button.dataset.copied;
    announce(button.dataset.copied);
    setTimeout(() => (label.textContent = before), 2000);
  });
});
