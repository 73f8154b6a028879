// The results: sky map, plot and table of the same rows; what is picked in one is picked in all.

function render({ model, el }) {
  const state = { marked: new Set(), brushed: new Set(), only: false, selected: "", hovered: -1, sort: "", order: [] };
  const rows = () => model.get("rows");
  const indexOf = (id) => rows().ids.indexOf(id);
  const marks = () => ({ selected: indexOf(state.selected), brushed: state.brushed, hovered: state.hovered });
  const act = actions(model, state, rows);
  const events = {
    pick: (i) => (i >= 0 ? act.select(i, true) : act.brush([])),
    brush: (found) => act.brush(found),
    hover: (i) => act.hover(i),
  };

  const skyPicture = makeSky(rows, marks);
  const sky = makeCanvas("Sky map of the results", "sky-map", skyPicture, events);
  const axes = { x: {}, y: {} };
  const plotPicture = makeScatter(rows, marks, axes);
  const plot = makeCanvas("Plot of the results", "plot", plotPicture, events);
  plot.mode = "box";
  sky.fit = () => { skyPicture.fit(); sky.redraw(); };
  plot.fit = () => { plotPicture.fit(); plot.redraw(); };
  const table = makeTable(rows, state, act);
  const tools = makeTools(model, state, act);
  act.redraw = (what) => {
    sky.redraw();
    plot.redraw();
    if (what === "hover") return table.drawBody();
    const column = state.sort.replace(/^-/, "");
    const keys = rows().keys[column] ?? rows().cells[column];
    state.order = orderOf(keys, rows().count, state.sort.startsWith("-"), (i) => !state.only || state.brushed.has(i));
    table.draw();
    tools.draw(rows());
  };
  act.reveal = table.reveal;

  const axisBar = makeAxisBar(rows, axes, plot);
  el.append(
    section("dfs-sky", "Sky", sky.box, modeBar(sky, skyPicture, "sky", "pan")),
    section("dfs-plot", "Plot", plot.box, modeBar(plot, null, "plot", "box"), axisBar.box),
    make("section", { class: "dfs dfs-results", "aria-label": "Results" }, tools.box, table.grid),
  );

  const undo = [
    follow(model, ["rows"], () => {
      Object.assign(state, { brushed: new Set(), only: false, hovered: -1, sort: "" });
      table.grid.scrollTop = 0;
      axisBar.draw();
      act.redraw();
      sky.fit();
      plot.fit();
    }),
    follow(model, ["marked", "selected"], () => {
      state.marked = new Set(model.get("marked"));
      state.selected = model.get("selected");
      act.redraw();
      if (state.selected) table.reveal(indexOf(state.selected));
    }),
  ];
  announce("results");
  return () => undo.forEach((one) => one());
}

function actions(model, state, rows) {
  const self = {
    select(index) {
      const id = rows().ids[index];
      if (id === state.selected) return;
      state.selected = id;
      self.redraw();
      self.reveal(index);
      ask(model, { kind: "select", id });
    },
    show(index, tab) {
      state.selected = rows().ids[index];
      self.redraw();
      ask(model, { kind: "select", id: state.selected, tab });
    },
    mark(index) {
      const id = rows().ids[index];
      if (!state.marked.delete(id)) state.marked.add(id);
      self.redraw();
      ask(model, { kind: "mark", ids: [id], on: state.marked.has(id) });
    },
    markAll: (on) => ask(model, { kind: "mark-shown", what: on ? "all" : "none" }),
    markBrushed: () => ask(model, { kind: "mark", ids: [...state.brushed].map((i) => rows().ids[i]), on: true }),
    brush(found) {
      state.brushed = new Set(found);
      if (!found.length) state.only = false;
      self.redraw();
    },
    only(on) { state.only = on; self.redraw(); },
    sort(column) {
      state.sort = state.sort === column ? `-${column}` : state.sort === `-${column}` ? "" : column;
      self.redraw();
    },
    hover(index) {
      if (index === state.hovered) return;
      state.hovered = index;
      self.redraw("hover");
    },
  };
  return self;
}

function section(name, title, ...content) {
  const [drawing, ...bars] = content;
  return make("section", { class: `dfs dfs-panel ${name}`, "aria-label": title }, make("div", { class: "dfs-panel-bar" }, make("h2", { text: title }), bars), drawing);
}

