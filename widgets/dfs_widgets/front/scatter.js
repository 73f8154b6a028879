// A plot of two columns of the results against each other.

const EDGE = { left: 56, right: 12, top: 10, bottom: 34 };
const UNIX_MJD = 40587; // MJD of 1970-01-01

/** Make the picture of a plot; `rows()` gives numbers by column, status, labels; `axes` the columns shown. */
function makeScatter(rows, marks, axes) {
  const view = { x: null, y: null };
  let size = [1, 1];
  let places = [];
  const frame = () => ({ x0: EDGE.left, x1: size[0] - EDGE.right, y0: size[1] - EDGE.bottom, y1: EDGE.top });

  const self = {
    draw(context, width, height, colour) {
      size = [width, height];
      places = [];
      if (!axes.x.name) return; // nothing of this kind can be plotted
      if (!view.x) self.fit();
      const { x0, x1, y0, y1 } = frame();
      const [tx, ty] = [axes.x.log ? Math.log10 : Number, axes.y.log ? Math.log10 : Number];
      const [xs, ys] = [rows().numbers[axes.x.name] ?? [], rows().numbers[axes.y.name] ?? []];
      const sx = (v) => x0 + ((v - view.x[0]) / (view.x[1] - view.x[0])) * (x1 - x0);
      const sy = (v) => y0 + ((v - view.y[0]) / (view.y[1] - view.y[0])) * (y1 - y0);
      drawAxes(context, { x0, x1, y0, y1 }, view, axes, sx, sy, colour);
      places = xs.map((v, i) => place(v, ys[i], tx, ty, sx, sy));
      drawDots(context, places, rows(), marks(), { x0, x1, y0, y1 }, colour);
    },
    pan(dx, dy) {
      if (!view.x) return;
      const { x0, x1, y0, y1 } = frame();
      const [mx, my] = [(dx / (x1 - x0)) * (view.x[1] - view.x[0]), (dy / (y1 - y0)) * (view.y[1] - view.y[0])];
      view.x = view.x.map((v) => v - mx);
      view.y = view.y.map((v) => v - my);
    },
    zoom(factor, x, y) {
      if (!view.x) return;
      const { x0, x1, y0, y1 } = frame();
      const at = (range, share) => range.map((v) => range[0] + (range[1] - range[0]) * share + (v - range[0] - (range[1] - range[0]) * share) * factor);
      view.x = at(view.x, (x - x0) / (x1 - x0));
      view.y = at(view.y, (y - y0) / (y1 - y0));
    },
    hit: (x, y) => nearest(places, x, y),
    inside: (path) => places.flatMap((one, i) => (one && isInside(one, path) ? [i] : [])),
    tell: (i) => rows().label[i],
    fit() {
      view.x = extent(rows().numbers[axes.x.name], axes.x);
      view.y = extent(rows().numbers[axes.y.name], axes.y);
    },
  };
  return self;
}

function place(x, y, tx, ty, sx, sy) {
  if (x === null || y === null || x === undefined || y === undefined) return null;
  const [u, v] = [tx(x), ty(y)];
  return Number.isFinite(u) && Number.isFinite(v) ? [sx(u), sy(v)] : null;
}

function extent(values = [], { log = false, date = false } = {}) {
  const good = values.filter((v) => v !== null && (!log || v > 0)).map((v) => (log ? Math.log10(v) : v));
  if (!good.length) return [0, 1];
  const [low, high] = [good.reduce((a, b) => Math.min(a, b)), good.reduce((a, b) => Math.max(a, b))];
  const least = log ? 0.1 : date ? 0.02 : Math.abs(high) * 0.01 || 0.5; // equal values need a frame, too
  const room = Math.max((high - low) * 0.06, (least - (high - low)) / 2);
  return [low - room, high + room];
}

function ticks(low, high, count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((one) => one * power >= rough) ?? 10);
  return range(Math.ceil(low / step) * step, high - step * 0.001, step).filter((v) => v <= high);
}

