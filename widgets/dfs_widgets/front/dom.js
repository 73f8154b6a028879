// Elements, made in one expression.

/** Make an element: `props` are attributes, `on` its listeners, `class`, `text`, `testid`; children may be null. */
function make(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else if (name === "text") node.textContent = value;
    else if (name === "testid") node.dataset.testid = value;
    else if (name in node && typeof value === "boolean") node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((one) => one !== null && one !== undefined && one !== false));
  return node;
}

/** Make a button that says what it does. */
function button(text, testid, click, props = {}) {
  return make("button", { type: "button", class: "dfs-button", text, testid, on: { click }, ...props });
}

// Signs as strokes on a field of 16 x 16.
const SIGNS = {
  move: "M8 2v12M2 8h12M6.3 3.7 8 2l1.7 1.7M6.3 12.3 8 14l1.7-1.7M3.7 6.3 2 8l1.7 1.7M12.3 6.3 14 8l-1.7 1.7",
  box: "M2.5 3.5h11v9h-11z",
  lasso: "M8 2.5c3.3 0 5.8 1.7 5.8 4.1S11.3 10.7 8 10.7 2.2 9 2.2 6.6 4.7 2.5 8 2.5M6.3 10.6c.9 1 .6 2.3-.9 3.100",
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  sky: "M1.5 8a6.5 4.5 0 1 0 13 0 6.5 4.5 0 1 0-13 0M1.5 8h13M8 3.5a3 4.5 0 0 0 0 9M8 3.5a3 4.5 0 0 1 0 9",
  fit: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
  large: "M9.5 2.5h4v4M13.5 2.5 9 7M6.5 13.5h-4v-4M2.5 13.5 7 9",
  close: "M4 4l8 8M12 4l-8 8",
  folder: "M2 4.5h4l1.5 1.500h6.5v7h-12z",
  group: "M5 6.500a1.800 1.800 0 1 0 .01 0M11 6.500a1.800 1.800 0 1 0 .01 0M8 2.200a1.800 1.800 0 1 0 .01 0M8 10.200a1.800 1.800 0 1 0 .01 0",
  concatenation: "M2 6h5v4h-5zM9 6h5v4h-5zM7 8h2",
  timelink: "M8 2.500a5.500 5.500 0 1 0 .01 0M8 5v3.200l2.300 1.400",
  ob: "M3 2.500h7l3 3v8h-10zM9.500 2.500v3.500h3.500M5.500 8.500h5M5.500 11h5",
  cb: "M3 2.500h7l3 3v8h-10zM9.500 2.500v3.500h3.500M8 7.500v4.500M5.800 9.800h4.500",
  up: "M8 13V3.500M4 7.500l4-4 4 4",
  down: "M8 3v9.500M4 8.500l4 4 4-4",
  copy: "M5.500 5.500h8v8h-8zM3 10.500h-.5v-8h8v.5",
  left: "M10 3.500 5.500 8l4.500 4.500",
  right: "M6 3.500l4.500 4.500L6 12.500",
  theme: "M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11",
};

/** Draw a sign. */
function sign(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", SIGNS[name]);
  svg.append(path);
  return svg;
}

/** Make a button that shows a sign and bears its words as title and label. */
function iconButton(name, words, testid, click, props = {}) {
  const made = button("", testid, click, { class: "dfs-icon", title: words, "aria-label": words, ...props });
  made.append(sign(name));
  return made;
}

/** Make a group of buttons of which one is pressed; returns the element and a function that presses one. */
function choice(label, options, testid, picked, props = {}) {
  const buttons = options.map(([value, text, words]) =>
    make("button", {
      type: "button", role: "radio", "data-value": value, testid: `${testid}-${value}`, title: words ?? null,
      "aria-label": words ?? null, on: { click: () => picked(value) },
    }, text in SIGNS ? sign(text) : text));
  const group = make("div", { class: "dfs-choice", role: "radiogroup", "aria-label": label, testid, ...props }, buttons);
  const press = (value) => buttons.forEach((one) => {
    const on = one.dataset.value === value;
    one.setAttribute("aria-checked", String(on));
    one.tabIndex = on ? 0 : -1;
  });
  group.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = buttons.indexOf(document.activeElement);
    const next = buttons[(at + step + buttons.length) % buttons.length];
    next.focus();
    next.click();
  });
  return [group, press];
}

/** Put text on the clipboard, also where the browser grants it to a click only. */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = make("textarea", { class: "dfs-offscreen" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}

/** Hand `parts` (text or bytes) to the browser as a file called `name`. */
function saveFile(parts, name, type) {
  const url = URL.createObjectURL(new Blob(parts, { type }));
  const link = make("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Write bytes as people read them. */
function readableBytes(bytes) {
  if (!bytes) return "0 B";
  const power = Math.min(4, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toPrecision(3)} ${["B", "kB", "MB", "GB", "TB"][power]}`;
}

/** Call `draw` now and whenever one of the traits `names` changes; returns what undoes it. */
function follow(model, names, draw) {
  const events = names.map((name) => `change:${name}`).join(" ");
  model.on(events, draw);
  draw();
  return () => model.off(events, draw);
}

/** Call `take` with each message of the kernel (and its buffers); returns what undoes it. */
function listen(model, take) {
  model.on("msg:custom", take);
  return () => model.off("msg:custom", take);
}

/** Call `draw` when a box has another size, and once at the start; returns what undoes it. */
function onResize(box, draw) {
  const watch = new ResizeObserver(draw);
  watch.observe(box);
  return () => watch.disconnect();
}

/** Tell the page that the part `name` stands. */
function announce(name) {
  (window.dfsShown ??= new Set()).add(name);
  window.dispatchEvent(new Event("dfs-shown"));
}

/** Ask the kernel something: work has begun, its answer will end it. */
function ask(model, message) {
  document.body.dataset.dfsState = "busy";
  model.send(message);
}

/** The colours in force, by name. */
function colours(node) {
  const style = getComputedStyle(node);
  return new Proxy({}, { get: (_, name) => style.getPropertyValue(`--dfs-${name}`).trim() });
}

/** Call `draw` when light turns to dark or back. */
function onTheme(draw) {
  const watch = new MutationObserver(draw);
  watch.observe(document.documentElement, { attributes: true, attributeFilter: ["data-dfs-theme"] });
  return () => watch.disconnect();
}
