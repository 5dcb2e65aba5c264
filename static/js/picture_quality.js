// What a camera's picture is like before anybody sends it: pure functions over
// grey pixels. The server looks again, and more closely; this only guides a hand.
export const WIDTH = 320;

// Variance of the Laplacian, the usual measure of sharpness: an edge that is
// smeared over several pixels has small second derivatives.
const SHARP = 90;
const DARK = 50;
// Of the brightest pixels, as many in a hundred as a lamp's reflection covers.
const GLARE = 0.035;
const WHITE = 250;

export function toGrey(pixels) {
  const grey = new Uint8ClampedArray(pixels.length / 4);
  for (let at = 0; at < grey.length; at += 1) {
    const [red, green, blue] = [pixels[at * 4], pixels[at * 4 + 1], pixels[at * 4 + 2]];
    grey[at] = (red * 77 + green * 150 + blue * 29) >> 8;
  }
  return grey;
}

export function sharpness(grey, width) {
  const height = grey.length / width;
  let sum = 0;
  let squares = 0;
  let count = 0;
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      const at = y * width + x;
      const around = grey[at - 1] + grey[at + 1] + grey[at - width] + grey[at + width];
      const bend = around - 4 * grey[at];
      sum += bend;
      squares += bend * bend;
      count += 1;
    }
  }
  const mean = sum / count;
  return squares / count - mean * mean;
}

export function brightness(grey) {
  return grey.reduce((sum, one) => sum + one, 0) / grey.length;
}

// White paper is bright all over; a reflection is a patch in something darker.
export function glare(grey) {
  const white = grey.reduce((count, one) => count + (one >= WHITE), 0) / grey.length;
  return white < 0.25 ? white : 0;
}

// Returns "dark", "glare", "blurred" or "good".
export function judge(pixels, width, { isFace = false } = {}) {
  const grey = toGrey(pixels);
  if (brightness(grey) < DARK) return "dark";
  if (!isFace && glare(grey) > GLARE) return "glare";
  return sharpness(grey, width) < (isFace ? SHARP / 4 : SHARP) ? "blurred" : "good";
}
