// One night of a target: its altitude and that of the Moon, twilight, the airmass limit, and when the block may be observed.

const TOP = 20;
const FOOT = 34;
const LEFT = 30;
const RIGHT = 40;

function makeNight(night, label) {
  const canvas = make("canvas", { role: "img", "aria-label": label, tabindex: "0", testid: "night-plot" });
  const box = make("div", { class: "dfs-canvas" }, canvas);
  const read = make("output", { class: "dfs-readout", testid: "night-readout", text: " " });
  let pointer = null;
  const scale = (width, height, data) => ({
    x: (hours) => LEFT + ((hours - data.hours[0]) / (data.hours.at(-1) - data.hours[0])) * (width - LEFT - RIGHT),
    y: (altitude) => TOP + (1 - altitude / 90) * (height - TOP - FOOT),
    back: (px) => data.hours[0] + ((px - LEFT) / (width - LEFT - RIGHT)) * (data.hours.at(-1) - data.hours[0]),
  });

  function draw() {
    const { clientWidth: width, clientHeight: height } = box;
    const data = night();
    if (!width || !height) return;
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    if (!data?.hours?.length) return;
    const colour = colours(box);
    context.font = "10.5px Inter, system-ui, sans-serif";
    const to = scale(width, height, data);
    drawSky(context, data, to, width, height, colour);
    drawWindowBars(context, data, to, height, colour);
    drawFrame(context, data, to, width, height, colour);
    curve(context, data.hours, data.moon, to, colour.moon, 1.4, [4, 3]);
    for (const one of data.others ?? []) curve(context, data.hours, one, to, colour.faint, 1, []);
    curve(context, data.hours, data.altitude, to, colour.accent, 2.2, []);
    nameCurve(context, data, to, colour);
    drawPointer(context, data, to, width, height, colour, pointer);
  }
  canvas.addEventListener("pointermove", (event) => { pointer = event.offsetX; draw(); tell(); });
  canvas.addEventListener("pointerleave", () => { pointer = null; draw(); tell(); });
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 6, ArrowLeft: -6 }[event.key];
    if (!step) return;
    event.preventDefault();
    pointer = Math.max(LEFT, Math.min(box.clientWidth - RIGHT, (pointer ?? box.clientWidth / 2) + step));
    draw();
    tell();
  });
  function tell() {
    const data = night();
    if (pointer === null || !data?.hours?.length) { read.textContent = data?.summary ?? " "; return; }
    const at = nearestHour(data.hours, scale(box.clientWidth, box.clientHeight, data).back(pointer));
    const altitude = data.altitude?.[at];
    const parts = [clock(data.hours[at] + data.start), `LST ${clock(data.lst[at])}`];
    if (altitude !== undefined) parts.push(altitude > 0 ? `altitude ${altitude.toFixed(1)}°  airmass ${data.airmass[at]?.toFixed(2) ?? "–"}` : "below the horizon");
    if (data.moon_distance) parts.push(`Moon ${data.moon_distance[at].toFixed(0)}° away`);
    read.textContent = parts.join("   ");
  }
  new ResizeObserver(draw).observe(box);
  onTheme(draw);
  return { box, read, draw: () => { draw(); tell(); } };
}

function nearestHour(hours, wanted) {
  let best = 0;
  hours.forEach((one, i) => { if (Math.abs(one - wanted) < Math.abs(hours[best] - wanted)) best = i; });
  return best;
}

