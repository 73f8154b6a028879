// Beside the figures: set-ups kept to compare, how the night may turn out, what would help, and a grid to choose from.

/** Ask the controls of the same part to take values. */
const setControls = (model, values) => window.dispatchEvent(new CustomEvent("dfs-etc-set", { detail: { values, part: model.get("part") } }));

const headOf = (texts) => make("thead", {}, make("tr", {}, texts.map((text) => make("th", { scope: "col", text }))));

function makeCompare(model) {
  const box = make("div", { class: "dfs-etc-side", testid: "compare" });
  function draw() {
    const { list = [], table = { head: [], rows: [] }, note = "" } = model.get("setups");
    const active = document.activeElement;
    if (box.hidden || (box.contains(active) && active.matches(".dfs-input"))) return;
    const hint = "Keep a set-up, change something, and see both: curves over each other, and here in what they differ.";
    box.replaceChildren(
      make("div", { class: "dfs-row" },
        button("Keep this set-up", "keep-here", () => ask(model, { kind: "keep" }), { disabled: list.length >= 6 }), make("span", { class: "dfs-note", text: note })),
      ...(list.length ? list.map((one) => setupRow(model, one)) : [make("p", { class: "dfs-hint", text: hint })]),
      list.length ? differencesOf(table) : "");
  }
  return { box, draw };
}

/** A set-up that is kept: whether it is drawn, its name, its answer, and what can be done with it. */
function setupRow(model, one) {
  const tell = (kind, more = {}) => ask(model, { kind, number: one.number, ...more });
  const shown = make("input", { type: "checkbox", checked: one.is_shown, testid: "setup-shown", "aria-label": `Draw ${one.name}`,
    on: { change: (event) => tell("draw", { on: event.target.checked }) } });
  const name = make("input", { class: "dfs-input", value: one.name, "aria-label": "Name", testid: "setup-name",
    on: { change: (event) => tell("rename", { name: event.target.value }) } });
  const ink = make("i", { class: `is-${one.dash}`, style: `color: var(--dfs-kept-${one.number})` });
  return make("div", { class: "dfs-etc-setup", testid: "setup", "data-number": String(one.number) },
    make("label", { class: "dfs-key", title: "Draw its curves" }, shown, ink),
    name, make("b", { text: one.snr, title: one.problem || "Signal-to-noise" }),
    button("Take", "setup-take", () => tell("take"), { title: "Ask this set-up again" }),
    iconButton("close", `Remove ${one.name}`, "setup-remove", () => tell("remove")));
}

function differencesOf({ head, rows }) {
  const cells = (one) => one.cells.map((text, i) => make("td", { text, class: i && text !== one.cells[0] ? "is-other" : "" }));
  const body = rows.map((one) => make("tr", { class: `is-${one.kind}` }, make("th", { scope: "row", text: one.label }), cells(one)));
  return make("div", { class: "dfs-etc-scroll", tabindex: "0" },
    make("table", { class: "dfs-etc-table", testid: "differences" }, headOf(["", ...head]), make("tbody", {}, body)));
}

function makeStudy(model) {
  const box = make("div", { class: "dfs-etc-side", testid: "study" });
  function draw() {
    if (box.hidden) return;
    const { head = [], bands = [], words = "", advice = [], note = "", assumed = [] } = model.get("study");
    box.replaceChildren(
      make("section", {}, make("h3", { text: "How the night may turn out" }),
        make("p", { class: "dfs-note", text: words, testid: "uncertainty-words" }), spreadOf(head, bands)),
      make("section", {}, make("h3", { text: "Which constraint buys most" }), adviceOf(model, advice), make("p", { class: "dfs-note", text: note })),
      assumed.length ? make("section", { class: "dfs-etc-assumed" }, make("h3", { text: "Assumed" }), listOf(assumed)) : "");
  }
  return { box, draw };
}

function spreadOf(head, bands) {
  const cells = (one) => one.cells.map((text, i) => make("td", {}, i === 1 ? make("b", { text }) : text));
  const rows = bands.map((one) => make("tr", { title: one.help }, make("th", { scope: "row", text: one.label }), cells(one)));
  return make("table", { class: "dfs-etc-table", testid: "uncertainty" }, headOf(head), make("tbody", {}, rows));
}

function adviceOf(model, advice) {
  const row = (one) => make("tr", { title: one.help, class: one.pays ? "is-paying" : "" },
    make("th", { scope: "row" }, one.label, one.saturates ? make("em", { text: " saturates" }) : null),
    [one.snr, one.time, one.nights].map((text) => make("td", { text })), make("td", {}, make("b", { text: one.worth })),
    make("td", {}, button("Try", "advice-try", () => setControls(model, one.inputs), { "aria-label": `Try ${one.label}` })));
  return make("table", { class: "dfs-etc-table is-advice", testid: "advice" },
    headOf(["Change", "S/N", "Time", "Nights", "Worth", ""]), make("tbody", {}, advice.map(row)));
}

/** Signal-to-noise against two of what can be chosen: numbers on a ground that darkens with them. */
function makeGridView(model) {
  const box = make("div", { class: "dfs-etc-side", testid: "grid" });
  function draw() {
    const { axes = [], across, down, cells = [], note = "" } = model.get("grid");
    if (box.hidden || !across) return;
    box.replaceChildren(
      make("div", { class: "dfs-etc-two" }, axisPicker(model, "grid_x", axes, across.name), axisPicker(model, "grid_y", axes, down.name)),
      make("table", { class: "dfs-etc-grid", testid: "grid-table" },
        make("caption", { text: `${note}: ${across.title} across, ${down.title} down` }), headOf(["", ...across.values]), gridBody(model, cells, down.values)),
      make("p", { class: "dfs-note", text: "Click a cell to ask for it." }));
  }
  return { box, draw };
}

function axisPicker(model, which, axes, now) {
  const options = axes.map(([value, text]) => make("option", { value, text, selected: value === now }));
  const turn = (event) => ask(model, { kind: "axis", which, name: event.target.value });
  return make("label", { class: "dfs-etc-axis" }, which === "grid_x" ? "Across" : "Down",
    make("select", { class: "dfs-input", testid: `control-${which}`, on: { change: turn } }, options));
}

function gridBody(model, cells, names) {
  const every = cells.flat().filter((one) => one.value !== null).map((one) => one.value);
  const [low, high] = [Math.min(...every), Math.max(...every)];
  const ground = (v) => (v === null ? null : `--share: ${(0.08 + 0.5 * (high > low ? (v - low) / (high - low) : 0.5)).toFixed(3)}`);
  const cell = (one) => make("td", { style: ground(one.value), class: one.here ? "is-here" : "", title: one.title },
    make("button", { type: "button", testid: "grid-cell", text: one.text, title: one.title, on: { click: () => setControls(model, one.inputs) } }));
  return make("tbody", {}, cells.map((row, j) => make("tr", {}, make("th", { scope: "row", text: names[j] }), row.map(cell))));
}
