// The answer in figures; set-ups kept to compare; how the night may turn out; what would help; what all of it rests on.

const SIDES = [["figures", "Figures"], ["compare", "Compare"], ["night", "What if"], ["grid", "Grid"], ["about", "About"]];

function render({ model, el }) {
  const head = make("div", { class: "dfs-etc-head", testid: "answer", "aria-live": "polite" });
  const problem = make("p", { class: "dfs-etc-problem", role: "alert", testid: "problem" });
  const [tabs, press] = choice("Show", SIDES, "side", (side) => { press(side); show(side); ask(model, { kind: "side", side }); });
  const parts = {
    figures: makeFigures(model), compare: makeCompare(model), night: makeStudy(model), grid: makeGridView(model), about: makeAbout(model),
  };
  const body = make("div", { class: "dfs-etc-body" }, Object.values(parts).map((one) => one.box));
  const root = make("section", { class: "dfs dfs-panel dfs-etc-answer", "aria-label": "Answer", testid: "answer-panel" },
    problem, head, make("div", { class: "dfs-panel-bar" }, tabs), body);
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
    follow(model, ["setups"], () => {
      parts.compare.draw();
      tabs.querySelector('[data-value="compare"]').dataset.count = model.get("setups").list?.length || "";
    }),
    follow(model, ["study"], parts.night.draw), follow(model, ["grid"], parts.grid.draw),
  ];
  announce("answer");
  return () => undo.forEach((one) => one());
}

/** What was asked for, large; beside it how full the fullest pixel is. */
function drawHead(head, model) {
  const { head: rows = [], saturation = {} } = model.get("answer");
  const figures = rows.map((one, i) =>
    make("div", { class: `dfs-etc-figure${i ? "" : " is-main"}`, title: one.help },
      make("span", { text: one.label }), amount(one), one.also ? make("small", { text: one.also }) : null));
  head.replaceChildren(...figures, rows.length ? wellOf(saturation) : "");
}

function wellOf({ is_saturated: isOver, told, percent, text }) {
  return make("div", { class: `dfs-etc-well${isOver ? " is-over" : ""}`, title: "Charge of the brightest pixel of one read-out" },
    make("span", {}, "Brightest pixel", make("b", { testid: "result-well", text: told })),
    make("i", {}, make("b", { style: `width: ${Math.min(100, percent)}%` })),
    text ? make("p", { class: "dfs-etc-over", role: "alert", testid: "saturated", text }) : null);
}

const unitOf = ({ unit }) => (unit ? make("small", { text: ` ${unit}` }) : null);
const amount = (one) => make("b", { testid: `result-${one.name}`, text: one.value }, unitOf(one));
const NOTHING_ASSUMED = "every figure of this set-up has a published source.";

/** Pairs of words and number, each saying what it is when pointed at. */
function pairs(rows) {
  const value = (one) => make("dd", {}, make("b", { testid: `result-${one.name}`, text: one.value }), unitOf(one));
  return make("dl", { class: "dfs-etc-pairs" }, rows.map((one) => make("div", { title: one.help }, make("dt", { text: one.label }), value(one))));
}

function makeFigures(model) {
  const box = make("div", { class: "dfs-etc-side", testid: "figures" });
  function draw() {
    if (box.hidden) return;
    const { groups = [], noise = [], sky = [], sky_model: words = "", notes = [], assumed = [] } = model.get("answer");
    box.replaceChildren(
      ...notes.map((text) => make("p", { class: "dfs-etc-note", testid: "note", text })),
      ...groups.map((group) => make("section", {}, make("h3", { text: group.title }), pairs(group.rows))),
      noiseOf(noise), skyOf(sky, words), assumedOf(assumed));
  }
  return { box, draw };
}

function noiseOf(noise) {
  const bar = ({ percent }) => make("i", {}, make("b", { style: `width: ${percent}%` }));
  const row = (one) => make("div", { title: one.help }, make("dt", { text: one.name }), bar(one), make("dd", { text: `${one.percent} %` }));
  return make("section", {}, make("h3", { text: "What the noise is made of" }), make("dl", { class: "dfs-etc-shares", testid: "noise" }, noise.map(row)));
}

function skyOf(sky, words) {
  const unit = "Vega mag arcsec⁻²";
  const row = ([band, value]) => make("div", { title: unit }, make("dt", { text: band }), make("dd", { text: value, testid: `sky-${band}` }));
  return make("section", {}, make("h3", { text: "Sky brightness used" }), make("p", { class: "dfs-note", text: words }),
    make("dl", { class: "dfs-etc-sky", testid: "sky" }, sky.map(row)), make("p", { class: "dfs-note", text: unit }));
}

const listOf = (texts) => make("ul", {}, texts.map((text) => make("li", { text })));

function assumedOf(assumed) {
  if (!assumed.length) return make("p", { class: "dfs-note", testid: "assumed", text: `Nothing is assumed: ${NOTHING_ASSUMED}` });
  return make("section", { class: "dfs-etc-assumed", testid: "assumed" }, make("h3", { text: `Assumed (${assumed.length})` }), listOf(assumed));
}

function makeAbout(model) {
  const box = make("div", { class: "dfs-etc-side", testid: "about" });
  const pair = ([name, text]) => [make("dt", { text: name }), make("dd", { text })];
  function draw() {
    if (box.hidden) return;
    const { versions = [], assumed = [] } = model.get("answer");
    const stamps = versions.map((one) => make("div", {}, pair(one)));
    const none = make("p", { class: "dfs-note", text: `Nothing: ${NOTHING_ASSUMED}` });
    box.replaceChildren(
      make("section", {}, make("h3", { text: "Versions" }), make("dl", { class: "dfs-etc-pairs", testid: "versions" }, stamps)),
      make("section", { class: assumed.length ? "dfs-etc-assumed" : "" }, make("h3", { text: "Assumed" }), assumed.length ? listOf(assumed) : none),
      make("section", {}, make("h3", { text: "How it is reckoned" }), make("dl", { class: "dfs-etc-terms", testid: "terms" }, model.get("terms").map(pair))));
  }
  return { box, draw };
}

export default { render };
