// What a camera's picture is like before anybody sends it: pure functions over
// grey pixels, the same measures that the server takes (quality.py), smaller. They
// guide a hand; the server decides.
export const WIDTH = 640;

const TILES = 6;
// At this width as strict as the server is at its own, measured on specimens.
const SHARP = 500;
const SHARP_FACE = 60;
const LIGHT = 70;
const GLARE = 0.006;
const BLOWN_OUT = 250;
const PAPER = 232; // a picture whose middle grey is lighter is of white paper
const SOFT = 30; // a reflection fades out; what is printed ends sharply
const SPOT = 80; // pixels of the smallest reflection that matters
const AROUND = 4;

export function toGrey(pixels) {
  const grey = new Uint8ClampedArray(pixels.length / 4);
  for (let at = 0; at < grey.length; at += 1) {
    const from = at * 4;
    grey[at] = (pixels[from] * 77 + pixels[from + 1] * 150 + pixels[from + 2] * 29) >> 8;
  }
  return grey;
}

// How bright so many in a hundred pixels are at most.
export function percentile(grey, hundredths) {
  const counts = new Uint32Array(256);
  for (const one of grey) counts[one] += 1;
  let seen = 0;
  let light = 0;
  while (light < 255) {
    seen += counts[light];
    if (seen >= (grey.length * hundredths) / 100) break;
    light += 1;
  }
  return light;
}

// Variance of the Laplacian, the usual measure of sharpness, where the picture
// shows most: a bare table around the document is no blur.
export function sharpness(grey, width) {
  const height = Math.floor(grey.length / width);
  const tiles = Array.from({ length: TILES * TILES }, () => ({ n: 0, sum: 0, squares: 0 }));
  for (let y = 1; y < height - 1; y += 1) {
    const row = Math.floor((y * TILES) / height) * TILES;
    for (let x = 1; x < width - 1; x += 1) {
      const at = y * width + x;
      const around = grey[at - 1] + grey[at + 1] + grey[at - width] + grey[at + width];
      const bend = around - 4 * grey[at];
      const tile = tiles[row + Math.floor((x * TILES) / width)];
      tile.n += 1;
      tile.sum += bend;
      tile.squares += bend * bend;
    }
  }
  const found = tiles.map(({ n, sum, squares }) => squares / n - (sum / n) ** 2);
  const best = found.sort((one, other) => other - one).slice(0, TILES);
  return best.reduce((sum, one) => sum + one, 0) / TILES;
}

// Part of the picture in blown-out spots that fade out around.
export function glare(grey, width) {
  if (percentile(grey, 50) > PAPER) return 0;
  const isSeen = new Uint8Array(grey.length);
  let lost = 0;
  for (let at = 0; at < grey.length; at += 1) {
    if (grey[at] < BLOWN_OUT || isSeen[at]) continue;
    const spot = fill(grey, width, at, isSeen);
    const isLost = spot.area >= SPOT && !spot.isAtEdge && spot.edge / spot.edges < SOFT;
    if (isLost) lost += spot.area;
  }
  return lost / grey.length;
}

// Walks over one spot. edge sums how dark it is a little outside of it.
function fill(grey, width, start, isSeen) {
  const height = grey.length / width;
  const spot = { area: 0, edge: 0, edges: 0, isAtEdge: false };
  const steps = [1, -1, width, -width];
  const open = [start];
  isSeen[start] = 1;
  while (open.length) {
    const at = open.pop();
    const x = at % width;
    const y = Math.floor(at / width);
    spot.area += 1;
    if (x === 0 || y === 0 || x === width - 1 || y >= height - 1) {
      spot.isAtEdge = true;
      continue;
    }
    for (const step of steps) {
      const next = at + step;
      if (grey[next] >= BLOWN_OUT) {
        if (!isSeen[next]) open.push(next);
        isSeen[next] = 1;
      } else {
        spot.edge += 255 - (grey[at + step * AROUND] ?? 255);
        spot.edges += 1;
      }
    }
  }
  return spot;
}

// Returns "dark", "glare", "blurred" or "good".
export function judge(pixels, width, { isFace = false } = {}) {
  const grey = toGrey(pixels);
  if (percentile(grey, 90) < LIGHT) return "dark";
  if (sharpness(grey, width) < (isFace ? SHARP_FACE : SHARP)) return "blurred";
  return !isFace && glare(grey, width) > GLARE ? "glare" : "good";
}
