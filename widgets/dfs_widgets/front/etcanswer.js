// The answer in figures; set-ups kept to compare; how the night may turn out; what would help; what all of it rests on.

const SIDES = [["figures", "Figures"], ["compare", "Compare"], ["night", "What if"], ["grid", "Grid"], ["about", "About"]];

function render({ model, el }) {
  const head = make("div", { class: "dfs-etc-head", testid: "answer", "aria-live": "polite" });
  const problem = make("p", { class: "dfs-etc-problem", role: "alert", testid: "problem" });
  const [tabs, press] = choice("Show", SIDES, "side", (side) => { press(side); show(side); ask(model, { kind: "side", side }); });
  const parts = { figures: makeFigures(model), compare: makeCompare(model), night: makeStudy(model), grid: makeGridView(model), about: makeAbout(model) };
  const body = make("div", { class: "dfs-etc-body" }, Object.values(parts).map((one) => one.box));
  const root = make("section", { class: "dfs dfs-panel dfs-etc-answer", "aria-label": "Answer", testid: "answer-panel" }, problem, head, make("div", { class: "dfs-panel-bar" }, tabs), body);
  el.append(root);
  let side = model.get("side");
  function show(name) {
    side = parts[name] ? name : "figures";
    press(side);
    for (const [key, part] of Object.entries(parts)) part.box.hidden = key !== side;
    parts[side].draw();
  }
  const undo = [
    follow(model, ["answer", "stale", "problem"], () => {
      root.classList.toggle("is-stale", model.get("stale"));
      problem.textContent = model.get("problem");
      problem.hidden = !model.get("problem");
      drawHead(head, model);
      parts[side].draw();
    }),
    follow(model, ["side"], () => show(model.get("side"))),
    follow(model, ["setups"], () => { parts.compare.draw(); tabs.querySelector('[data-value="compare"]').dataset.count = model.get("setups").list?.length || ""; }),
    follow(model, ["study"], parts.night.draw), follow(model, ["grid"], parts.grid.draw),
  ];
  announce("answer");
  return () => undo.forEach((one) => one());
}

/** What was asked for, large; beside it how full the fullest pixel is. */
function drawHead(head, model) {
  const { head: rows = [], saturation = {} } = model.get("answer");
  head.replaceChildren(
    ...rows.map((one, i) => make("div", { class: `dfs-etc-figure${i ? "" : " is-main"}`, title: one.help }, make("span", { text: one.label }),
      make("b", { testid: `result-${one.name}`, text: one.value }, one.unit ? make("small", { text: ` ${one.unit}` }) : null), one.also ? make("small", { text: one.also }) : null)),
    rows.length ? make("div", { class: `dfs-etc-well${saturation.is_saturated ? " is-over" : ""}`, title: "Charge of the brightest pixel of one read-out" },
      make("span", {}, "Brightest pixel", make("b", { testid: "result-well", text: saturation.told })),
      make("i", {}, make("b", { style: `width: ${Math.min(100, saturation.percent)}%` })),
      saturation.text ? make("p", { class: "dfs-etc-over", role: "alert", testid: "saturated", text: saturation.text }) : null) : "");
}

const pairs = (rows) => make("dl", { class: "dfs-etc-pairs" }, rows.map((one) => make("div", { title: one.help }, make("dt", { text: one.label }),
  make("dd", {}, make("b", { testid: `result-${one.name}`, text: one.value }), one.unit ? make("small", { text: ` ${one.unit}` }) : null))));

