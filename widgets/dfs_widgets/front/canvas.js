// A drawing that follows its size, its theme and the pointer; dragging pans, or selects by box or lasso.

const CLICK = 4; // pixels a pointer may move and still click

/**
 * Make a drawing.  `picture` has draw(context, width, height, colour), pan(dx, dy), zoom(factor, x, y), hit(x, y),
 * inside(polygon) -> indices, tell(index) -> text; `events` has pick(index), brush(indices), hover(index).
 */
function makeCanvas(label, testid, picture, events) {
  const canvas = make("canvas", { tabindex: "0", role: "img", "aria-label": label, testid });
  const tip = make("div", { class: "dfs-tip", hidden: true });
  const box = make("div", { class: "dfs-canvas" }, canvas, tip);
  const self = { box, canvas, mode: "pan", path: null, redraw, fit: null };
  let due = false;

  function redraw() {
    if (due) return;
    due = true;
    requestAnimationFrame(() => { due = false; paint(); });
  }

  function paint() {
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
    const colour = colours(box);
    context.font = "11px Inter, system-ui, sans-serif";
    picture.draw(context, width, height, colour);
    if (self.path) drawPath(context, self.path, colour);
  }

  new ResizeObserver(redraw).observe(box);
  onTheme(redraw);
  followPointer(self, picture, events, tip);
  return self;
}

function drawPath(context, path, colour) {
  context.beginPath();
  path.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.closePath();
  context.strokeStyle = colour.accent;
  context.fillStyle = colour["accent-soft"];
  context.setLineDash([4, 3]);
  context.fill();
  context.stroke();
  context.setLineDash([]);
}

function followPointer(self, picture, events, tip) {
  const { canvas } = self;
  let start = null;
  let last = null;
  const at = (event) => {
    const frame = canvas.getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  };
  const acting = (event) => (event.shiftKey ? "box" : self.mode);

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    canvas.setPointerCapture(event.pointerId);
    start = last = at(event);
    self.path = acting(event) === "pan" ? null : [start];
    tip.hidden = true;
  });
  canvas.addEventListener("pointermove", (event) => {
    const now = at(event);
    if (!start) return showTip(self, picture, events, tip, now);
    if (self.path === null) picture.pan(now[0] - last[0], now[1] - last[1]);
    else if (acting(event) === "lasso") self.path.push(now);
    else self.path = [start, [now[0], start[1]], now, [start[0], now[1]]];
    last = now;
    self.redraw();
  });
  canvas.addEventListener("pointerup", (event) => {
    if (!start) return;
    const now = at(event);
    const clicked = Math.hypot(now[0] - start[0], now[1] - start[1]) < CLICK;
    const path = self.path;
    start = self.path = null;
    if (clicked) events.pick(picture.hit(...now));
    else if (path && path.length > 2) events.brush(picture.inside(path));
    self.redraw();
  });
  canvas.addEventListener("pointerleave", () => { tip.hidden = true; events.hover(-1); });
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    picture.zoom(Math.exp(event.deltaY / 500), ...at(event));
    self.redraw();
  }, { passive: false });
  canvas.addEventListener("dblclick", (event) => { picture.zoom(0.25, ...at(event)); self.redraw(); });
  canvas.addEventListener("keydown", (event) => {
    const [w, h] = [canvas.clientWidth, canvas.clientHeight];
    const keys = {
      ArrowLeft: () => picture.pan(40, 0), ArrowRight: () => picture.pan(-40, 0),
      ArrowUp: () => picture.pan(0, 40), ArrowDown: () => picture.pan(0, -40),
      "+": () => picture.zoom(0.7, w / 2, h / 2), "=": () => picture.zoom(0.7, w / 2, h / 2),
      "-": () => picture.zoom(1.4, w / 2, h / 2), r: () => self.fit?.(),
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
    self.redraw();
  });
}

function showTip(self, picture, events, tip, [x, y]) {
  const index = picture.hit(x, y);
  events.hover(index);
  self.canvas.style.cursor = index >= 0 ? "pointer" : self.mode === "pan" ? "grab" : "crosshair";
  const text = index >= 0 ? picture.tell(index) : "";
  tip.hidden = !text;
  if (!text) return;
  tip.textContent = text;
  const room = self.box.clientWidth;
  tip.style.left = `${Math.min(x + 12, room - tip.offsetWidth - 4)}px`;
  tip.style.top = `${Math.max(2, y - tip.offsetHeight - 8)}px`;
}

/** Size of a sign: smaller where there are many. */
function signSize(count) {
  return count > 2000 ? 1.6 : count > 400 ? 2.3 : 3.1;
}

/** Tell whether a point is inside a polygon (crossings of a ray). */
function isInside([x, y], polygon) {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [xi, yi] = polygon[i];
    const [xj, yj] = polygon[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

/** The sign of a row: filled when public, open when proprietary, a cross when not yet archived. */
function drawSign(context, status, x, y, size, colour) {
  context.beginPath();
  if (status === "na") {
    context.moveTo(x - size, y - size); context.lineTo(x + size, y + size);
    context.moveTo(x + size, y - size); context.lineTo(x - size, y + size);
    context.strokeStyle = colour.muted;
    context.stroke();
    return;
  }
  context.arc(x, y, size, 0, 2 * Math.PI);
  if (status !== "proprietary") { context.fillStyle = status === "public" ? colour.public : colour.accent; context.fill(); }
  else { context.strokeStyle = colour.proprietary; context.stroke(); }
}
