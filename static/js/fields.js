// The drawing board: press or draw on a page to place a field; move it by mouse,
// finger or arrow keys; Shift with arrows changes its size; Delete removes it.
// Everything is kept by the server in fractions of the page.
import { leaves } from "./leaves.js";

const board = document.querySelector("[data-board]");
const said = document.querySelector("[data-said]");
const STEP = 4;
const DRAWN = 6; // points: less than this is a press, not a drawing
const LEAST = 10;
let act = null;

const chosen = (name) => board.querySelector(`[name="board-${name}"]:checked`);
const token = () => board.querySelector("[name=csrfmiddlewaretoken]").value;
const clamp = (value, most) => Math.min(Math.max(value, 0), Math.max(most, 0));

function point(paper, event) {
  const place = new DOMPoint(event.clientX, event.clientY);
  const at = place.matrixTransform(paper.getScreenCTM().inverse());
  return { x: at.x, y: at.y };
}

function size(paper) {
  const { width, height } = paper.viewBox.baseVal;
  return { width, height };
}

function boxOf(holder) {
  const number = (name) => Number(holder.getAttribute(name));
  return {
    x: number("x"),
    y: number("y"),
    width: number("width"),
    height: number("height"),
  };
}

function put(holder, box) {
  for (const [name, value] of Object.entries(box)) {
    holder.setAttribute(name, value.toFixed(2));
  }
}

function inside(box, paper) {
  const page = size(paper);
  const width = Math.min(Math.max(box.width, LEAST), page.width);
  const height = Math.min(Math.max(box.height, LEAST), page.height);
  return {
    x: clamp(box.x, page.width - width),
    y: clamp(box.y, page.height - height),
    width,
    height,
  };
}

function fractions(box, paper) {
  const page = size(paper);
  return {
    x: (box.x / page.width).toFixed(5),
    y: (box.y / page.height).toFixed(5),
    width: (box.width / page.width).toFixed(5),
    height: (box.height / page.height).toFixed(5),
  };
}

for (const name of ["htmx:responseError", "htmx:sendError"]) {
  board.addEventListener(name, () => (said.textContent = said.dataset.failed));
}

// One after another: of those that wait for a slow answer htmx keeps only the last.
let queue = Promise.resolve();
let unanswered = 0;

function ask(url, values, target, swap) {
  const send = () => {
    const body = { ...values, csrfmiddlewaretoken: token() };
    const options = { source: board, values: body, target, swap };
    return window.htmx.ajax("POST", url, options);
  };
  unanswered += 1;
  queue = queue
    .then(send)
    .catch(() => {}) // said above
    .finally(() => (unanswered -= 1));
  return queue;
}

function place(paper, box) {
  const sheet = paper.closest("[data-sheet]");
  const values = {
    kind: chosen("kind").value,
    signer: chosen("signer").value,
    document: sheet.dataset.document,
    page: sheet.dataset.page,
    ...fractions(box, paper),
  };
  return ask(board.dataset.place, values, `#${sheet.id}`, "outerHTML");
}

function keep(field) {
  const holder = field.closest("[data-field-box]");
  const paper = field.closest("[data-paper]");
  const place = fractions(boxOf(holder), paper);
  said.textContent = field.getAttribute("aria-label");
  return ask(field.dataset.move, place, board, "none");
}

function remove(field) {
  const sheet = field.closest("[data-sheet]");
  return ask(field.dataset.remove, {}, `#${sheet.id}`, "outerHTML");
}

function around(paper, at) {
  const { width, height } = chosen("kind").dataset;
  const box = { width: Number(width), height: Number(height) };
  return inside({ x: at.x - box.width / 2, y: at.y - box.height / 2, ...box }, paper);
}

function between(from, to, paper) {
  return inside(
    {
      x: Math.min(from.x, to.x),
      y: Math.min(from.y, to.y),
      width: Math.abs(from.x - to.x),
      height: Math.abs(from.y - to.y),
    },
    paper,
  );
}

