// A button that is off for some seconds: data-countdown="24". Its [data-when]
// shows "in 0:24" (data-words="in {time}"). Readers hear once that it is on.
// Without scripts it is on, and the server says when it is too soon.
import { announce, arrive } from "./arrive.js";

function clock(seconds) {
  const rest = String(seconds % 60).padStart(2, "0");
  return `${Math.floor(seconds / 60)}:${rest}`;
}

arrive("[data-countdown]", (button) => {
  const when = button.querySelector("[data-when]");
  const end = Date.now() + Number(button.dataset.countdown) * 1000;
  const tick = () => {
    const left = Math.ceil((end - Date.now()) / 1000);
    if (left > 0) {
      if (when) when.textContent = when.dataset.words.replace("{time}", clock(left));
      return;
    }
    clearInterval(timer);
    button.removeAttribute("aria-disabled");
    button.removeAttribute("data-countdown");
    when?.remove();
    if (button.isConnected && button.dataset.ready) announce(button.dataset.ready);
  };
  button.setAttribute("aria-disabled", "true");
  const timer = setInterval(tick, 500);
  tick();
});
