// A demo phone rings: how long, and what the voice says, spoken by the browser
// where it can. Without a voice the words stand there anyway.
import { announce, arrive } from "./arrive.js";

arrive("time[data-since]", (time) => {
  const start = new Date(time.dateTime).valueOf();
  const show = () => {
    if (!time.isConnected) return clearInterval(timer);
    const seconds = Math.max(0, Math.floor((Date.now() - start) / 1000));
    const rest = String(seconds % 60).padStart(2, "0");
    time.textContent = `${Math.floor(seconds / 60)}:${rest}`;
  };
  const timer = setInterval(show, 1000);
  show();
});

arrive("[data-announce]", (element) => announce(element.dataset.announce));

arrive("[data-say]", (button) => {
  const voice = window.speechSynthesis;
  if (!voice) {
    button.hidden = true;
    return;
  }
  button.addEventListener("click", () => {
    const words = new SpeechSynthesisUtterance(button.dataset.say);
    words.lang = button.dataset.sayIn;
    words.rate = 0.9;
    voice.cancel();
    voice.speak(words);
  });
});
