// The controls: drawn from a list, each with what is wrong beside it; what is typed is asked at once, one question at a time.

function render({ model, el }) {
  const root = make("section", { class: "dfs dfs-panel dfs-etc-form", "aria-label": "Set-up", testid: "controls" });
  el.append(root);
  const asking = makeAsking(model);
  const fields = new Map(); // name -> {box, show, tell, key}
  const groups = new Map();
  const view = window.dfsEtcViews = (window.dfsEtcViews ?? 0) + 1; // of several forms on a page each has ids of its own

  function draw() {
    const { groups: given = [], values = {} } = { ...model.get("spec"), values: model.get("values") };
    const seen = new Set();
    const bodies = given.map((group) => {
      const body = groups.get(group.name) ?? makeGroup(group);
      groups.set(group.name, body);
      const boxes = group.controls.map((control) => {
        seen.add(control.name);
        const field = fieldOf(control);
        field.hint(control);
        field.show(values[control.name] ?? "", asking.isTyping(control.name));
        return field.box;
      });
      if (body.inner.children.length !== boxes.length || boxes.some((box, i) => body.inner.children[i] !== box)) body.inner.replaceChildren(...boxes);
      body.box.hidden = !boxes.length;
      return body.box;
    });
    if (root.children.length !== bodies.length || bodies.some((box, i) => root.children[i] !== box)) root.replaceChildren(...bodies);
    for (const name of fields.keys()) if (!seen.has(name)) fields.delete(name);
    complain();
  }
  /** The field of a control; made anew, focus and all, where the control is another. */
  function fieldOf(control) {
    const key = JSON.stringify([control.kind, control.options, control.label, control.unit, control.slider, control.wide]);
    const before = fields.get(control.name);
    if (before?.key === key) return before;
    const isFocused = before?.box.contains(document.activeElement);
    const made = { ...makeControl(control, asking, `dfs-etc-${view}-${control.name}`), key };
    fields.set(control.name, made);
    if (isFocused) made.focus();
    return made;
  }
  function complain() {
    const problems = model.get("problems");
    for (const [name, field] of fields) field.tell(problems[name] ?? "");
  }
  const undo = [
    follow(model, ["spec", "values"], draw), follow(model, ["problems"], complain), follow(model, ["answered"], asking.answered),
  ];
  const fromPlot = (event) => { if (event.detail.part === model.get("part")) asking.put(event.detail.values, true); };
  window.addEventListener("dfs-etc-set", fromPlot);
  announce("controls");
  return () => {
    undo.forEach((one) => one());
    asking.stop();
    window.removeEventListener("dfs-etc-set", fromPlot);
  };
}

function makeGroup(group) {
  const inner = make("div", { class: "dfs-etc-fields" });
  const box = make("details", { class: "dfs-etc-group", open: !group.closed, testid: `group-${group.name}` }, make("summary", { text: group.label }), inner);
  return { box, inner };
}

const REST_MS = 350; // without a keystroke: time for what takes longer
const UNPAINTED_MOST = 50; // questions whose answer no plot has painted yet

/** Questions, one at a time: while one is on its way only the newest change waits. */
function makeAsking(model) {
  let waiting = {};
  let underway = 0;
  let serial = model.get("answered");
  let rest = 0;
  const typing = new Map();
  const times = (window.dfsEtcAsked ??= new Map()); // part and serial -> when it was asked; `paintedAt` takes them out

  function send(asked) {
    serial += 1;
    underway = serial;
    times.set(`${model.get("part")} ${serial}`, asked);
    if (times.size > UNPAINTED_MOST) times.delete(times.keys().next().value);
    ask(model, { kind: "put", values: waiting, serial });
    waiting = {};
    clearTimeout(rest);
    rest = setTimeout(settle, REST_MS);
  }
  function settle() {
    if (underway || Object.keys(waiting).length) { rest = setTimeout(settle, 60); return; }
    ask(model, { kind: "rest", serial });
  }
  let since = 0;
  return {
    put(values, now = false) {
      since ||= performance.now();
      for (const name of Object.keys(values)) typing.set(name, now ? 0 : Date.now());
      waiting = { ...waiting, ...values };
      document.body.dataset.dfsState = "busy";
      if (!underway) { send(since); since = 0; }
    },
    answered() {
      if (model.get("answered") < underway) return;
      underway = 0;
      if (Object.keys(waiting).length) { send(since || performance.now()); since = 0; }
    },
    stop: () => clearTimeout(rest),
    isTyping: (name) => Date.now() - (typing.get(name) ?? 0) < 1500,
    upload: async (name, file) => {
      document.body.dataset.dfsState = "busy";
      model.send({ kind: "upload", name, file: file.name, serial }, undefined, [await file.arrayBuffer()]);
    },
  };
}