function clock(hours) {
  const minutes = Math.round((((hours % 24) + 24) % 24) * 60) % 1440;
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

/** The sky from day to night: each stage of twilight a little darker. */
function drawSky(context, data, to, width, height, colour) {
  const [low, high] = [data.hours[0], data.hours.at(-1)];
  const shades = [["day", low, high], ["civil", data.sun[0], data.sun[1]], ["nautical", data.nautical[0], data.nautical[1]], ["night", data.dark[0], data.dark[1]]];
  for (const [name, a, b] of shades) {
    if (a === null || b === null) continue;
    context.fillStyle = colour[`sky-${name}`];
    context.fillRect(to.x(Math.max(low, a)), TOP, to.x(Math.min(high, b)) - to.x(Math.max(low, a)), height - TOP - FOOT);
  }
}

function drawWindowBars(context, data, to, height, colour) {
  context.fillStyle = colour["window-soft"];
  for (const [a, b] of data.windows) context.fillRect(to.x(a), TOP, Math.max(1, to.x(b) - to.x(a)), height - TOP - FOOT);
  context.fillStyle = colour.public;
  for (const [a, b] of data.windows) context.fillRect(to.x(a), height - FOOT - 4, Math.max(1, to.x(b) - to.x(a)), 4);
}

function drawFrame(context, data, to, width, height, colour) {
  context.strokeStyle = colour.grid;
  context.fillStyle = colour.muted;
  context.lineWidth = 1;
  context.textAlign = "right";
  for (const altitude of [0, 30, 60, 90]) {
    line(context, LEFT, to.y(altitude), width - RIGHT, to.y(altitude));
    context.fillText(`${altitude}°`, LEFT - 4, to.y(altitude) + 3.5);
  }
  context.textAlign = "left";
  for (const airmass of [1.1, 1.5, 2, 3]) {
    const altitude = (Math.asin(1 / airmass) * 180) / Math.PI;
    context.fillText(airmass.toFixed(1), width - RIGHT + 5, to.y(altitude) + 3.5);
  }
  if (data.limit) {
    context.strokeStyle = colour.proprietary;
    context.setLineDash([5, 4]);
    line(context, LEFT, to.y(data.limit), width - RIGHT, to.y(data.limit));
    context.setLineDash([]);
  }
  context.textAlign = "center";
  const first = Math.ceil(data.start + data.hours[0]);
  for (let hour = first; hour <= data.start + data.hours.at(-1); hour++) {
    const x = to.x(hour - data.start);
    context.strokeStyle = colour.grid;
    line(context, x, height - FOOT, x, height - FOOT + 3);
    if (hour % 2 === 0) context.fillText(String(((hour % 24) + 24) % 24).padStart(2, "0"), x, height - FOOT + 14);
  }
  context.fillText("UT", width - RIGHT + 16, height - FOOT + 14);
  context.fillText("airmass", width - RIGHT + 14, TOP - 8);
  const lst = data.lst;
  for (let i = 1; i < lst.length; i++) {
    if (Math.floor(lst[i]) === Math.floor(lst[i - 1]) || Math.floor(lst[i]) % 2) continue;
    context.fillText(`${String(Math.floor(lst[i]) % 24).padStart(2, "0")}`, to.x(data.hours[i]), height - FOOT + 27);
  }
  context.fillText("LST", width - RIGHT + 16, height - FOOT + 27);
  context.textAlign = "left";
}

function line(context, x0, y0, x1, y1) {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

function curve(context, hours, values, to, colour, width, dash) {
  if (!values?.length) return;
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.setLineDash(dash);
  context.beginPath();
  let pen = false;
  hours.forEach((hour, i) => {
    if (values[i] === null || values[i] < 0) { pen = false; return; }
    if (pen) context.lineTo(to.x(hour), to.y(values[i]));
    else context.moveTo(to.x(hour), to.y(values[i]));
    pen = true;
  });
  context.stroke();
  context.setLineDash([]);
}

/** Write the Moon's name where its curve stands highest, and what the red line is. */
function nameCurve(context, data, to, colour) {
  const highest = data.moon.indexOf(Math.max(...data.moon));
  context.textAlign = "center";
  if (data.moon[highest] > 4) {
    context.fillStyle = colour.moon;
    const x = Math.max(to.x(data.hours[0]) + 20, Math.min(to.x(data.hours.at(-1)) - 20, to.x(data.hours[highest])));
    context.fillText("Moon", x, Math.max(TOP + 10, to.y(data.moon[highest]) - 5));
  }
  context.textAlign = "left";
  if (data.limit) {
    context.fillStyle = colour.proprietary;
    context.fillText("airmass limit", to.x(data.hours[0]) + 4, to.y(data.limit) - 4);
  }
}

function drawPointer(context, data, to, width, height, colour, pointer) {
  if (pointer === null || pointer < LEFT || pointer > width - RIGHT) return;
  context.strokeStyle = colour.faint;
  line(context, pointer, TOP, pointer, height - FOOT);
  const at = nearestHour(data.hours, to.back(pointer));
  const altitude = data.altitude?.[at];
  if (!(altitude > 0)) return;
  context.fillStyle = colour.accent;
  context.beginPath();
  context.arc(to.x(data.hours[at]), to.y(altitude), 3.5, 0, 2 * Math.PI);
  context.fill();
}
