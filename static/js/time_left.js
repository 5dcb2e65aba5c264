// A time that runs out: data-time-left="21" shows the seconds that are left.
// Without scripts the number of when the page was drawn stands.
import { arrive } from "./arrive.js";

arrive("[data-time-left]", (element) => {
  const end = Date.now() + Number(element.dataset.timeLeft) * 1000;
  const tick = () => {
    const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    element.textContent = element.dataset.words.replace("{seconds}", left);
    if (!left || !element.isConnected) clearInterval(timer);
  };
  const timer = setInterval(tick, 250);
  tick();
});
