// Times in the reader's own zone: <time datetime data-local="time|date|full|moment">.
// Without scripts the server's words stand.
import { arrive } from "./arrive.js";

const SHAPES = {
  time: { hour: "2-digit", minute: "2-digit" },
  seconds: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
  date: { dateStyle: "long" },
  day: { month: "short", day: "numeric" },
  full: { dateStyle: "long", timeStyle: "short" },
};

function shapeOf(element, at) {
  if (element.dataset.local !== "moment") return SHAPES[element.dataset.local];
  const today = new Date().toDateString() === at.toDateString();
  return today ? SHAPES.time : SHAPES.day;
}

arrive("time[data-local]", (element) => {
  const at = new Date(element.dateTime);
  if (Number.isNaN(at.valueOf())) return;
  const language = document.documentElement.lang || undefined;
  const shape = { hourCycle: "h23", ...shapeOf(element, at) };
  if (shape.dateStyle && !shape.timeStyle) delete shape.hourCycle;
  element.textContent = new Intl.DateTimeFormat(language, shape).format(at);
  element.title = new Intl.DateTimeFormat(language, {
    dateStyle: "full",
    timeStyle: "long",
  }).format(at);
});