function outline(paper) {
  const shape = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  shape.classList.add("sheet-outline");
  paper.append(shape);
  return shape;
}

board.addEventListener("pointerdown", (event) => {
  const paper = event.target.closest("[data-paper]");
  if (!paper || event.button > 0 || act) return;
  const field = event.target.closest("[data-field]");
  const at = point(paper, event);
  // A finger that starts on free paper may be scrolling: it places by a tap.
  if (!field && event.pointerType === "touch") return;
  act = { paper, from: at, id: event.pointerId, hasMoved: false };
  if (field) {
    const holder = field.closest("[data-field-box]");
    const isSizing = Boolean(event.target.closest("[data-grip]"));
    Object.assign(act, { field, holder, box: boxOf(holder), isSizing });
    field.setPointerCapture(event.pointerId);
  } else {
    event.preventDefault();
    paper.setPointerCapture(event.pointerId);
  }
});

board.addEventListener("pointermove", (event) => {
  if (act?.id !== event.pointerId) return;
  const at = point(act.paper, event);
  const [dx, dy] = [at.x - act.from.x, at.y - act.from.y];
  if (!act.hasMoved && Math.hypot(dx, dy) < DRAWN) return;
  act.hasMoved = true;
  if (act.field) {
    const { x, y, width, height } = act.box;
    const box = act.isSizing
      ? { x, y, width: width + dx, height: height + dy }
      : { x: x + dx, y: y + dy, width, height };
    put(act.holder, inside(box, act.paper));
    return;
  }
  act.shape ??= outline(act.paper);
  put(act.shape, between(act.from, at, act.paper));
});

board.addEventListener("pointerup", (event) => {
  if (act?.id !== event.pointerId) return;
  const done = act;
  act = null;
  done.shape?.remove();
  if (done.field) {
    if (done.hasMoved) keep(done.field);
    return;
  }
  const at = point(done.paper, event);
  const box = done.hasMoved
    ? between(done.from, at, done.paper)
    : around(done.paper, at);
  place(done.paper, box);
});

board.addEventListener("pointercancel", () => {
  if (act?.field) put(act.holder, act.box);
  act?.shape?.remove();
  act = null;
});

// A tap, which the browser has told from a scroll.
board.addEventListener("click", (event) => {
  const paper = event.target.closest("[data-paper]");
  if (!paper || event.pointerType !== "touch" || event.target.closest("[data-field]"))
    return;
  place(paper, around(paper, point(paper, event)));
});

const ARROWS = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, -STEP],
  ArrowDown: [0, STEP],
};
const REST = 300; // milliseconds after the last key: then the field stands
let moved = null; // by keys, and not kept yet
let waiting;

function keepMoved() {
  clearTimeout(waiting);
  const field = moved;
  moved = null;
  if (field) keep(field);
}

board.addEventListener("focusout", keepMoved);

board.addEventListener("keydown", (event) => {
  const field = event.target.closest("[data-field]");
  if (!field) return;
  if (event.key === "Delete" || event.key === "Backspace") {
    event.preventDefault();
    keepMoved();
    remove(field);
    return;
  }
  const step = ARROWS[event.key];
  if (!step) return;
  event.preventDefault();
  const holder = field.closest("[data-field-box]");
  const box = boxOf(holder);
  const [sides, ends] = event.shiftKey ? ["width", "height"] : ["x", "y"];
  box[sides] += step[0];
  box[ends] += step[1];
  put(holder, inside(box, field.closest("[data-paper]")));
  clearTimeout(waiting);
  moved = field;
  waiting = setTimeout(keepMoved, REST);
});

// Who leaves by a link waits for what is still being kept, but not for ever.
const PATIENCE = 10_000;

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || !leaves(link, event)) return;
  keepMoved();
  if (!unanswered) return;
  event.preventDefault();
  const later = new Promise((done) => setTimeout(done, PATIENCE));
  Promise.race([queue, later]).then(() => location.assign(link.href));
});

board.dataset.isReady = "";
