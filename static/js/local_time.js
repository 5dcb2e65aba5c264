// Times in the reader's own zone:
// <time datetime data-local="time|seconds|day|date|full|moment|ago">.
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

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

// "4 min. ago", "yesterday", then the day itself; "" for what is not that near.
function near(at, language) {
  const words = new Intl.RelativeTimeFormat(language, {
    numeric: "auto",
    style: "short",
  });
  const age = Date.now() - at;
  if (age < 0) return "";
  if (age < MINUTE) return words.format(0, "second");
  if (age < HOUR) return words.format(-Math.floor(age / MINUTE), "minute");
  if (age < DAY) return words.format(-Math.floor(age / HOUR), "hour");
  const yesterday = new Date(Date.now() - DAY).toDateString();
  return at.toDateString() === yesterday ? words.format(-1, "day") : "";
}

function shown(element, at, language) {
  if (element.dataset.local === "ago") {
    const words = near(at, language);
    if (words) return words;
    const isThisYear = new Date().getFullYear() === at.getFullYear();
    const shape = isThisYear ? SHAPES.day : { ...SHAPES.day, year: "numeric" };
    return new Intl.DateTimeFormat(language, shape).format(at);
  }
  const shape = { hourCycle: "h23", ...shapeOf(element, at) };
  if (shape.dateStyle && !shape.timeStyle) delete shape.hourCycle;
  return new Intl.DateTimeFormat(language, shape).format(at);
}

arrive("time[data-local]", (element) => {
  const at = new Date(element.dateTime);
  if (Number.isNaN(at.valueOf())) return;
  const language = document.documentElement.lang || undefined;
  element.textContent = shown(element, at, language);
  element.title = new Intl.DateTimeFormat(language, {
    dateStyle: "full",
    timeStyle: "long",
  }).format(at);
});
