// The camera on the page of one picture: looks, says how it looks, takes the
// picture by hand or when it is sharp for a while, shows it, and sends it once
// the person has said yes. Without a camera the other ways stay on the page.
import { WIDTH, judge } from "./picture_quality.js";

const EVERY = 250; // milliseconds between two looks
const STEADY = 4; // good looks in a row before it takes the picture by itself
// A sharp table is sharp, too: looks before it may, at first and after a picture
// that the person did not want; from then on only by hand.
const LOOKS_FIRST = [8, 20];
const QUALITY = 0.92;
const SIZE = { width: { ideal: 1920 }, height: { ideal: 1080 } };
const TROUBLES = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "absent",
  OverconstrainedError: "absent",
  NotReadableError: "taken",
  AbortError: "taken",
};

class Camera {
  constructor(section) {
    this.section = section;
    this.dialog = section.closest("dialog") ?? document;
    this.video = section.querySelector("[data-video]");
    this.still = section.querySelector("[data-still]");
    this.says = section.querySelector("[data-says]");
    this.others = this.dialog.querySelector("[data-other-ways]");
    this.trouble = this.dialog.querySelector("[data-camera-trouble]");
    this.small = document.createElement("canvas");
    this.isFace = section.dataset.shape === "face";
    this.stream = null;
    this.capture = null;
    this.unwanted = 0;
    this.listen("[data-start-camera]", () => this.start());
    this.listen("[data-stop-camera]", () => this.leave());
    this.listen("[data-shoot]", () => this.shoot());
    this.listen("[data-again]", () => {
      this.unwanted += 1;
      this.look();
    });
    this.listen("[data-accept]", (button) => this.send(button));
    window.addEventListener("pagehide", () => {
      this.stop();
      this.show("off"); // as Back finds it
    });
    document.addEventListener("visibilitychange", () => {
      if (document.hidden && this.stream) this.leave();
    });
  }

  listen(selector, act) {
    const button = this.dialog.querySelector(selector);
    button?.addEventListener("click", () => act(button));
  }

  say(what) {
    const words = what ? this.section.dataset[`say${what}`] : "";
    if (this.says.textContent !== words) this.says.textContent = words;
  }

  show(state) {
    this.section.hidden = state === "off";
    const isOn = state === "looking" || state === "still";
    this.others.hidden = isOn;
    this.section.querySelector("[data-viewfinder]").hidden = !isOn;
    this.video.hidden = state !== "looking";
    this.section.querySelector("[data-outline]").toggleAttribute("hidden", state !== "looking");
    this.still.hidden = state !== "still";
    for (const part of this.section.querySelectorAll("[data-while]")) {
      part.hidden = part.dataset.while !== state;
    }
  }

  async start() {
    if (this.isAsking) return;
    this.trouble.hidden = true;
    this.isAsking = true;
    // Until the person has answered the browser, the other ways stay.
    this.show("asking");
    // Readers hear what comes into a region that is there already.
    setTimeout(() => this.isAsking && !this.stream && this.say("Asking"));
    await this.use().catch((error) => this.fail(TROUBLES[error.name] ?? "over"));
    this.isAsking = false;
  }