function makeFigures(model) {
  const box = make("div", { class: "dfs-etc-side", testid: "figures" });
  function draw() {
    if (box.hidden) return;
    const { groups = [], noise = [], sky = [], sky_model: words = "", notes = [], assumed = [] } = model.get("answer");
    box.replaceChildren(
      ...notes.map((text) => make("p", { class: "dfs-etc-note", testid: "note", text })),
      ...groups.map((group) => make("section", {}, make("h3", { text: group.title }), pairs(group.rows))),
      make("section", {}, make("h3", { text: "What the noise is made of" }), make("dl", { class: "dfs-etc-shares", testid: "noise" }, noise.map((one) => make("div", { title: one.help }, make("dt", { text: one.name }), make("i", {}, make("b", { style: `width: ${one.percent}%` })), make("dd", { text: `${one.percent} %` }))))),
      make("section", {}, make("h3", { text: "Sky brightness used" }), make("p", { class: "dfs-note", text: words }),
        make("dl", { class: "dfs-etc-sky", testid: "sky" }, sky.map(([band, value]) => make("div", { title: "Vega mag arcsec⁻²" }, make("dt", { text: band }), make("dd", { text: value, testid: `sky-${band}` })))), make("p", { class: "dfs-note", text: "Vega mag arcsec⁻²" })),
      assumed.length ? make("section", { class: "dfs-etc-assumed", testid: "assumed" }, make("h3", { text: `Assumed (${assumed.length})` }), make("ul", {}, assumed.map((text) => make("li", { text })))) : make("p", { class: "dfs-note", testid: "assumed", text: "Every figure of this set-up has a published source." }));
  }
  return { box, draw };
}

function makeCompare(model) {
  const box = make("div", { class: "dfs-etc-side", testid: "compare" });
  function row(one) {
    const name = make("input", { class: "dfs-input", value: one.name, "aria-label": "Name", testid: "setup-name", on: { change: (event) => ask(model, { kind: "rename", number: one.number, name: event.target.value }) } });
    return make("div", { class: "dfs-etc-setup", testid: "setup", "data-number": String(one.number) },
      make("label", { class: "dfs-key", title: "Draw its curves" }, make("input", { type: "checkbox", checked: one.is_shown, testid: "setup-shown", "aria-label": `Draw ${one.name}`, on: { change: (event) => ask(model, { kind: "draw", number: one.number, on: event.target.checked }) } }), make("i", { class: `is-${one.dash}`, style: `color: var(--dfs-kept-${one.number})` })),
      name, make("b", { text: one.snr, title: one.problem || "Signal-to-noise" }),
      button("Take", "setup-take", () => ask(model, { kind: "take", number: one.number }), { title: "Ask this set-up again" }),
      iconButton("close", `Remove ${one.name}`, "setup-remove", () => ask(model, { kind: "remove", number: one.number })));
  }
  function draw() {
    const { list = [], table = { head: [], rows: [] }, note = "" } = model.get("setups");
    if (box.hidden || box.contains(document.activeElement) && document.activeElement.matches(".dfs-input")) return;
    box.replaceChildren(
      make("div", { class: "dfs-row" }, button("Keep this set-up", "keep-here", () => ask(model, { kind: "keep" }), { disabled: list.length >= 6 }), make("span", { class: "dfs-note", text: note })),
      ...(list.length ? list.map(row) : [make("p", { class: "dfs-hint", text: "Keep a set-up, change something, and see both: curves over each other, and here in what they differ." })]),
      list.length ? make("div", { class: "dfs-etc-scroll", tabindex: "0" }, make("table", { class: "dfs-etc-table", testid: "differences" }, make("thead", {}, make("tr", {}, make("th", {}), table.head.map((text) => make("th", { text })))),
        make("tbody", {}, table.rows.map((one) => make("tr", { class: `is-${one.kind}` }, make("th", { scope: "row", text: one.label }), one.cells.map((text, i) => make("td", { text, class: i && text !== one.cells[0] ? "is-other" : "" }))))))) : "");
  }
  return { box, draw };
}

