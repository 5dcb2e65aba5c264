// "Your signature": what is typed shows in its hand, what is drawn is kept as
// strokes in fractions of the pad, and the button is off until there is one.
import { arrive } from "./arrive.js";

const PEN = 2.4;

function pad(canvas, form, changed) {
  const kept = form.querySelector("[data-strokes]");
  const strokes = JSON.parse(kept.value || "[]");
  let line = null;

  const draw = () => {
    const { width, height } = canvas.getBoundingClientRect();
    if (!width) return;
    const scale = window.devicePixelRatio || 1;
    canvas.width = width * scale;
    canvas.height = height * scale;
    const pen = canvas.getContext("2d");
    pen.scale(scale, scale);
    pen.lineWidth = PEN;
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = getComputedStyle(canvas).getPropertyValue("--pen");
    for (const stroke of strokes) {
      pen.beginPath();
      stroke.forEach(([x, y], index) => pen[index ? "lineTo" : "moveTo"](x * width, y * height));
      pen.stroke();
    }
    form.querySelector("[data-aspect]").value = (width / height).toFixed(4);
  };
  const keep = () => {
    kept.value = JSON.stringify(strokes);
    draw();
    changed();
  };
  const point = (event) => {
    const box = canvas.getBoundingClientRect();
    const within = (value) => Math.round(Math.min(Math.max(value, 0), 1) * 10000) / 10000;
    return [
      within((event.clientX - box.left) / box.width),
      within((event.clientY - box.top) / box.height),
    ];
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    canvas.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    line = [point(event)];
    strokes.push(line);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!line) return;
    for (const part of event.getCoalescedEvents?.() ?? [event]) line.push(point(part));
    draw();
  });
  const lift = () => {
    if (!line) return;
    if (line.length < 2) line.push([line[0][0] + 0.004, line[0][1]]);
    line = null;
    keep();
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  form.querySelector("[data-undo]").addEventListener("click", () => {
    strokes.pop();
    keep();
  });
  form.querySelector("[data-clear]").addEventListener("click", () => {
    strokes.length = 0;
    keep();
  });
  new ResizeObserver(draw).observe(canvas);
  return () => strokes.length > 0;
}

arrive("form[data-sign]", (form) => {
  const how = form.querySelector("[data-how]");
  const name = form.querySelector("[data-signature-name]");
  const finish = form.querySelector("[data-finish]");
  let isDrawn = () => false;
  const changed = () => {
    const there = how.value === "drawn" ? isDrawn() : name.value.trim() !== "";
    if (there) finish.removeAttribute("aria-disabled");
    else finish.setAttribute("aria-disabled", "true");
  };
  isDrawn = pad(form.querySelector("[data-pad]"), form, changed);
  name.addEventListener("input", () => {
    for (const shown of form.querySelectorAll("[data-signature-text]")) {
      shown.textContent = name.value;
    }
    changed();
  });
  form.addEventListener("tab:chosen", (event) => {
    how.value = event.target.dataset.howTab;
    changed();
  });
  changed();
});
