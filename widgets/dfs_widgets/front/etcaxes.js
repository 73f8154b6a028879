// Axes of a chart: ticks one can read, numbers with powers of ten, titles with units.

/** Round steps of 1, 2, 5 between two numbers, about `count` of them. */
function roundTicks(low, high, count) {
  const rough = (high - low) / Math.max(1, count);
  if (!(rough > 0) || !Number.isFinite(rough)) return [];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((one) => one * power >= rough * 0.999) ?? 10);
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-6 && found.length < 60; i++) found.push(i * step);
  return found;
}

/** The closest of these that leave room, about `count` of them: 1, 2 and 5 times powers of ten, powers, every second power, ... */
function powerTicks(low, high, count) {
  const [a, b] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const powers = Array.from({ length: Math.min(600, b - a + 1) }, (_, i) => a + i);
  const inside = (all) => all.filter((v) => v >= low * 0.999 && v <= high * 1.001);
  const most = Math.max(3, count * 1.5);
  const fine = inside(powers.flatMap((p) => [1, 2, 5].map((m) => m * 10 ** p)));
  if (fine.length <= most) return fine.length > 1 ? fine : roundTicks(low, high, count);
  for (let every = 1; every < powers.length; every++) {
    const found = inside(powers.filter((p) => p % every === 0).map((p) => 10 ** p));
    if (found.length <= most) return found.length ? found : fine.slice(0, 2);
  }
  return fine.slice(0, 2);
}

const RAISED = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
const raised = (power) => [...String(power)].map((one) => RAISED[one]).join("");

/** A tick's number, as short as it can be told from its neighbours. */
function tickNumber(value, step, asPower = false) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (asPower || size >= 1e5 || size < 1e-3) {
    const power = Math.floor(Math.log10(size) + 1e-9);
    const digits = step ? Math.max(0, Math.min(4, power - Math.floor(Math.log10(step) + 1e-9))) : 0;
    const head = (value / 10 ** power).toFixed(digits);
    return Number(head) === 1 && digits === 0 ? `10${raised(power)}` : `${head}·10${raised(power)}`;
  }
  const digits = step ? Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) : 0;
  return step ? value.toFixed(Math.min(6, digits)) : String(Number(value.toPrecision(4)));
}

/** A number to read off: four digits that count. */
function readNumber(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-3) {
    const power = Math.floor(Math.log10(size));
    return `${(value / 10 ** power).toFixed(3)}·10${raised(power)}`;
  }
  if (size >= 1000) return Math.round(value).toLocaleString("en").replaceAll(",", "\u202f");
  return String(Number(value.toPrecision(4)));
}

/** Make the scale of an axis between two pixels: to(value) -> pixel, back(pixel) -> value. */
function makeScale(low, high, from, upTo, log) {
  const f = log ? Math.log10 : (v) => v;
  const [a, b] = [f(low), f(high)];
  const k = (upTo - from) / (b - a || 1);
  return {
    low, high, log,
    to: (v) => from + (f(v) - a) * k,
    back: (px) => (log ? 10 ** (a + (px - from) / k) : a + (px - from) / k),
  };
}

const axisText = ({ label, unit }) => (unit ? `${label} (${unit})` : label);

/** Draw the frame of a chart with its grid, numbers and titles. */
function drawChartAxes(context, { x0, x1, y0, y1 }, sx, sy, axes, colour) {
  const across = (sx.log ? powerTicks : roundTicks)(sx.low, sx.high, (x1 - x0) / 78);
  const up = (sy.log ? powerTicks : roundTicks)(sy.low, sy.high, Math.max(2, (y0 - y1) / 34));
  const steps = (all, log) => (log || all.length < 2 ? 0 : all[1] - all[0]);
  const isFar = sy.log && up.some((v) => v >= 1e5 || v < 1e-3); // one far number: all of them as powers
  context.lineWidth = 1;
  context.strokeStyle = colour.grid;
  context.fillStyle = colour.muted;
  context.textAlign = "center";
  for (const v of across) {
    const x = Math.round(sx.to(v)) + 0.5;
    strokeLine(context, x, y0, x, y1);
    context.fillText(tickNumber(v, steps(across, sx.log)), x, y0 + 14);
  }
  context.textAlign = "right";
  for (const v of up) {
    const y = Math.round(sy.to(v)) + 0.5;
    strokeLine(context, x0, y, x1, y);
    context.fillText(tickNumber(v, steps(up, sy.log), isFar), x0 - 6, y + 4);
  }
  context.strokeStyle = colour.line;
  context.strokeRect(x0 + 0.5, y1 + 0.5, x1 - x0, y0 - y1);
  context.fillStyle = colour.text;
  context.textAlign = "center";
  context.fillText(axisText(axes.x), (x0 + x1) / 2, y0 + 29);
  context.save();
  context.translate(12, (y0 + y1) / 2);
  context.rotate(-Math.PI / 2);
  context.fillText(axisText(axes.y), 0, 0);
  context.restore();
}

function strokeLine(context, ax, ay, bx, by) {
  context.beginPath();
  context.moveTo(ax, ay);
  context.lineTo(bx, by);
  context.stroke();
}
