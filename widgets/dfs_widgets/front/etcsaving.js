// What can be kept of the plots: tables, documents, pictures, an address.

function plotsBar(model, room) {
  const save = (format) => ask(model, { kind: "save", format });
  const menu = make("div", { class: "dfs-menu", hidden: true, role: "menu", testid: "save-menu" },
    [["csv", "Table, CSV"], ["ecsv", "Table, ECSV"], ["json", "Question and answer, JSON"], ["eso", "ESO's own JSON"], ["py", "The Python that makes it"]]
      .map(([format, text]) => make("button", { type: "button", role: "menuitem", text, testid: `save-${format}`, on: { click: () => { menu.hidden = true; save(format); } } })),
    make("hr", {}),
    [["png", "Plots, PNG"], ["svg", "Plots, SVG"]].map(([format, text]) => make("button", { type: "button", role: "menuitem", text, testid: `save-${format}`, on: { click: () => { menu.hidden = true; savePicture(room, format, model.get("panels").stem ?? "exposure"); } } })));
  const opener = button("Save ▾", "save", () => { menu.hidden = !menu.hidden; if (!menu.hidden) menu.querySelector("button").focus(); }, { "aria-haspopup": "menu" });
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
  const link = button("Link", "copy-link", () => ask(model, { kind: "link" }), { title: "Copy an address that brings back this very calculation" });
  model.on("msg:custom", async (message) => {
    if (message.kind !== "link") return;
    const here = document.body.classList.contains("dfs-host") ? `${location.origin}${location.pathname}` : "";
    await copyText(`${here}?${message.query}`);
    link.textContent = "Copied";
    link.dataset.link = `${here}?${message.query}`;
    setTimeout(() => { link.textContent = "Link"; }, 1200);
  });
  model.on("msg:custom", (message, buffers) => { if (message.kind === "save") saveFile(buffers, message.name, message.type); });
  const file = make("input", { type: "file", accept: ".json,application/json", hidden: true, "aria-label": "Document to open", testid: "open-file", on: { change: async () => {
    if (!file.files[0]) return;
    document.body.dataset.dfsState = "busy";
    model.send({ kind: "open", file: file.files[0].name }, undefined, [await file.files[0].arrayBuffer()]);
    file.value = "";
  } } });
  const head = make("h2", { testid: "heading" });
  follow(model, ["panels"], () => { head.textContent = model.get("panels").heading ?? ""; head.title = head.textContent; });
  return make("div", { class: "dfs-panel-bar" }, head,
    iconButton("fit", "Show all wavelengths (r)", "reset-zoom", () => { room.ranges = {}; room.redraw(); }),
    file,
    button("Open…", "open", () => file.click(), { title: "Open a calculation: JSON of this page, or of ESO's calculator" }), button("Keep", "keep", () => ask(model, { kind: "keep" }), { title: "Keep this set-up to compare others with it" }), link, holder);
}

/** Draw every chart that is shown under the other and hand them over as one picture. */
function savePicture(room, format, stem) {
  const names = [...document.querySelectorAll(".dfs-etc-plots .dfs-chart-box")].filter((one) => one.offsetParent).map((one) => one.dataset.panel);
  const [width, height, head] = [900, 300, 26];
  const colour = room.colour();
  const draw = (context) => {
    context.fillStyle = colour.paper;
    context.fillRect(0, 0, width, names.length * height);
    names.forEach((name, i) => {
      const [panel, curves] = [room.panel(name), room.curves(name)];
      context.save();
      context.translate(0, i * height);
      const laid = layOut(panel, curves, width, height, { range: room.ranges[panel.x.axis] ?? null, log: Boolean(panel.y.log), head, areas: room.areas(name) });
      drawChart(context, panel, curves, laid, colour, { areas: room.areas(name) });
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
