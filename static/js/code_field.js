// Code fields: data-code-field="digits" or "letters", data-length. What is typed
// stays as typed; it is grouped when it is complete or left. Full-width digits
// are read as digits. A text that the browser hands over (WebOTP) is sent off.
import { arrive } from "./arrive.js";

function plain(value, kind) {
  const folded = value.normalize("NFKC");
  return kind === "letters"
    ? folded.toUpperCase().replace(/[^0-9A-Z]/g, "")
    : folded.replace(/[^0-9]/g, "");
}

function grouped(code, length, kind) {
  if (code.length !== length) return code;
  const half = length / 2;
  return code.slice(0, half) + (kind === "letters" ? "-" : " ") + code.slice(half);
}

async function listen(field) {
  if (!("OTPCredential" in window) || !field.form) return;
  const abort = new AbortController();
  field.form.addEventListener("submit", () => abort.abort());
  try {
    const otp = await navigator.credentials.get({
      otp: { transport: ["sms"] },
      signal: abort.signal,
    });
    if (!otp?.code || field.value) return;
    field.value = otp.code;
    field.form.requestSubmit();
  } catch {
    // The person types it: nothing to do.
  }
}

arrive("[data-code-field]", (field) => {
  const kind = field.dataset.codeField;
  const length = Number(field.dataset.length);
  const group = () => {
    const code = plain(field.value, kind);
    if (code.length === length) field.value = grouped(code, length, kind);
  };
  let composing = false;
  field.addEventListener("compositionstart", () => (composing = true));
  field.addEventListener("compositionend", () => {
    composing = false;
    group();
  });
  field.addEventListener("input", () => {
    const atEnd = field.selectionStart === field.value.length;
    if (!composing && atEnd) group();
  });
  field.addEventListener("blur", group);
  if (kind === "digits") listen(field);
});
