// The sky map of the results: grid, plane of the Milky Way, outlines, points.

const RA_STEPS = [30, 15, 7.5, 2.5, 1.25, 0.5, 0.25, 0.125, 1 / 24, 1 / 48, 1 / 120, 1 / 240];
const DEC_STEPS = [30, 10, 5, 2, 1, 0.5, 1 / 6, 1 / 12, 1 / 30, 1 / 60, 1 / 120, 1 / 360, 1 / 720, 1 / 3600];
const NARROWEST = 10 / 3600;

/** Make the picture of the sky; `rows()` gives ra, dec, outlines, status, labels; `marks()` selected and brushed rows. */
function makeSky(rows, marks) {
  const view = { ra: 0, dec: 0, fov: 190 };
  let size = [1, 1];
  let places = [];

  const scale = () => (view.fov > WHOLE ? Math.min(size[0] / 380, size[1] / 190) : Math.min(...size) / view.fov);
  const toScreen = ([x, y]) => [size[0] / 2 + x * scale(), size[1] / 2 - y * scale()];
  const project = () => {
    const { forward, backward, whole } = projection(view.ra, view.dec, view.fov);
    return {
      whole,
      at: (ra, dec) => { const point = forward(ra, dec); return point && toScreen(point); },
      back: (x, y) => backward((x - size[0] / 2) / scale(), (size[1] / 2 - y) / scale()),
    };
  };

  return {
    view,
    draw(context, width, height, colour) {
      size = [width, height];
      const sky = project();
      drawGrid(context, sky, view, size, scale(), colour);
      places = rows().ra.map((ra, i) => (ra === null ? null : sky.at(ra, rows().dec[i])));
      drawRows(context, sky, rows(), marks(), places, scale(), size, colour);
    },
    pan(dx, dy) {
      const step = 1 / scale();
      if (view.fov > WHOLE) view.ra = (view.ra + dx * step + 360) % 360;
      else {
        view.dec = Math.max(-90, Math.min(90, view.dec + dy * step));
        view.ra = (view.ra + (dx * step) / Math.max(0.05, Math.cos(view.dec * RAD)) + 360) % 360;
      }
    },
    zoom(factor, x, y) {
      const place = project().back(x, y);
      const before = view.fov;
      view.fov = Math.max(NARROWEST, Math.min(190, view.fov * factor));
      if (before > WHOLE && factor < 1) view.fov = Math.min(view.fov, 60);
      if (before <= WHOLE && view.fov > WHOLE) view.fov = 190;
      if (!place || factor > 1) return;
      const share = before > WHOLE ? 1 : 1 - factor;
      view.ra = (view.ra + wrap(place[0] - view.ra) * share + 360) % 360;
      view.dec += (place[1] - view.dec) * share;
    },
    hit: (x, y) => nearest(places, x, y),
    inside: (path) => places.flatMap((place, i) => (place && isInside(place, path) ? [i] : [])),
    tell: (i) => rows().label[i],
    fit: () => fitSky(view, rows()),
  };
}

function nearest(places, x, y) {
  let [best, least] = [-1, 9];
  places.forEach((place, i) => {
    const far = place ? Math.hypot(place[0] - x, place[1] - y) : Infinity;
    if (far < least) [best, least] = [i, far];
  });
  return best;
}

/** Show all rows: a field around them, or the whole sky when they are wide apart. */
function fitSky(view, { ra, dec, outline }) {
  const points = [];
  ra.forEach((one, i) => { if (one !== null) points.push([one, dec[i]], ...(outline[i] ?? []).flat()); });
  Object.assign(view, { ra: 0, dec: 0, fov: 190 });
  if (!points.length) return;
  const sum = points.reduce((to, [a, d]) => {
    const cos = Math.cos(d * RAD);
    return [to[0] + cos * Math.cos(a * RAD), to[1] + cos * Math.sin(a * RAD), to[2] + Math.sin(d * RAD)];
  }, [0, 0, 0]);
  if (Math.hypot(...sum) < 0.4 * points.length) return;
  const centre = [(Math.atan2(sum[1], sum[0]) / RAD + 360) % 360, Math.atan2(sum[2], Math.hypot(sum[0], sum[1])) / RAD];
  const { forward } = gnomonic(...centre);
  const spread = Math.max(...points.map((point) => { const at = forward(...point); return at ? Math.hypot(...at) : 90; }));
  if (spread < 35) Object.assign(view, { ra: centre[0], dec: centre[1], fov: Math.max(0.15, 2.6 * spread) });
}

function stroke(context, points, close = false, longest = 240) {
  context.beginPath();
  let pen = false;
  let before = null;
  for (const point of points) {
    const jump = point && before && Math.hypot(point[0] - before[0], point[1] - before[1]) > longest;
    if (!point || jump) pen = false;
    if (point) {
      if (pen) context.lineTo(...point);
      else context.moveTo(...point);
      pen = true;
    }
    before = point;
  }
  if (close) context.closePath();
  context.stroke();
}

function range(low, high, step) {
  return Array.from({ length: Math.max(0, Math.round((high - low) / step) + 1) }, (_, i) => low + i * step);
}