/** Make a control: {box, show(value), tell(problem), hint(control), focus()}. */
function makeControl(control, asking, id) {
  const notes = make("p", { class: "dfs-problem", id: `${id}-problem`, role: "alert", testid: `problem-${control.name}` });
  const common = { id, testid: `control-${control.name}`, title: control.help || null, "aria-describedby": `${id}-problem` };
  const made = MAKERS[control.kind](control, common, asking);
  const look = `dfs-etc-field is-${control.kind}${control.wide ? " is-wide" : ""}`;
  const box = make("div", { class: look, "data-control": control.name }, labelOf(control, id), made.box, notes);
  return {
    box, show: made.show, focus: () => made.input.focus(),
    hint(given) {
      if (made.input.placeholder !== undefined && made.input.tagName === "INPUT") made.input.placeholder = given.hint ?? "";
      box.classList.toggle("is-given", Boolean(given.given));
    },
    tell(text) {
      if (notes.textContent !== text) notes.textContent = text;
      made.input.setAttribute("aria-invalid", String(Boolean(text)));
      box.classList.toggle("has-problem", Boolean(text));
    },
  };
}

/** The words of a control; a flag bears its own. */
function labelOf({ kind, label, unit, help }, id) {
  if (kind === "flag") return null;
  const [tag, owner] = kind === "radio" ? ["span", null] : ["label", id];
  return make(tag, { for: owner, class: "dfs-etc-label", title: help || null }, label, unit ? make("small", { text: `, ${unit}` }) : null);
}

const MAKERS = {
  choice({ options, name }, common, asking) {
    const input = make("select", { ...common, class: "dfs-input", on: { change: () => asking.put({ [name]: input.value }, true) } }, optionsOf(options));
    return { box: input, input, show: (value) => showIn(input, value) };
  },
  radio({ options, name, label }, common, asking) {
    const offered = options.map((one) => [one.value, one.label, one.help ?? null]);
    const [group, press] = choice(label, offered, `control-${name}`, (value) => { press(value); asking.put({ [name]: value }, true); });
    group.id = common.id;
    return { box: group, input: group, show: press };
  },
  flag({ name, label }, common, asking) {
    const input = make("input", { ...common, type: "checkbox", on: { change: () => asking.put({ [name]: input.checked ? "on" : "off" }, true) } });
    return { box: make("label", { class: "dfs-etc-flag", title: common.title }, input, label), input, show: (value) => { input.checked = value === "on"; } };
  },
  text: (control, common, asking) => typed(control, common, asking),
  number: (control, common, asking) => typed(control, common, asking),
  file({ name }, common, asking) {
    const take = () => { if (input.files[0]) asking.upload(name, input.files[0]); };
    const input = make("input", { ...common, type: "file", class: "dfs-etc-file", on: { change: take } });
    const shown = make("span", { class: "dfs-note", testid: `control-${name}-name` });
    return { box: make("div", {}, input, shown), input, show: (value) => { shown.textContent = value; } };
  },
};

/** A field for words or a number; a number with ends has a slider under it. */
function typed({ name, kind, slider, label }, common, asking) {
  const { low, high, step: by, log } = slider ?? { low: 0, high: 1, step: 1 };
  const fold = (v) => (log ? Math.log10(v) : v);
  const unfold = (v) => (log ? Number((10 ** v).toPrecision(3)) : Number(v.toPrecision(6)));
  const put = () => asking.put({ [name]: input.value.trim() || null });
  const input = make("input", {
    ...common, type: "text", class: "dfs-input", autocomplete: "off", spellcheck: "false", inputmode: kind === "number" ? "decimal" : null,
    on: { input: () => { put(); slide(); }, keydown: (event) => step(event) },
  });
  const range = make("input", {
    type: "range", class: "dfs-etc-slider", min: String(fold(low)), max: String(fold(high)), step: log ? "0.01" : String(by), tabindex: "-1",
    "aria-label": `${label}, slider`, testid: `slider-${name}`,
    on: { input: () => { input.value = String(unfold(Number(range.value))); put(); } },
  });
  /** Bring the slider to what stands in the field. */
  function slide() {
    if (!slider || document.activeElement === range) return;
    const v = Number.parseFloat(input.value);
    range.value = String(fold(Number.isFinite(v) ? Math.max(low, Math.min(high, v)) : low));
  }
  /** Arrow up and down take a step, with Shift ten. */
  function step(event) {
    const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    const v = Number.parseFloat(input.value);
    if (!way || !slider || !Number.isFinite(v)) return;
    event.preventDefault();
    const many = way * (event.shiftKey ? 10 : 1);
    const next = slider.log ? v * 1.05 ** many : v + many * slider.step;
    input.value = String(Number(next.toPrecision(slider.log ? 3 : 6)));
    put();
    slide();
  }
  function show(value, isTyping) {
    if (input.value === value || ((document.activeElement === input || document.activeElement === range) && isTyping)) return;
    input.value = value;
    slide();
  }
  return { box: slider ? make("div", { class: "dfs-etc-number" }, input, range) : input, input, show };
}

function optionsOf(options) {
  const groups = new Map();
  for (const { value, label, group = "" } of options) groups.set(group, [...(groups.get(group) ?? []), make("option", { value, text: label })]);
  return [...groups].map(([name, all]) => (name ? make("optgroup", { label: name }, all) : all));
}

function showIn(select, value) {
  if (![...select.options].some((one) => one.value === value)) select.append(make("option", { value, text: value || "–" }));
  if (select.value !== value) select.value = value;
}

export default { render };
