// Words for who waits long: data-later="8" becomes data-words after 8 seconds.
// Without scripts what stood there stays.
import { arrive } from "./arrive.js";

arrive("[data-later]", (element) => {
  const wait = Number(element.dataset.later) * 1000;
  setTimeout(() => (element.textContent = element.dataset.words), wait);
});
