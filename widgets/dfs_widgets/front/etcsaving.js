// What can be kept of the plots: tables, documents, pictures, an address.

const FORMATS = [
  ["csv", "Table, CSV"], ["ecsv", "Table, ECSV"], ["json", "Question and answer, JSON"], ["eso", "ESO's own JSON"],
  ["py", "The Python that makes it"],
];
const PICTURES = [["png", "Plots, PNG"], ["svg", "Plots, SVG"]];

/** The line above the plots: {box, undo}. */
function plotsBar(model, room) {
  const link = button("Link", "copy-link", () => ask(model, { kind: "link" }), { title: "Copy an address that brings back this very calculation" });
  const file = fileToOpen(model);
  const head = make("h2", { testid: "heading" });
  const fit = iconButton("fit", "Show all wavelengths (r)", "reset-zoom", () => { room.ranges = {}; room.redraw(); });
  const open = button("Open…", "open", () => file.click(), { title: "Open a calculation: JSON of this page, or of ESO's calculator" });
  const keep = button("Keep", "keep", () => ask(model, { kind: "keep" }), { title: "Keep this set-up to compare others with it" });
  const unhead = follow(model, ["panels"], () => { head.textContent = head.title = model.get("panels").heading ?? ""; });
  let timer = 0;
  const unlisten = listen(model, async (message, buffers) => {
    if (message.kind === "save") saveFile(buffers, message.name, message.type);
    if (message.kind !== "link") return;
    const here = document.body.classList.contains("dfs-host") ? `${location.origin}${location.pathname}` : "";
    await copyText(`${here}?${message.query}`);
    link.textContent = "Copied";
    link.dataset.link = `${here}?${message.query}`;
    clearTimeout(timer);
    timer = setTimeout(() => { link.textContent = "Link"; }, 1200);
  });
  const box = make("div", { class: "dfs-panel-bar" }, head, fit, file, open, keep, link, saveMenu(model, room));
  return { box, undo: () => { unhead(); unlisten(); clearTimeout(timer); } };
}

/** The button that opens the list of what can be saved, and the list. */
function saveMenu(model, room) {
  const item = (format, text, save) =>
    make("button", { type: "button", role: "menuitem", text, testid: `save-${format}`, on: { click: () => { menu.hidden = true; save(format); } } });
  const picture = (format) => savePicture(room, format, model.get("panels").stem ?? "exposure");
  const menu = make("div", { class: "dfs-menu", hidden: true, role: "menu", testid: "save-menu" },
    FORMATS.map(([format, text]) => item(format, text, () => ask(model, { kind: "save", format }))),
    make("hr", {}),
    PICTURES.map(([format, text]) => item(format, text, picture)));
  const turn = () => { menu.hidden = !menu.hidden; if (!menu.hidden) menu.querySelector("button").focus(); };
  const opener = button("Save ▾", "save", turn, { "aria-haspopup": "menu" });
  const holder = make("div", { class: "dfs-menu-holder", on: {
    keydown: (event) => {
      if (event.key === "Escape") { menu.hidden = true; opener.focus(); }
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step || menu.hidden) return;
      event.preventDefault();
      const all = [...menu.querySelectorAll("button")];
      all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
    },
    focusout: (event) => { if (!holder.contains(event.relatedTarget)) menu.hidden = true; },
  } }, opener, menu);
  return holder;
}

function fileToOpen(model) {
  const input = make("input", { type: "file", accept: ".json,application/json", hidden: true, "aria-label": "Document to open", testid: "open-file", on: {
    change: async () => {
      const [file] = input.files;
      if (!file) return;
      document.body.dataset.dfsState = "busy";
      model.send({ kind: "open", file: file.name }, undefined, [await file.arrayBuffer()]);
      input.value = "";
    },
  } });
  return input;
}

/** Draw every chart that is shown under the other and hand them over as one picture. */
function savePicture(room, format, stem) {
  const boxes = [...room.root.querySelectorAll(".dfs-chart-box")];
  const names = boxes.filter((one) => one.offsetParent).map((one) => one.dataset.panel);
  const [width, height, head] = [900, 300, 26];
  const colour = room.colour();
  const draw = (context) => {
    context.fillStyle = colour.paper;
    context.fillRect(0, 0, width, names.length * height);
    names.forEach((name, i) => {
      const [panel, curves] = [room.panel(name), room.curves(name)];
      context.save();
      context.translate(0, i * height);
      const areas = room.areas(name);
      const laid = layOut(panel, curves, width, height, { range: room.ranges[panel.x.axis] ?? null, log: Boolean(panel.y.log), head, areas });
      drawChart(context, panel, curves, laid, colour, { areas });
      drawHead(context, panel, curves, colour);
      context.restore();
    });
  };
  if (format === "svg") {
    const context = new SvgContext(width, names.length * height);
    draw(context);
    saveFile([context.done()], `${stem}.svg`, "image/svg+xml");
    return;
  }
  const canvas = make("canvas", { width: String(2 * width), height: String(2 * height * names.length) });
  const context = canvas.getContext("2d");
  context.scale(2, 2);
  draw(context);
  canvas.toBlob((blob) => saveFile([blob], `${stem}.png`, "image/png"), "image/png");
}

function drawHead(context, panel, curves, colour) {
  context.font = "600 12px Inter, system-ui, sans-serif";
  context.textAlign = "left";
  context.fillStyle = colour.text;
  context.fillText(panel.title, CHART_EDGE.left, 18);
  let x = CHART_EDGE.left + context.measureText(panel.title).width + 26;
  context.font = "11px Inter, system-ui, sans-serif";
  for (const one of curves.filter((c) => !c.silent)) {
    context.strokeStyle = colour[one.ink];
    context.lineWidth = 2;
    context.setLineDash(DASHES[one.dash] ?? []);
    strokeLine(context, x, 14, x + 18, 14);
    context.setLineDash([]);
    context.fillStyle = colour.text;
    context.fillText(one.label, x + 23, 18);
    x += 23 + context.measureText(one.label).width + 16;
  }
}