function makeStudy(model) {
  const box = make("div", { class: "dfs-etc-side", testid: "study" });
  const set = (values) => window.dispatchEvent(new CustomEvent("dfs-etc-set", { detail: { values, part: model.get("part") } }));
  function draw() {
    if (box.hidden) return;
    const { head = [], bands = [], words = "", advice = [], note = "", assumed = [] } = model.get("study");
    box.replaceChildren(
      make("section", {}, make("h3", { text: "How the night may turn out" }), make("p", { class: "dfs-note", text: words, testid: "uncertainty-words" }),
        make("table", { class: "dfs-etc-table", testid: "uncertainty" }, make("thead", {}, make("tr", {}, head.map((text) => make("th", { scope: "col", text })))),
          make("tbody", {}, bands.map((one) => make("tr", { title: one.help }, make("th", { scope: "row", text: one.label }), one.cells.map((text, i) => make("td", {}, i === 1 ? make("b", { text }) : text))))))),
      make("section", {}, make("h3", { text: "Which constraint buys most" }),
        make("table", { class: "dfs-etc-table is-advice", testid: "advice" }, make("thead", {}, make("tr", {}, ["Change", "S/N", "Time", "Nights", "Worth", ""].map((text) => make("th", { scope: "col", text })))),
          make("tbody", {}, advice.map((one) => make("tr", { title: one.help, class: one.pays ? "is-paying" : "" }, make("th", { scope: "row" }, one.label, one.saturates ? make("em", { text: " saturates" }) : null),
            [one.snr, one.time, one.nights].map((text) => make("td", { text })), make("td", {}, make("b", { text: one.worth })), make("td", {}, button("Try", "advice-try", () => set(one.inputs), { "aria-label": `Try ${one.label}` })))))),
        make("p", { class: "dfs-note", text: note })),
      assumed.length ? make("section", {}, make("h3", { text: "Assumed" }), make("ul", { class: "dfs-etc-assumed" }, assumed.map((text) => make("li", { text })))) : "");
  }
  return { box, draw };
}

/** Signal-to-noise against two of what can be chosen: numbers on a ground that darkens with them. */
function makeGridView(model) {
  const box = make("div", { class: "dfs-etc-side", testid: "grid" });
  function picker(which, axes, now) {
    return make("label", { class: "dfs-etc-axis" }, which === "grid_x" ? "Across" : "Down", make("select", { class: "dfs-input", testid: `control-${which}`, on: { change: (event) => ask(model, { kind: "axis", which, name: event.target.value }) } },
      axes.map(([value, text]) => make("option", { value, text, selected: value === now }))));
  }
  function draw() {
    const { axes = [], across, down, cells = [], note = "" } = model.get("grid");
    if (box.hidden || !across) return;
    const every = cells.flat().filter((one) => one.value !== null).map((one) => one.value);
    const [low, high] = [Math.min(...every), Math.max(...every)];
    const share = (v) => (high > low ? (v - low) / (high - low) : 0.5);
    box.replaceChildren(
      make("div", { class: "dfs-etc-two" }, picker("grid_x", axes, across.name), picker("grid_y", axes, down.name)),
      make("table", { class: "dfs-etc-grid", testid: "grid-table" }, make("caption", { text: `${note}: ${across.title} across, ${down.title} down` }),
        make("thead", {}, make("tr", {}, make("th", {}), across.values.map((text) => make("th", { scope: "col", text })))),
        make("tbody", {}, cells.map((row, j) => make("tr", {}, make("th", { scope: "row", text: down.values[j] }), row.map((one) => make("td", { style: one.value === null ? null : `--share: ${(0.08 + 0.5 * share(one.value)).toFixed(3)}`, class: one.here ? "is-here" : "", title: one.title }, make("button", { type: "button", testid: "grid-cell", text: one.text, title: one.title, on: { click: () => window.dispatchEvent(new CustomEvent("dfs-etc-set", { detail: { values: one.inputs, part: model.get("part") } })) } }))))))),
      make("p", { class: "dfs-note", text: "Click a cell to ask for it." }));
  }
  return { box, draw };
}

function makeAbout(model) {
  const box = make("div", { class: "dfs-etc-side", testid: "about" });
  function draw() {
    if (box.hidden) return;
    const { versions = [], assumed = [] } = model.get("answer");
    box.replaceChildren(
      make("section", {}, make("h3", { text: "Versions" }), make("dl", { class: "dfs-etc-pairs", testid: "versions" }, versions.map(([name, stamp]) => make("div", {}, make("dt", { text: name }), make("dd", { text: stamp }))))),
      make("section", {}, make("h3", { text: "Assumed" }), assumed.length ? make("ul", { class: "dfs-etc-assumed" }, assumed.map((text) => make("li", { text }))) : make("p", { class: "dfs-note", text: "Nothing: every figure of this set-up has a published source." })),
      make("section", {}, make("h3", { text: "Terms" }), make("dl", { class: "dfs-etc-terms", testid: "terms" }, model.get("terms").map(([name, text]) => [make("dt", { text: name }), make("dd", { text })]))));
  }
  return { box, draw };
}

export default { render };
