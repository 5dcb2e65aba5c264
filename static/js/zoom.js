// A picture that can be looked at closely: figure[data-zoom] holds a [data-zoom-window]
// with one img, and buttons data-zoom-in|out|turn|reset. Dragging moves, two
// fingers or Ctrl and the wheel zoom; with the keyboard arrows move, + and − zoom,
// R turns, 0 shows all of it. Without scripts the picture stands there as it is.
import { announce, arrive } from "./arrive.js";

const MOST = 8;
const STEP = 1.5;
const STRIDE = 40;

function bind(figure) {
  const frame = figure.querySelector("[data-zoom-window]");
  const image = frame.querySelector("img");
  const now = { scale: 1, x: 0, y: 0, turn: 0 };
  const fingers = new Map();

  // Turned by a quarter, a picture has to fit the other way round.
  function fit() {
    if (now.turn % 180 === 0) return 1;
    const { offsetWidth: width, offsetHeight: height } = image;
    return Math.min(1, frame.clientHeight / width, frame.clientWidth / height) || 1;
  }

  function draw() {
    const scale = now.scale * fit();
    const room = (inner, outer) => Math.max(0, (inner * scale - outer) / 2);
    const isUpright = now.turn % 180 === 0;
    const width = isUpright ? image.offsetWidth : image.offsetHeight;
    const height = isUpright ? image.offsetHeight : image.offsetWidth;
    const [mostX, mostY] = [
      room(width, frame.clientWidth),
      room(height, frame.clientHeight),
    ];
    now.x = Math.max(-mostX, Math.min(mostX, now.x));
    now.y = Math.max(-mostY, Math.min(mostY, now.y));
    image.style.transform = `translate(${now.x}px, ${now.y}px) rotate(${now.turn}deg) scale(${scale})`;
    frame.classList.toggle("is-zoomed", mostX > 0 || mostY > 0);
  }

  function zoom(by) {
    const before = now.scale;
    now.scale = Math.max(1, Math.min(MOST, now.scale * by));
    now.x *= now.scale / before;
    now.y *= now.scale / before;
    draw();
  }

  function step(by) {
    zoom(by);
    const percent = String(Math.round(now.scale * 100));
    announce(frame.dataset.said.replace("{percent}", percent));
  }

  function turn() {
    now.turn = (now.turn + 90) % 360;
    [now.x, now.y] = [0, 0];
    draw();
  }

  function reset() {
    Object.assign(now, { scale: 1, x: 0, y: 0, turn: 0 });
    draw();
  }

  function move(x, y) {
    now.x += x;
    now.y += y;
    draw();
  }

  const keys = {
    "+": () => step(STEP),
    "=": () => step(STEP),
    "-": () => step(1 / STEP),
    0: reset,
    r: turn,
    ArrowLeft: () => move(STRIDE, 0),
    ArrowRight: () => move(-STRIDE, 0),
    ArrowUp: () => move(0, STRIDE),
    ArrowDown: () => move(0, -STRIDE),
  };
  frame.addEventListener("keydown", (event) => {
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  });

  const presses = { in: () => step(STEP), out: () => step(1 / STEP), turn, reset };
  for (const [name, act] of Object.entries(presses)) {
    figure.querySelector(`[data-zoom-${name}]`)?.addEventListener("click", act);
  }

  frame.addEventListener("pointerdown", (event) => {
    fingers.set(event.pointerId, event);
    frame.setPointerCapture(event.pointerId);
  });
  frame.addEventListener("pointermove", (event) => {
    const last = fingers.get(event.pointerId);
    if (!last) return;
    const [other] = [...fingers.values()].filter((one) => one !== last);
    const apart = (one) =>
      Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    if (other) zoom(apart(event) / (apart(last) || 1));
    else move(event.clientX - last.clientX, event.clientY - last.clientY);
    fingers.set(event.pointerId, event);
  });
  for (const name of ["pointerup", "pointercancel"]) {
    frame.addEventListener(name, (event) => fingers.delete(event.pointerId));
  }
  frame.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey) return; // without it the page scrolls
      event.preventDefault();
      zoom(event.deltaY < 0 ? 1.1 : 1 / 1.1);
    },
    { passive: false },
  );
  frame.addEventListener("dblclick", () => step(STEP));
  new ResizeObserver(draw).observe(frame);
}

arrive("figure[data-zoom]", bind);