function drawGrid(context, sky, view, size, scale, colour) {
  context.lineWidth = 1;
  context.strokeStyle = colour.grid;
  context.fillStyle = colour.muted;
  if (sky.whole) return drawWhole(context, sky, view, scale, colour);
  const decStep = DEC_STEPS.find((step) => view.fov / step >= 3) ?? DEC_STEPS.at(-1);
  const cos = Math.max(0.02, Math.cos(view.dec * RAD));
  const raStep = RA_STEPS.find((step) => (view.fov / cos) / step >= 3) ?? RA_STEPS.at(-1);
  const reach = (Math.hypot(...size) / scale / 2) * 1.1;
  const raReach = Math.min(180, reach / Math.max(0.05, Math.cos(Math.min(89, Math.abs(view.dec) + reach) * RAD)));
  const [dec0, dec1] = [Math.max(-90, view.dec - reach), Math.min(90, view.dec + reach)];
  context.textAlign = "center";
  for (const ra of range(Math.ceil((view.ra - raReach) / raStep) * raStep, view.ra + raReach, raStep)) {
    const line = range(dec0, dec1, (dec1 - dec0) / 60).map((dec) => sky.at(ra, dec));
    stroke(context, line);
    const foot = crossing(line, 1, size[1] - 4);
    if (foot !== null && foot > 44 && foot < size[0] - 24) haloText(context, raText(ra, raStep), foot, size[1] - 6, colour);
  }
  context.textAlign = "left";
  for (const dec of range(Math.ceil(dec0 / decStep) * decStep, dec1, decStep)) {
    const line = range(view.ra - raReach, view.ra + raReach, raReach / 40).map((ra) => sky.at(ra, dec));
    stroke(context, line);
    const edge = crossing(line, 0, 4);
    if (edge !== null && edge > 12 && edge < size[1] - 22) haloText(context, decText(dec, decStep), 6, edge - 3, colour);
  }
  drawPlane(context, sky, scale, colour);
}

/** Return the other coordinate where a line crosses `value` of the coordinate `axis`; null where it does not. */
function crossing(line, axis, value) {
  for (let i = 1; i < line.length; i++) {
    const [a, b] = [line[i - 1], line[i]];
    if (a && b && (a[axis] - value) * (b[axis] - value) <= 0 && a[axis] !== b[axis]) {
      return a[1 - axis] + ((value - a[axis]) / (b[axis] - a[axis])) * (b[1 - axis] - a[1 - axis]);
    }
  }
  return null;
}

function drawWhole(context, sky, view, scale, colour) {
  const edge = 179.99;
  for (const dec of [-60, -30, 0, 30, 60]) stroke(context, range(-edge, edge, edge / 60).map((d) => sky.at(view.ra + d, dec)));
  for (const ra of range(-180, 180, 30)) {
    const at = ra === -180 ? view.ra - edge : ra === 180 ? view.ra + edge : view.ra + ra;
    stroke(context, range(-90, 90, 3).map((dec) => sky.at(at, dec)));
  }
  drawPlane(context, sky, scale, colour);
  context.textAlign = "center";
  context.fillStyle = colour.muted;
  for (const ra of range(0, 330, 60)) {
    if (Math.abs(wrap(ra - view.ra)) > 165) continue;
    const [x, y] = sky.at(ra, 0);
    haloText(context, raText(ra, 15), x, y - 3, colour);
  }
  for (const dec of [-60, -30, 30, 60]) {
    const [x, y] = sky.at(view.ra + edge, dec);
    context.fillText(decText(dec, 30), x - 16, y + (dec > 0 ? -4 : 10));
  }
}

/** Write text that stands clear of what is under it. */
function haloText(context, text, x, y, colour) {
  context.save();
  context.strokeStyle = colour.paper;
  context.lineWidth = 3;
  context.strokeText(text, x, y);
  context.fillText(text, x, y);
  context.restore();
}

function drawPlane(context, sky, scale, colour) {
  context.save();
  context.strokeStyle = colour.galaxy;
  context.lineWidth = 1.5;
  const points = range(0, 360, 3).map((l) => sky.at(...galacticPlane(l)));
  stroke(context, points, false, 9 * scale + 20);
  context.restore();
}

function drawRows(context, sky, rows, { selected, brushed, hovered }, places, scale, size, colour) {
  const dimmed = brushed.size > 0;
  context.lineWidth = 1.2;
  places.forEach((place, i) => {
    if (!place || place[0] < -50 || place[1] < -50 || place[0] > size[0] + 50 || place[1] > size[1] + 50) return;
    context.globalAlpha = dimmed && !brushed.has(i) ? 0.2 : 0.85;
    const outline = rows.outline[i];
    if (outline && outline.some((ring) => ringSize(ring) * scale > 5)) {
      context.strokeStyle = rows.status[i] === "public" ? colour.public : colour.proprietary;
      for (const ring of outline) stroke(context, ring.map((point) => sky.at(...point)), true);
    } else drawSign(context, rows.status[i], ...place, signSize(rows.count), colour);
  });
  context.globalAlpha = 1;
  for (const [i, radius] of [[hovered, 6], [selected, 8]]) {
    if (!places[i]) continue;
    context.strokeStyle = colour.accent;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(...places[i], radius, 0, 2 * Math.PI);
    context.stroke();
  }
}

function ringSize(ring) {
  const decs = ring.map((point) => point[1]);
  const ras = ring.map((point) => wrap(point[0] - ring[0][0]));
  const cos = Math.cos(decs[0] * RAD);
  return Math.max(Math.max(...decs) - Math.min(...decs), (Math.max(...ras) - Math.min(...ras)) * cos);
}