  async use() {
    if (!navigator.mediaDevices?.getUserMedia) return this.fail("insecure");
    const facing = this.section.dataset.facing;
    this.stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: { ideal: facing }, ...SIZE },
    });
    await this.open();
    for (const track of this.stream.getTracks()) {
      track.addEventListener("ended", () => this.fail("taken"));
    }
    this.video.srcObject = this.stream;
    await this.video.play().catch(() => {});
    return this.look();
  }

  // The server takes frames only of a capture that it opened, each with the
  // number that is due.
  async open() {
    const body = new FormData(this.section.querySelector("[data-camera-form]"));
    this.capture = await this.ask(this.section.dataset.open, body);
  }

  look() {
    if (!this.stream) return this.start();
    this.good = 0;
    this.looks = 0;
    this.show("looking");
    this.say("Looking");
    this.section.querySelector("[data-shoot]").focus();
    clearInterval(this.timer);
    this.timer = setInterval(() => this.glance(), EVERY);
    return null;
  }

  glance() {
    if (!this.video.videoWidth) return;
    const found = this.quality(this.video, this.seen());
    this.good = found === "good" ? this.good + 1 : 0;
    this.looks += 1;
    this.section.toggleAttribute("data-is-good", this.good > 0);
    const first = LOOKS_FIRST[this.unwanted];
    const good = first === undefined ? "Press" : "Good";
    const words = { good, blurred: "Blurred", glare: "Glare", dark: "Dark" };
    if (this.good >= STEADY && this.looks > first) this.shoot();
    else if (found === this.last) this.say(words[found]); // what flickers is not said
    this.last = found;
  }

  // The part of the picture that the viewfinder shows: a phone's is upright.
  seen() {
    const shape = this.isFace ? 1 : 4 / 3;
    const { videoWidth: wide, videoHeight: high } = this.video;
    const width = Math.min(wide, Math.round(high * shape));
    const height = Math.min(high, Math.round(wide / shape));
    const left = Math.round((wide - width) / 2);
    return { left, top: Math.round((high - height) / 2), width, height };
  }

  quality(source, { left, top, width, height }) {
    const { small } = this;
    small.width = WIDTH;
    small.height = Math.round((WIDTH * height) / width);
    const pen = small.getContext("2d", { willReadFrequently: true });
    pen.drawImage(source, left, top, width, height, 0, 0, small.width, small.height);
    const { data } = pen.getImageData(0, 0, small.width, small.height);
    return judge(data, small.width, { isFace: this.isFace });
  }

  shoot() {
    if (!this.video.videoWidth) return;
    clearInterval(this.timer);
    const { still, video } = this;
    const seen = this.seen();
    const { left, top, width, height } = seen;
    Object.assign(still, { width, height });
    still.getContext("2d").drawImage(video, left, top, width, height, 0, 0, width, height);
    const found = this.quality(still, { ...seen, left: 0, top: 0 });
    this.section.removeAttribute("data-is-good");
    this.show("still");
    const isBlurred = found === "blurred";
    this.say(isBlurred ? "StillBad" : "StillGood");
    this.advise(isBlurred ? "again" : "accept");
  }

  // What is advised stands out, and is what Enter does.
  advise(wanted) {
    for (const name of ["accept", "again"]) {
      const button = this.section.querySelector(`[data-${name}]`);
      button.classList.toggle("button-primary", name === wanted);
      if (name === wanted) button.focus();
    }
  }

  async send(button) {
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    this.say("Sending");
    try {
      const said = await this.post();
      if (said.error) this.says.textContent = said.error;
      else window.location.assign(said.page);
      if (said.error) this.capture = null;
    } catch {
      this.capture = null; // whether that number was spent, nobody knows
      this.say("Failed");
    }
    button.removeAttribute("aria-disabled");
  }

  async post() {
    if (!this.capture) await this.open();
    const blob = await new Promise((done) => {
      this.still.toBlob(done, "image/jpeg", QUALITY);
    });
    const body = new FormData(this.section.querySelector("[data-camera-form]"));
    body.set("capture", this.capture.capture);
    body.set("number", this.capture.number);
    body.set("picture", blob, "frame.jpg");
    return this.ask(this.section.dataset.send, body);
  }

  // Where the gate has something else to say by now, its page says it.
  async ask(address, body) {
    const headers = { Accept: "application/json" };
    const answer = await fetch(address, { method: "POST", body, headers });
    const isElsewhere = answer.redirected || [403, 404, 410].includes(answer.status);
    if (isElsewhere) {
      window.location.reload();
      await new Promise(() => {});
    }
    if (!answer.ok) throw new Error(`answered ${answer.status}`);
    return answer.json();
  }

  stop() {
    clearInterval(this.timer);
    const tracks = this.stream?.getTracks() ?? [];
    this.stream = null;
    this.capture = null;
    for (const track of tracks) track.stop();
    this.video.srcObject = null;
  }

  leave() {
    this.stop();
    this.show("off");
    this.say("");
    this.dialog.querySelector("[data-start-camera]").focus();
  }

  fail(why) {
    this.stop();
    this.show("off");
    const key = `say${why[0].toUpperCase()}${why.slice(1)}`;
    this.trouble.querySelector("[data-trouble-words]").textContent =
      this.section.dataset[key];
    this.trouble.hidden = false;
    this.dialog.querySelector("[data-start-camera]").focus();
  }
}

const found = document.querySelector("[data-camera]");
if (found) new Camera(found);

// A file that is too large is not sent at all.
const file = document.querySelector("[data-most-bytes]");
file?.addEventListener("change", () => {
  const isTooLarge = file.files[0]?.size > Number(file.dataset.mostBytes);
  file.setCustomValidity(isTooLarge ? file.dataset.tooLarge : "");
  file.reportValidity();
});
