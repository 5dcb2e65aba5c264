// data-print: the browser's own dialog.
import { arrive } from "./arrive.js";

arrive("[data-print]", (button) => {
  button.addEventListener("click", () => window.print());
});
