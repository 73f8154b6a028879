// The picture of a chart: curves of thousands of points, spans, levels and marks; on a canvas or as SVG.

const CHART_EDGE = { left: 74, right: 16, top: 8, bottom: 36 };
const DASHES = { solid: [], dash: [6, 4], dot: [1.5, 3], dashdot: [7, 3, 1.5, 3] };

/** Make the curves of a panel out of its description and the numbers that came with it. */
function curvesOf(panel, numbers) {
  return (panel?.curves ?? []).map((one) => ({ ...one, xs: numbers.subarray(one.x[0], one.x[0] + one.x[1]), ys: numbers.subarray(one.y[0], one.y[0] + one.y[1]) }));
}

/** Smallest and largest finite number; of those to be shown on a logarithmic axis only what is above 0. */
function extentOf(values, log, from = 0, upTo = values.length) {
  let [low, high] = [Infinity, -Infinity];
  for (let i = from; i < upTo; i++) {
    const v = values[i];
    if (!Number.isFinite(v) || (log && v <= 0)) continue;
    if (v < low) low = v;
    if (v > high) high = v;
  }
  return [low, high];
}

/** Index of the first of ascending numbers that is not below `wanted`. */
function firstNotBelow(values, wanted) {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Return the range of wavelengths (or times) that all curves together cover. */
function wholeRange(curves, axis) {
  let [low, high] = [Infinity, -Infinity];
  for (const { xs } of curves) {
    const [a, b] = extentOf(xs, axis.log);
    low = Math.min(low, a);
    high = Math.max(high, b);
  }
  if (!Number.isFinite(low)) return [0, 1];
  return low < high ? [low, high] : [low * 0.9, high * 1.1 || 1];
}

/** Return what the vertical axis shows: all that is visible of all curves, and the levels close enough to matter. */
function heightRange(panel, curves, [a, b], log, areas = []) {
  let [low, high] = [Infinity, -Infinity];
  for (const { xs, ys } of [...curves, ...areas.map(({ xs, highs }) => ({ xs, ys: highs }))]) {
    const [u, v] = extentOf(ys, log, Math.max(0, firstNotBelow(xs, a) - 1), Math.min(xs.length, firstNotBelow(xs, b) + 1));
    low = Math.min(low, u);
    high = Math.max(high, v);
  }
  for (const level of panel.levels ?? []) if (level.always || (level.y < high * 4 && level.y > low)) high = Math.max(high, level.y);
  if (!Number.isFinite(low)) return log ? [1, 10] : [0, 1];
  if (log) return [Math.max(low * 0.7, high * 10 ** -(panel.y.decades ?? 5)), high * 1.6];
  const floor = panel.y.free ? low - 0.05 * (high - low) : Math.min(0, low);
  return [floor, high > floor ? high + 0.07 * (high - floor) : floor + 1];
}

/** Lay out a chart: frame, scales, ranges. */
function layOut(panel, curves, width, height, { range, log, head = 0, areas = [] }) {
  const { left, right, top, bottom } = CHART_EDGE;
  const frame = { x0: left, x1: Math.max(left + 20, width - right), y0: Math.max(head + 30, height - bottom), y1: top + head };
  const across = range ?? wholeRange(curves, panel.x);
  const up = heightRange(panel, curves, across, log, areas);
  return { frame, sx: makeScale(...across, frame.x0, frame.x1, Boolean(panel.x.log)), sy: makeScale(...up, frame.y0, frame.y1, log) };
}

/** Draw a chart whole. */
function drawChart(context, panel, curves, laid, colour, { pointer = null, stale = false, areas = [] } = {}) {
  const { frame, sx, sy } = laid;
  context.font = "11px Inter, system-ui, sans-serif";
  context.save();
  context.beginPath();
  context.rect(frame.x0, frame.y1, frame.x1 - frame.x0, frame.y0 - frame.y1);
  context.clip();
  for (const span of panel.spans ?? []) drawSpan(context, span, frame, sx, colour);
  context.restore();
  drawChartAxes(context, frame, sx, sy, panel, colour);
  context.save();
  context.beginPath();
  context.rect(frame.x0, frame.y1, frame.x1 - frame.x0, frame.y0 - frame.y1);
  context.clip();
  context.globalAlpha = stale ? 0.3 : 1;
  drawGaps(context, curves, frame, sx, colour);
  for (const one of areas) drawArea(context, one, sx, sy, colour);
  for (const level of panel.levels ?? []) drawLevel(context, level, frame, sy, colour);
  for (const one of curves) drawCurve(context, one, sx, sy, colour);
  for (const mark of panel.marks ?? []) drawMark(context, mark, frame, sx, sy, colour);
  if (pointer !== null) drawPointerLine(context, pointer, curves, frame, sx, sy, colour);
  context.restore();
  context.globalAlpha = 1;
}

/** Draw the ground between two curves. */
function drawArea(context, { xs, lows, highs, ink }, sx, sy, colour) {
  const from = Math.max(0, firstNotBelow(xs, sx.low) - 1);
  const upTo = Math.min(xs.length, firstNotBelow(xs, sx.high) + 1);
  const floor = (v) => (shown(v, sy) ? v : sy.low);
  context.fillStyle = colour[ink];
  context.beginPath();
  for (let i = from; i < upTo; i++) (i > from ? context.lineTo(sx.to(xs[i]), sy.to(floor(highs[i]))) : context.moveTo(sx.to(xs[i]), sy.to(floor(highs[i]))));
  for (let i = upTo - 1; i >= from; i--) context.lineTo(sx.to(xs[i]), sy.to(floor(lows[i])));
  context.fill();
}

function drawCurve(context, { xs, ys, ink, dash = "solid", width = 1.5, faint }, sx, sy, colour) {
  const from = Math.max(0, firstNotBelow(xs, sx.low) - 1);
  const upTo = Math.min(xs.length, firstNotBelow(xs, sx.high) + 1);
  context.strokeStyle = colour[ink];
  context.fillStyle = colour[ink];
  context.lineWidth = width;
  context.lineJoin = "bevel"; // round joins of thousands of points cost more than the lines
  context.setLineDash(DASHES[dash] ?? []);
  const before = context.globalAlpha;
  if (faint) context.globalAlpha = before * 0.85;
  context.beginPath();
  if (upTo - from > 3000) traceColumns(context, xs, ys, from, upTo, sx, sy);
  else tracePoints(context, xs, ys, from, upTo, sx, sy);
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = before;
  if (xs.length === 1 && Number.isFinite(ys[0])) dot(context, sx.to(xs[0]), sy.to(ys[0]));
}

const shown = (value, scale) => Number.isFinite(value) && (!scale.log || value > 0);

function tracePoints(context, xs, ys, from, upTo, sx, sy) {
  let pen = false;
  for (let i = from; i < upTo; i++) {
    if (!shown(ys[i], sy)) { pen = false; continue; }
    if (pen && isGap(xs, i)) pen = false;
    if (pen) context.lineTo(sx.to(xs[i]), sy.to(ys[i]));
    else context.moveTo(sx.to(xs[i]), sy.to(ys[i]));
    pen = true;
  }
}

/** Where many points share a column of the screen: from the lowest to the highest of them, pale, and their mean as a line. */
function traceColumns(context, xs, ys, from, upTo, sx, sy) {
  const columns = [];
  let now = null;
  for (let i = from; i < upTo; i++) {
    const isThere = shown(ys[i], sy);
    if (!isThere || (i > from && isGap(xs, i))) { columns.push(null); now = null; if (!isThere) continue; }
    const [x, y] = [Math.floor(sx.to(xs[i])), sy.to(ys[i])];
    if (now?.x !== x) columns.push(now = { x, low: y, high: y, sum: 0, count: 0 });
    now.low = Math.max(now.low, y);
    now.high = Math.min(now.high, y);
    now.sum += y;
    now.count += 1;
  }
  const alpha = context.globalAlpha;
  context.globalAlpha = alpha * 0.38;
  for (const one of columns) if (one) { context.moveTo(one.x + 0.5, one.high); context.lineTo(one.x + 0.5, one.low + 0.01); }
  context.stroke();
  context.globalAlpha = alpha;
  context.beginPath();
  let pen = false;
  for (const one of columns) {
    if (one && pen) context.lineTo(one.x + 0.5, one.sum / one.count);
    else if (one) context.moveTo(one.x + 0.5, one.sum / one.count);
    pen = Boolean(one);
  }
}

/** Tell whether the detector ends before sample i and goes on at it. */
function isGap(xs, i) {
  if (i < 2 || i + 1 >= xs.length) return false;
  const step = xs[i] - xs[i - 1];
  return step > 4 * (xs[i - 1] - xs[i - 2]) && step > 4 * (xs[i + 1] - xs[i]);
}

function drawGaps(context, curves, frame, sx, colour) {
  const xs = curves.find((one) => !one.faint)?.xs;
  if (!xs || sx.log) return;
  context.fillStyle = colour.gap;
  for (let i = 2; i < xs.length; i++) if (isGap(xs, i)) context.fillRect(sx.to(xs[i - 1]), frame.y1, sx.to(xs[i]) - sx.to(xs[i - 1]), frame.y0 - frame.y1);
}

function drawSpan(context, { x0, x1, ink }, frame, sx, colour) {
  context.fillStyle = colour[ink];
  const [a, b] = [sx.to(Math.max(x0, sx.low)), sx.to(Math.min(x1, sx.high))];
  if (b >= a) context.fillRect(a - 1, frame.y1, Math.max(3, b - a + 2), frame.y0 - frame.y1);
}

function drawLevel(context, { y, label, ink }, frame, sy, colour) {
  const at = sy.to(y);
  if (!(at >= frame.y1 && at <= frame.y0)) return;
  context.strokeStyle = context.fillStyle = colour[ink];
  context.lineWidth = 1.2;
  context.setLineDash([6, 4]);
  strokeLine(context, frame.x0, at, frame.x1, at);
  context.setLineDash([]);
  context.textAlign = "left";
  context.fillText(label, frame.x0 + 6, at - 4 > frame.y1 + 9 ? at - 4 : at + 12);
}

function drawMark(context, { x, y, label, ink }, frame, sx, sy, colour) {
  const at = sx.to(x);
  if (!(at >= frame.x0 - 1 && at <= frame.x1 + 1)) return;
  context.strokeStyle = context.fillStyle = colour[ink];
  context.lineWidth = 1;
  context.setLineDash([3, 3]);
  strokeLine(context, at, frame.y1, at, frame.y0);
  context.setLineDash([]);
  if (shown(y, sy)) dot(context, at, sy.to(y));
  if (!label) return;
  const isRight = at > frame.x1 - 90;
  context.textAlign = isRight ? "right" : "left";
  context.fillText(label, at + (isRight ? -5 : 5), frame.y1 + 12);
}

function drawPointerLine(context, pointer, curves, frame, sx, sy, colour) {
  const at = sx.to(pointer);
  if (!(at >= frame.x0 && at <= frame.x1)) return;
  context.strokeStyle = colour.faint;
  context.lineWidth = 1;
  strokeLine(context, Math.round(at) + 0.5, frame.y1, Math.round(at) + 0.5, frame.y0);
  for (const one of curves) {
    const value = valueAt(one, pointer);
    if (!shown(value, sy)) continue;
    context.fillStyle = colour[one.ink];
    dot(context, at, sy.to(value), 2.6);
  }
}

function dot(context, x, y, radius = 3.4) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

/** Value of a curve at a place: of its nearest sample; NaN outside. */
function valueAt({ xs, ys }, at) {
  if (!xs.length || at < xs[0] - (xs[1] - xs[0] || 1) || at > xs[xs.length - 1] + (xs[1] - xs[0] || 1)) return NaN;
  const i = Math.min(xs.length - 1, firstNotBelow(xs, at));
  return i > 0 && at - xs[i - 1] < xs[i] - at ? ys[i - 1] : ys[i];
}