/** The buttons over a drawing: what dragging does, and where to look. */
function modeBar(canvas, picture, name, first) {
  const [modes, press] = choice("Dragging", [["pan", "move", "Drag to move"], ["box", "box", "Drag a box to select (or hold shift)"], ["lasso", "lasso", "Draw a lasso to select"]], `${name}-mode`, (mode) => {
    canvas.mode = mode;
    press(mode);
  });
  press(first);
  const zoom = (factor) => {
    (picture ?? { zoom() {} }).zoom(factor, canvas.box.clientWidth / 2, canvas.box.clientHeight / 2);
    canvas.redraw();
  };
  return [modes, make("div", { class: "dfs-choice" },
    picture ? iconButton("plus", "Closer", `${name}-in`, () => zoom(0.6)) : null,
    picture ? iconButton("minus", "Wider", `${name}-out`, () => zoom(1.7)) : null,
    picture ? iconButton("sky", "Whole sky", `${name}-all`, () => { Object.assign(picture.view, { fov: 190, ra: 0 }); canvas.redraw(); }) : null,
    iconButton("fit", "Show all results", `${name}-fit`, () => canvas.fit()))];
}

/** Which columns the plot shows. */
function makeAxisBar(rows, axes, plot) {
  const box = make("div", { class: "dfs-axes" });
  const chosen = {};
  const pick = (which) => {
    const options = rows().axes;
    const wanted = options.find((one) => one.name === chosen[which]) ?? options[which === "x" ? 0 : Math.min(1, options.length - 1)] ?? {};
    for (const key of Object.keys(axes[which])) delete axes[which][key];
    Object.assign(axes[which], wanted);
    return make("select", { class: "dfs-input is-small", "aria-label": `Axis ${which}`, testid: `axis-${which}`, on: { change: (event) => { chosen[which] = event.target.value; draw(); plot.fit(); } } },
      options.map((one) => make("option", { value: one.name, text: one.label, selected: one.name === wanted.name })));
  };
  const draw = () => box.replaceChildren(pick("y"), make("span", { text: "vs" }), pick("x"));
  return { box, draw };
}

/** What stands over the table: how much was found, marks, requests, the search as text. */
function makeTools(model, state, act) {
  const box = make("div", { class: "dfs-tools", role: "toolbar", "aria-label": "Results" });
  const count = make("strong", { testid: "count" });
  const note = make("span", { class: "dfs-note", testid: "overflow" });
  const basket = make("span", { class: "dfs-basket", testid: "basket" });
  const selection = make("span", { class: "dfs-chip", testid: "brushed" });
  const send = (kind, extra = {}) => () => { ask(model, { kind, ...extra }); };
  const calibrations = make("select", { class: "dfs-input is-small", "aria-label": "Calibrations of what is requested", testid: "request-calibrations" },
    [["", "files only"], ["raw", "+ raw calibrations"], ["master", "+ master calibrations"]].map(([value, text]) => make("option", { value, text })));
  const needMarks = [
    calibrations,
    button("Request marked", "request-marked", () => send("request", { calibrations: calibrations.value })(), { class: "dfs-button is-main" }),
    button("Script", "script", send("code", { tab: "script" }), { title: "A script that downloads what is marked" }),
  ];
  const mark = (what) => () => ask(model, { kind: "mark-shown", what });
  const marking = make("div", { class: "dfs-group", role: "group", "aria-label": "Mark" }, make("span", { text: "Mark" }),
    button("all", "mark-all", mark("all")), button("public", "mark-public", mark("public"), { class: "dfs-button is-public" }),
    button("proprietary", "mark-proprietary", mark("proprietary"), { class: "dfs-button is-proprietary" }), button("reset", "mark-reset", mark("none")));
  box.append(
    count, note, selection, make("span", { class: "dfs-space" }), basket, marking,
    ...needMarks, button("ADQL · Python", "show-code", send("code", { tab: "adql" }), { title: "This search as a query and as Python" }),
    button("CSV", "save-table", send("save"), { title: "Save this table" }),
  );
  const draw = (rows) => {
    count.textContent = rows.title;
    note.textContent = rows.note;
    basket.textContent = model.get("basket");
    marking.hidden = !rows.files;
    for (const one of needMarks) one.disabled = state.marked.size === 0;
    selection.hidden = state.brushed.size === 0;
    selection.replaceChildren(
      make("span", { text: `${state.brushed.size} selected` }), button(state.only ? "show all" : "only these", "brushed-only", () => act.only(!state.only)),
      button("mark", "brushed-mark", act.markBrushed), iconButton("close", "Select none", "brushed-clear", () => act.brush([])));
  };
  model.on("change:basket", () => { basket.textContent = model.get("basket"); });
  return { box, draw };
}

export default { render };
