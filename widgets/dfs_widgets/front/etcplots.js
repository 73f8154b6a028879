// The plots: signal-to-noise above, electrons, then what is chosen, beside it signal-to-noise against time. Numbers come as bytes and are drawn at once.

function render({ model, el }) {
  const room = makeRoom(model);
  const always = ["snr", "electrons", "time"].map((name) => makeChart(room, name));
  const more = ["input", "efficiency", "peak", "noise", "quality"].map((name) => makeChart(room, name));
  let chosen = model.get("chosen");
  const tabs = make("div", { class: "dfs-etc-tabs" });
  const picked = make("div", { class: "dfs-etc-pick" }, tabs, more.map((one) => one.box));
  const rows = [
    make("div", { class: "dfs-etc-row is-top" }, always[0].box),
    make("div", { class: "dfs-etc-row" }, always[1].box),
    make("div", { class: "dfs-etc-row is-two" }, picked, always[2].box),
  ];
  const bar = plotsBar(model, room);
  const root = make("section", { class: "dfs dfs-panel dfs-etc-plots", "aria-label": "Plots", testid: "plots" }, bar.box, rows);
  room.root = root;
  el.append(root);

  function pick() {
    const there = more.filter((one) => room.panel(one.name));
    if (!there.some((one) => one.name === chosen)) chosen = there[0]?.name ?? "";
    const [group, press] = choice("Third plot", there.map((one) => [one.name, room.panel(one.name).short]), "show", (name) => {
      chosen = name;
      press(name);
      shows();
      ask(model, { kind: "chosen", name });
    });
    press(chosen);
    const names = there.map((one) => one.name).join();
    if (tabs.dataset.names !== names) tabs.replaceChildren(group);
    tabs.dataset.names = names;
    shows();
  }
  function shows() {
    for (const one of more) one.box.classList.toggle("is-away", one.name !== chosen);
    room.redraw();
  }
  let due = false;
  room.paint = () => {
    root.classList.toggle("is-image", room.kind() === "image");
    root.classList.toggle("is-stale", room.stale());
    for (const one of [...always, ...more]) if (!one.box.classList.contains("is-away")) one.redraw();
    paintedAt(`${model.get("part")} ${model.get("panels").serial}`);
  };
  room.redraw = () => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => { due = false; room.paint(); });
  };
  const undo = [
    follow(model, ["panels", "numbers"], () => { room.take(); pick(); room.redraw(); }),
    follow(model, ["kept", "kept_numbers"], () => { room.takeKept(); room.redraw(); }),
    follow(model, ["night", "night_numbers"], () => { room.takeNight(); room.redraw(); }),
  ];
  const unwatch = onTheme(() => { room.recolour(); room.redraw(); });
  announce("plots");
  return () => [...undo, bar.undo, unwatch, ...[...always, ...more].map((one) => one.undo)].forEach((one) => one());
}

/** Floats of a trait of bytes, wherever they begin in their buffer. */
function floatsOf(view) {
  if (!view?.byteLength) return new Float32Array(0);
  const { buffer, byteOffset: from, byteLength: length } = view;
  return from % 4 ? new Float32Array(buffer.slice(from, from + length)) : new Float32Array(buffer, from, length >> 2);
}

/** What the charts share. */
function makeRoom(model) {
  let [panels, curves, overlays, nights, areas] = [new Map(), new Map(), new Map(), new Map(), new Map()];
  let ink = null;
  const room = {
    ranges: {}, pointers: {},
    kind: () => model.get("panels").kind ?? "",
    stale: () => Boolean(model.get("panels").stale),
    panel: (name) => panels.get(name),
    curves: (name) => [...(overlays.get(name) ?? []), ...(nights.get(name) ?? []), ...(curves.get(name) ?? [])],
    areas: (name) => areas.get(name) ?? [],
    set: (values) => window.dispatchEvent(new CustomEvent("dfs-etc-set", { detail: { values, part: model.get("part") } })),
    colour: () => (ink ??= readInks()),
    recolour: () => { ink = null; },
    take() {
      const numbers = floatsOf(model.get("numbers"));
      const given = model.get("panels").list ?? [];
      const isThere = ([from, length]) => from + length <= numbers.length;
      if (!given.every((one) => one.curves.every((c) => isThere(c.x) && isThere(c.y)))) return; // its numbers are still on the way
      const before = panels.get("snr")?.x.whole?.join();
      panels = new Map(given.map((one) => [one.name, one]));
      curves = new Map(given.map((one) => [one.name, curvesOf(one, numbers)]));
      if (before !== panels.get("snr")?.x.whole?.join()) room.ranges = {}; // another set-up covers other wavelengths
    },
    takeNight() {
      const numbers = floatsOf(model.get("night_numbers"));
      const given = model.get("night").list ?? [];
      const row = ([from, length]) => numbers.subarray(from, from + length);
      nights = new Map(given.map((one) => [one.name, curvesOf(one, numbers)]));
      areas = new Map(given.map((one) => [one.name, one.areas.map((area) => ({ ...area, xs: row(area.x), lows: row(area.low), highs: row(area.high) }))]));
    },
    takeKept() {
      const numbers = floatsOf(model.get("kept_numbers"));
      const given = model.get("kept").list ?? [];
      overlays = new Map(given.map((one) => [one.name, curvesOf(one, numbers)]));
    },
  };
  return room;
}

/** The colours of this moment, read once: asking for each costs more than drawing. */
function readInks() {
  const style = getComputedStyle(document.documentElement);
  const found = {};
  return new Proxy({}, { get: (_, name) => (found[name] ??= style.getPropertyValue(`--dfs-${name}`).trim()) });
}

/** Write down when an answer is on the screen: browsers measure from the keystroke that asked (User Timing). */
function paintedAt(question) {
  const asked = window.dfsEtcAsked?.get(question);
  if (asked === undefined) return;
  window.dfsEtcAsked.delete(question);
  performance.measure("dfs-etc", { start: asked, end: performance.now() });
}

export default { render };
