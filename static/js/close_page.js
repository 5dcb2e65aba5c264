// "Close this page": browsers let a script close only what a script opened, so
// where that fails the words say it.
import { arrive } from "./arrive.js";

arrive("[data-close-page]", (button) => {
  button.addEventListener("click", () => {
    window.close();
    setTimeout(() => {
      const words = document.createElement("p");
      words.className = "second";
      words.setAttribute("role", "status");
      button.replaceWith(words);
      words.textContent = button.dataset.cannot;
    }, 200);
  });
});
