// Bokeh's figures: BokehJS comes from the page's own server, or from the kernel where there is no such page.

let bokehComing = null;

function loadBokeh(model) {
  if (window.Bokeh) return Promise.resolve(window.Bokeh);
  bokehComing ??= fromServer().catch(() => fromKernel(model)).then(() => window.Bokeh);
  return bokehComing;
}

function runScript(url) {
  return new Promise((resolve, reject) => {
    document.head.append(make("script", { src: url, on: { load: resolve, error: reject } }));
  });
}

function fromServer() {
  const url = document.body.dataset.dfsBokeh;
  return url ? runScript(url) : Promise.reject(new Error("no server of ours"));
}

function fromKernel(model) {
  return new Promise((resolve) => {
    const take = (message, buffers) => {
      if (message.kind !== "bokehjs") return;
      model.off("msg:custom", take);
      resolve(runScript(URL.createObjectURL(new Blob([buffers[0]], { type: "text/javascript" }))));
    };
    model.on("msg:custom", take);
    ask(model, { kind: "bokehjs" });
  });
}

/** Draw the figure whose JSON is `content.item` into `body`; returns what takes it away. */
function drawFigure(model, body, content, done = () => {}) {
  const place = make("div", { class: "dfs-figure", testid: "figure", id: `dfs-figure-${Math.random().toString(36).slice(2)}` });
  body.replaceChildren(...(content.head ?? []), place, ...(content.foot ?? []));
  let views = null;
  let gone = false;
  loadBokeh(model).then(async (Bokeh) => {
    if (gone) return;
    try {
      views = await Bokeh.embed.embed_item({ ...content.item, target_id: place.id }, place.id);
    } catch (error) {
      if (gone) return; // somebody turned to something else meanwhile
      throw error;
    }
    if (gone) { views.clear?.(); return; }
    place.dataset.drawn = "true";
    done(Bokeh, views);
  });
  return () => { gone = true; views?.clear?.(); };
}

const STRETCHES = {
  linear: (t) => t,
  sqrt: (t) => Math.sqrt(t),
  log: (t) => Math.log10(1 + 999 * t) / 3,
  asinh: (t) => Math.asinh(30 * t) / Math.asinh(30),
};

/** Draw an image with its cuts, stretch and read-out of position and value. */
function drawImage(model, body, content) {
  const bytes = model.get("bytes");
  const pixels = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const chosen = { stretch: "linear", low: content.low, high: content.high };
  const read = make("output", { class: "dfs-readout", testid: "readout", text: " " });
  const number = (name) => make("input", { class: "dfs-input is-small", type: "number", step: "any", value: String(Number(chosen[name].toPrecision(5))), "aria-label": `${name} cut`, testid: `cut-${name}`, on: { change: (event) => { chosen[name] = Number(event.target.value); show(); } } });
  const [low, high] = [number("low"), number("high")];
  const [stretches, press] = choice("Stretch", Object.keys(STRETCHES).map((one) => [one, one]), "stretch", (name) => { chosen.stretch = name; press(name); show(); });
  press(chosen.stretch);
  const cuts = make("select", { class: "dfs-input is-small", "aria-label": "Cuts", testid: "cuts", on: { change: () => { [chosen.low, chosen.high] = content.cuts[cuts.value]; low.value = Number(chosen.low.toPrecision(5)); high.value = Number(chosen.high.toPrecision(5)); show(); } } },
    Object.keys(content.cuts).map((one) => make("option", { value: one, text: one })));
  let show = () => {};
  const close = drawFigure(model, body, { ...content, head: [make("div", { class: "dfs-row dfs-image-bar" }, stretches, cuts, low, high)], foot: [read] }, (Bokeh, views) => {
    const view = (Array.isArray(views) ? views : views.roots ?? [...views])[0];
    const plot = view.model;
    const shown = plot.renderers.find((one) => one.name === "pixels");
    show = () => stretchInto(shown, pixels, chosen, content);
    show();
    followMouse(body, view, pixels, content, read);
  });
  return close;
}

function stretchInto(renderer, pixels, { stretch, low, high }, { nx, ny }) {
  const curve = STRETCHES[stretch];
  const levels = new Uint8Array(nx * ny);
  const span = high - low || 1;
  for (let i = 0; i < levels.length; i++) {
    const t = (pixels[i] - low) / span;
    levels[i] = Number.isNaN(t) ? 0 : Math.round(255 * curve(Math.min(1, Math.max(0, t))));
  }
  const source = renderer.data_source;
  const image = source.data.image[0];
  image.set(levels);
  source.change.emit();
}

/** Say where the pointer is: pixel, sky, value. */
function followMouse(body, view, pixels, content, read) {
  const { frame } = view;
  const host = body.querySelector("[data-testid=figure]");
  host.addEventListener("pointermove", (event) => {
    const box = host.getBoundingClientRect();
    const [sx, sy] = [event.clientX - box.left, event.clientY - box.top];
    const [x, y] = [frame.x_scale.invert(sx), frame.y_scale.invert(sy)];
    const inside = x > -0.5 && y > -0.5 && x < content.full[0] - 0.5 && y < content.full[1] - 0.5;
    if (!inside) { read.textContent = " "; return; }
    const [i, j] = [Math.floor((x + 0.5) / content.block), Math.floor((y + 0.5) / content.block)];
    const value = i < content.nx && j < content.ny ? pixels[j * content.nx + i] : NaN;
    const sky = content.wcs ? skyOf(content.wcs, x + 1, y + 1) : "";
    read.textContent = `x ${(x + 1).toFixed(0)}  y ${(y + 1).toFixed(0)}   ${sky}   ${Number.isFinite(value) ? Number(value.toPrecision(5)) : "no value"} ${content.unit}`;
  });
}

/** Sky position of a FITS pixel by a linear transformation and the gnomonic projection. */
function skyOf({ crpix, crval, cd }, x, y) {
  const [dx, dy] = [x - crpix[0], y - crpix[1]];
  const [u, v] = [cd[0][0] * dx + cd[0][1] * dy, cd[1][0] * dx + cd[1][1] * dy];
  const [ra, dec] = gnomonic(crval[0], crval[1]).backward(-u, v);
  return `${raText(ra, 0.001)} ${decText(dec, 0.001)}`;
}