/** Ticks at 1, 2, 5 of each power of ten; at powers alone where these are many, at even steps where there are few. */
function logTicks(low, high, count) {
  const powers = range(Math.floor(low), Math.ceil(high), 1);
  const fine = powers.flatMap((power) => [1, 2, 5].map((one) => power + Math.log10(one)));
  const inside = (all) => all.filter((v) => v >= low && v <= high);
  const found = inside(fine).length > count ? inside(powers) : inside(fine);
  return found.length > 1 ? found : inside(ticks(10 ** low, 10 ** high, count).map(Math.log10));
}

function tickText(value, axis, span) {
  if (axis.date) {
    const time = new Date((value - UNIX_MJD) * 86_400_000).toISOString();
    if (span > 900) return time.slice(0, 7);
    return span > 3 ? time.slice(0, 10) : `${time.slice(11, 16)}`;
  }
  const number = axis.log ? 10 ** value : value;
  const size = Math.abs(number);
  if (size && (size >= 1e5 || size < 1e-3)) return number.toExponential(0);
  return String(Number(number.toPrecision(5)));
}

function drawAxes(context, { x0, x1, y0, y1 }, view, axes, sx, sy, colour) {
  context.lineWidth = 1;
  context.textAlign = "center";
  const across = (axes.x.log ? logTicks : ticks)(...view.x, Math.max(2, (x1 - x0) / 90));
  const up = (axes.y.log ? logTicks : ticks)(...view.y, Math.max(2, (y0 - y1) / 45));
  context.strokeStyle = colour.grid;
  context.fillStyle = colour.muted;
  for (const v of across) {
    line(context, sx(v), y0, sx(v), y1);
    context.fillText(tickText(v, axes.x, view.x[1] - view.x[0]), Math.min(sx(v), x1 - 14), y0 + 13);
  }
  context.textAlign = "right";
  for (const v of up) {
    line(context, x0, sy(v), x1, sy(v));
    context.fillText(tickText(v, axes.y, view.y[1] - view.y[0]), x0 - 6, sy(v) + 4);
  }
  context.strokeStyle = colour.line;
  context.strokeRect(x0, y1, x1 - x0, y0 - y1);
  context.textAlign = "center";
  context.fillStyle = colour.text;
  context.fillText(axisTitle(axes.x, view.x), (x0 + x1) / 2, y0 + 28);
  context.save();
  context.translate(11, (y0 + y1) / 2);
  context.rotate(-Math.PI / 2);
  context.fillText(axisTitle(axes.y, view.y), 0, 0);
  context.restore();
}

function axisTitle(axis, span) {
  if (axis.date && span[1] - span[0] <= 3) {
    return `${axis.label}, from ${new Date((span[0] - UNIX_MJD) * 86_400_000).toISOString().slice(0, 10)}`;
  }
  return axis.unit ? `${axis.label} (${axis.unit})` : axis.label;
}

function line(context, ...[ax, ay, bx, by]) {
  context.beginPath();
  context.moveTo(Math.round(ax) + 0.5, Math.round(ay) + 0.5);
  context.lineTo(Math.round(bx) + 0.5, Math.round(by) + 0.5);
  context.stroke();
}

function drawDots(context, places, rows, { selected, brushed, hovered }, { x0, x1, y0, y1 }, colour) {
  context.save();
  context.beginPath();
  context.rect(x0, y1, x1 - x0, y0 - y1);
  context.clip();
  context.lineWidth = 1.2;
  places.forEach((one, i) => {
    if (!one) return;
    context.globalAlpha = brushed.size && !brushed.has(i) ? 0.2 : 0.8;
    drawSign(context, rows.status[i], ...one, signSize(rows.count), colour);
  });
  context.globalAlpha = 1;
  context.strokeStyle = colour.accent;
  context.lineWidth = 2;
  for (const [i, radius] of [[hovered, 6], [selected, 8]]) {
    if (!places[i]) continue;
    context.beginPath();
    context.arc(...places[i], radius, 0, 2 * Math.PI);
    context.stroke();
  }
  context.restore();
}
