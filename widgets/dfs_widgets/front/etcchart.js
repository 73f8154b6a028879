// One chart to work with: hover reads off, drag zooms, wheel zooms, shift-drag moves, a click asks there; every key does as much.

const STILL = 4; // pixels a pointer may move and still click

/**
 * Make a chart of the panel called `name`.  `room` is what the charts share: panel(name), curves(name), stale(), ranges and pointers by
 * axis name, redraw() of all, set(values).
 */
function makeChart(room, name) {
  const canvas = make("canvas", { tabindex: "0", role: "img", testid: `plot-${name}` });
  const box = make("div", { class: "dfs-canvas" }, canvas);
  const title = make("h3", {});
  const legend = make("div", { class: "dfs-legend-row", testid: `legend-${name}` });
  const turn = () => { self.log = !self.log; self.redraw(); };
  const logButton = make("button", { type: "button", class: "dfs-mini", text: "log", testid: `log-${name}`, title: "Logarithmic scale", on: { click: turn } });
  const figure = make("figure", { class: "dfs-chart-box", testid: `panel-${name}`, "data-panel": name }, make("figcaption", {}, title, legend, logButton), box);
  const self = { name, box: figure, canvas, log: null, laid: null, redraw, brush: null, undo };

  function redraw() {
    const panel = room.panel(name);
    figure.hidden = !panel;
    if (!panel?.x) return; // nothing, or not here yet
    self.log ??= Boolean(panel.y.log);
    title.textContent = panel.title;
    logButton.setAttribute("aria-pressed", String(self.log));
    const { clientWidth: width, clientHeight: height } = box;
    if (!width || !height) return;
    const ratio = window.devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    context.font = "11px Inter, system-ui, sans-serif";
    const curves = room.curves(name);
    const colour = room.colour();
    const pointer = room.pointers[panel.x.axis] ?? null;
    self.laid = layOut(panel, curves, width, height, { range: room.ranges[panel.x.axis] ?? null, log: self.log, areas: room.areas(name) });
    drawChart(context, panel, curves, self.laid, colour, { pointer, stale: room.stale(), areas: room.areas(name) });
    if (self.brush) drawBrush(context, self.brush, self.laid.frame, colour);
    drawLegend(legend, panel, curves, pointer);
    canvas.setAttribute("aria-label", `${panel.title}. ${legend.textContent}`);
  }

  const unwatch = onResize(box, redraw);
  const forget = followChartPointer(self, room);
  function undo() { unwatch(); forget(); }
  return self;
}

function drawBrush(context, [a, b], { y0, y1 }, colour) {
  context.fillStyle = colour["accent-soft"];
  context.fillRect(Math.min(a, b), y1, Math.abs(b - a), y0 - y1);
}

/** The names of the curves with their ink, and their values under the pointer. */
function drawLegend(legend, panel, curves, pointer) {
  const words = curves.filter((one) => !one.silent).map((one) => [one, pointer === null ? "" : readNumber(valueAt(one, pointer))]);
  const key = words.map(([one, value]) => `${one.label}|${one.ink}|${value}`).join() + pointer;
  if (legend.dataset.key === key) return;
  legend.dataset.key = key;
  const at = pointer === null ? [] : [make("span", { class: "dfs-at" }, `${readNumber(pointer)} ${panel.x.unit}`)];
  const ink = (one) => make("i", { class: `is-${one.dash ?? "solid"}`, style: `color: var(--dfs-${one.ink})` });
  legend.replaceChildren(...at, ...words.map(([one, value]) =>
    make("span", { class: "dfs-key", title: one.label }, ink(one), make("span", { text: one.label }), value ? make("b", { text: value }) : null)));
}

function followChartPointer(self, room) {
  const { canvas } = self;
  let start = null;
  let last = 0;
  let waiting = 0;
  const axis = () => room.panel(self.name)?.x ?? {};
  const x = (event) => event.clientX - canvas.getBoundingClientRect().left;
  const inside = (px) => Math.max(self.laid.frame.x0, Math.min(self.laid.frame.x1, px));
  const whole = () => wholeRange(room.curves(self.name), axis());
  const point = (value) => { room.pointers[axis().axis] = value; room.redraw(); };

  function zoom(low, high) {
    const [a, b] = whole();
    const range = [Math.max(a, Math.min(low, high)), Math.min(b, Math.max(low, high))];
    room.ranges[axis().axis] = range[0] <= a && range[1] >= b ? null : range[1] > range[0] ? range : room.ranges[axis().axis];
    room.redraw();
  }
  const around = (factor, px) => {
    const { sx, frame } = self.laid;
    zoom(sx.back(px + (frame.x0 - px) * factor), sx.back(px + (frame.x1 - px) * factor));
  };
  const move = (px) => {
    const [a, b] = whole();
    const { sx, frame } = self.laid;
    const [low, high] = [sx.back(frame.x0 - px), sx.back(frame.x1 - px)];
    if (room.ranges[axis().axis] && low >= a && high <= b) zoom(low, high);
  };
  const reset = () => { room.ranges[axis().axis] = null; room.redraw(); };
  const askThere = (px) => {
    const { sets } = axis();
    if (sets) room.set({ [sets]: Number(self.laid.sx.back(inside(px)).toPrecision(6)) });
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button || !self.laid) return;
    canvas.setPointerCapture(event.pointerId);
    start = last = x(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!self.laid) return;
    const now = x(event);
    if (start !== null && event.shiftKey) move(now - last);
    else if (start !== null && Math.abs(now - start) >= STILL) self.brush = [inside(start), inside(now)];
    last = now;
    const { x0, x1 } = self.laid.frame;
    point(now >= x0 && now <= x1 ? self.laid.sx.back(now) : null);
  });
  canvas.addEventListener("pointerup", (event) => {
    if (start === null) return;
    const brush = self.brush;
    self.brush = null;
    if (brush && !event.shiftKey) zoom(self.laid.sx.back(brush[0]), self.laid.sx.back(brush[1]));
    else if (Math.abs(x(event) - start) < STILL) { // a second click within the time takes it all back: the whole is shown
      clearTimeout(waiting);
      const px = x(event);
      if (event.detail < 2) waiting = setTimeout(() => askThere(px), 230);
    }
    start = null;
    room.redraw();
  });
  canvas.addEventListener("pointercancel", () => { start = self.brush = null; room.redraw(); });
  canvas.addEventListener("pointerleave", () => { if (start === null) point(null); });
  canvas.addEventListener("wheel", (event) => { event.preventDefault(); around(Math.exp(event.deltaY / 400), inside(x(event))); }, { passive: false });
  canvas.addEventListener("dblclick", reset);
  canvas.addEventListener("blur", () => point(null));
  canvas.addEventListener("keydown", (event) => {
    if (!self.laid) return;
    const { frame, sx } = self.laid;
    const here = room.pointers[axis().axis];
    const px = here === null || here === undefined ? (frame.x0 + frame.x1) / 2 : sx.to(here);
    const step = event.shiftKey ? 40 : 4;
    const keys = {
      ArrowLeft: () => point(sx.back(inside(px - step))), ArrowRight: () => point(sx.back(inside(px + step))),
      "+": () => around(0.7, px), "=": () => around(0.7, px), "-": () => around(1.4, px), r: reset, 0: reset, Enter: () => askThere(px), Escape: () => point(null),
      l: () => { self.log = !self.log; self.redraw(); },
    };
    if (!keys[event.key] || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    keys[event.key]();
  });
  return () => clearTimeout(waiting);
}
