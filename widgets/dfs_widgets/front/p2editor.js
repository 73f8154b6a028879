// The editor of one block or container, made from what the instrument says; saved by itself; each finding beside its field.

const PAUSE = 900; // ms without a keystroke after which what was typed is saved

function render({ model, el }) {
  const root = make("section", { class: "dfs dfs-panel dfs-editor", "aria-label": "Editor", testid: "editor" });
  el.append(root);
  const fields = new Map();
  const sender = makeSender(model, root);
  const context = () => ({ edit: sender.edit, keep: sender.save, editable: model.get("spec").editable, fix: (one) => ask(model, { kind: "fix", path: one.path, value: one.fix.value, code: one.code }) });
  let shownId = null;
  const draw = () => {
    const spec = model.get("spec");
    fields.clear();
    const scroll = root.querySelector(".dfs-editor-body")?.scrollTop ?? 0;
    const focused = document.activeElement?.dataset?.path;
    drawEditor(root, model, spec, fields, context());
    fill(false);
    tell();
    head();
    if (spec.id === shownId) {
      const body = root.querySelector(".dfs-editor-body");
      if (body) body.scrollTop = scroll;
      if (focused) root.querySelector(`[data-path="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    }
    shownId = spec.id;
    turn();
  };
  const fill = (flash = true) => {
    const values = model.get("values");
    for (const [path, field] of fields) field.show(values[path], flash, sender.isTyping());
  };
  const tell = () => {
    const beside = model.get("beside");
    const loose = [];
    const told = new Map([...fields.values()].map((field) => [field, []]));
    for (const [path, found] of Object.entries(beside)) (told.get(fields.get(path) ?? nearest(path)) ?? loose).push(...found);
    for (const [field, found] of told) field.tell(found);
    const rest = root.querySelector("[data-testid=editor-findings]");
    rest?.replaceChildren(...loose.map((one) => findingNote(one, context().fix, model.get("spec").editable)));
    markTabs(root, beside);
  };
  /** Return the field that stands nearest to a path: of ``absolute[0].to`` the windows, of an unknown parameter its template. */
  function nearest(path) {
    const [template, part] = [/^templates\[\d+\]/.exec(path)?.[0], /^(charts|templates|absolute|sidereal|ephemeris)/.exec(path)?.[0]];
    return fields.get(template) ?? fields.get(part);
  }
  const turn = () => {
    root.dataset.tab = model.get("tab");
    for (const tab of root.querySelectorAll("[data-tab-name]")) { const on = tab.dataset.tabName === model.get("tab"); tab.setAttribute("aria-selected", String(on)); tab.tabIndex = on ? 0 : -1; }
  };
  const head = () => {
    const time = root.querySelector("[data-testid=execution]");
    if (time) time.textContent = model.get("execution");
    const saved = root.querySelector("[data-testid=saved]");
    if (saved) saved.textContent = model.get("saved");
  };
  const unlisten = listen(model, (message) => {
    if (message.kind === "goto") {
      const field = fields.get(message.path) ?? fields.get(message.path.replace(/\[.*$/, ""));
      field?.box.scrollIntoView({ block: "center" });
      field?.input.focus();
      if (message.path === "name") field?.input.select();
    }
  });
  const undo = [
    unlisten, sender.undo,
    follow(model, ["spec"], draw), follow(model, ["values"], () => fill(true)), follow(model, ["beside"], tell), follow(model, ["tab"], turn), follow(model, ["execution", "saved"], head),
    follow(model, ["library"], () => { for (const holder of root.querySelectorAll("[data-kept]")) drawKept(holder, model); }),
  ];
  announce("editor");
  return () => undo.forEach((one) => one());
}

/** Send keystrokes one answer at a time, the newest only; save when nobody types any more. */
function makeSender(model, root) {
  const waiting = new Map();
  let open = 0;
  let number = 0;
  let timer = 0;
  let isDirty = false;
  const pump = () => {
    if (open || !waiting.size) return;
    open = ++number;
    model.send({ kind: "edit", seq: open, id: model.get("spec").id, edits: Object.fromEntries(waiting) });
    waiting.clear();
  };
  const save = () => {
    clearTimeout(timer);
    if (!isDirty) return;
    if (open || waiting.size) { timer = setTimeout(save, 30); return; } // after the keystrokes
    isDirty = false;
    ask(model, { kind: "save" });
  };
  const unlisten = listen(model, (message) => {
    if (message.kind !== "answered") return;
    if (message.seq === open) open = 0;
    root.dataset.answered = String(message.seq);
    pump();
  });
  return {
    edit(path, value) {
      document.body.dataset.dfsState = "busy";
      isDirty = true;
      waiting.set(path, value);
      pump();
      clearTimeout(timer);
      timer = setTimeout(save, PAUSE);
    },
    save,
    undo() { clearTimeout(timer); unlisten(); },
    isTyping: () => isDirty || open > 0 || waiting.size > 0,
  };
}

const TABS = [["target", "Target & constraints"], ["templates", "Templates"], ["time", "Time windows"], ["charts", "Charts & files"], ["description", "Description"]];

function drawEditor(root, model, spec, fields, context) {
  const put = (one) => { const field = makeField(one, context); fields.set(one.path, field); return field.box; };
  if (spec.kind === "block") drawBlock(root, model, spec, put, fields, context);
  else if (spec.kind === "container") drawContainer(root, model, spec, put);
  else if (spec.kind === "run") drawRun(root, model, spec, context);
  else root.replaceChildren(make("p", { class: "dfs-hint", text: "Choose a block in the tree or the table." }));
}

function drawHead(model, spec, put, more) {
  const kind = sign({ OB: "ob", CB: "cb", Folder: "folder", Group: "group", Concatenation: "concatenation", TimeLink: "timelink" }[spec.type]);
  const name = put({ path: "name", label: "Name", kind: "string", options: [] });
  name.classList.add("is-title");
  return make("header", { class: "dfs-editor-head" },
    make("div", { class: "dfs-row" }, make("span", { class: "dfs-kind", title: spec.type }, kind, spec.type), name,
      make("span", { class: "dfs-id", text: String(spec.id), testid: "item-id" }),
      make("span", { class: "dfs-row", testid: "status", "data-status": spec.status }, statusChip(spec.status, spec.status_words), make("span", { class: "dfs-sub", text: spec.status_words }))),
    make("div", { class: "dfs-row dfs-editor-line" }, more, make("span", { class: "dfs-space" }), make("span", { class: "dfs-sub", testid: "saved", role: "status" })),
    spec.why ? make("p", { class: "dfs-note dfs-why", testid: "why-not", text: spec.why }) : null,
    make("div", { testid: "editor-findings" }));
}

function drawBlock(root, model, spec, put, fields, context) {
  const head = drawHead(model, spec, put, [make("span", { class: "dfs-sub", text: "Execution time" }), make("b", { testid: "execution" }), put({ path: "userPriority", label: "User priority", kind: "integer", options: [], hint: "1–10" })]);
  const pages = {
    target: () => make("div", { class: "dfs-two" },
      spec.target.length ? section2("Target", kept(model, "target"), make("div", { class: "dfs-fields" }, spec.target.map(put)), context.editable ? make("div", { class: "dfs-row" }, button("Find position by name", "resolve", () => ask(model, { kind: "resolve" }))) : null) : section2("Target", null, make("p", { class: "dfs-note", text: "A calibration block has no target." })),
      section2("Constraint set", kept(model, "constraints"), make("div", { class: "dfs-fields" }, spec.constraints.map(put)))),
    templates: () => drawTemplates(model, spec, put, fields, context),
    time: () => drawWindows(model, spec, fields, context),
    charts: () => drawCharts(model, spec, fields, context),
    description: () => section2("Observation description", kept(model, "description"), make("div", { class: "dfs-fields is-single" }, spec.description.map(put)), make("p", { class: "dfs-note", text: "Press Escape to leave a field; what you type is saved by itself." })),
  };
  const tabs = make("div", { class: "dfs-tabs", role: "tablist", "aria-label": "Parts of the block" }, TABS.map(([name, text]) => make("button", {
    type: "button", role: "tab", "data-tab-name": name, testid: `edit-${name}`, id: `dfs-tab-${name}`, "aria-controls": `dfs-page-${name}`,
    on: { click: () => { model.set("tab", name); model.save_changes(); } },
  }, text, make("i", { class: "dfs-count" }))));
  tabs.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const all = [...tabs.children];
    const next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
    next.focus();
    next.click();
  });
  root.replaceChildren(head, tabs, make("div", { class: "dfs-editor-body" }, TABS.map(([name]) => make("div", { class: "dfs-page-part", role: "tabpanel", id: `dfs-page-${name}`, "aria-labelledby": `dfs-tab-${name}`, "data-part": name }, pages[name]()))));
}

function section2(title, tools, ...content) {
  return make("section", { class: "dfs-part" }, make("div", { class: "dfs-row" }, make("h3", { text: title }), make("span", { class: "dfs-space" }), tools), content);
}

/** Sets that are kept and reused: take one, keep this one. */
function kept(model, kind) {
  const holder = make("span", { class: "dfs-kept", "data-kept": kind });
  drawKept(holder, model);
  return holder;
}

function drawKept(holder, model) {
  const kind = holder.dataset.kept;
  const sets = model.get("library")[kind] ?? [];
  const editable = model.get("spec").editable;
  const take = make("select", { class: "dfs-input is-small", "aria-label": `Take a kept ${kind}`, testid: `take-${kind}`, disabled: !editable || !sets.length, on: { change: (event) => { if (event.target.value) ask(model, { kind: "take", of: kind, name: event.target.value }); event.target.value = ""; } } },
    make("option", { value: "", text: sets.length ? "Take kept…" : "none kept" }), sets.map((name) => make("option", { value: name, text: name })));
  holder.replaceChildren(take, button("Keep", `keep-${kind}`, () => ask(model, { kind: "keep", of: kind }), { title: `Keep this ${kind} for other blocks` }));
}

function drawTemplates(model, spec, put, fields, context) {
  const send = (kind, more) => ask(model, { kind, ...more });
  const offered = model.get("offered");
  const groups = Map.groupBy ? Map.groupBy(offered, (one) => one.type) : offered.reduce((to, one) => to.set(one.type, [...(to.get(one.type) ?? []), one]), new Map());
  const add = make("select", { class: "dfs-input is-small", "aria-label": "Add a template", testid: "add-template", disabled: !context.editable, on: { change: (event) => { if (event.target.value) send("add-template", { name: event.target.value }); event.target.value = ""; } } },
    make("option", { value: "", text: "Add template…" }),
    ["acquisition", "science", "calib"].filter((type) => groups.get(type)).map((type) => make("optgroup", { label: { acquisition: "Acquisition", science: "Science", calib: "Calibration" }[type] }, groups.get(type).map((one) => make("option", { value: one.name, text: one.name })))));
  const cards = spec.templates.map((one) => make("details", { class: "dfs-template", open: true, testid: "template", "data-template": one.name, "data-id": one.id },
    make("summary", {}, make("span", { class: `dfs-kind is-${one.type}`, text: one.words }), make("b", { text: one.name }), make("span", { class: "dfs-sub", text: one.label }), make("span", { class: "dfs-space" }), make("i", { class: "dfs-count" }),
      context.editable ? [
        one.type !== "acquisition" ? iconButton("up", "Earlier", "template-up", (event) => { event.preventDefault(); send("move-template", { id: one.id, by: -1 }); }) : null,
        one.type !== "acquisition" ? iconButton("down", "Later", "template-down", (event) => { event.preventDefault(); send("move-template", { id: one.id, by: 1 }); }) : null,
        one.type !== "acquisition" ? iconButton("copy", "Duplicate template", "template-copy", (event) => { event.preventDefault(); send("copy-template", { id: one.id }); }) : null,
        iconButton("close", "Delete template", "template-delete", (event) => { event.preventDefault(); send("delete-template", { id: one.id }); }),
      ] : null),
    findingsPlace(`templates[${one.at}]`, fields, context),
    make("div", { class: "dfs-fields" }, one.fields.map((field) => (["file", "paramfile"].includes(field.kind) ? fileField(model, one, field, context, put) : put(field))))));
  return make("div", { class: "dfs-templates" }, findingsPlace("templates", fields, context), cards.length ? cards : make("p", { class: "dfs-note", text: "No templates yet: add the acquisition template first." }), make("div", { class: "dfs-row" }, add));
}

function fileField(model, template, field, context, put) {
  const box = put(field);
  const input = box.querySelector("input");
  input.readOnly = true;
  input.placeholder = "no file";
  if (context.editable) box.append(make("div", { class: "dfs-row" }, upload(model, "Choose file…", `file-${field.keyword}`, "", { kind: "file-parameter", template: template.id, parameter: field.keyword })));
  return box;
}

/** A place for findings that are about no field: {box, tell}. */
function findingsPlace(path, fields, context) {
  const box = make("div", { class: "dfs-notes", testid: `findings-${path}` });
  fields.set(path, { box, input: box, show() {}, tell(found) { box.replaceChildren(...found.map((one) => findingNote(one, context.fix, context.editable))); } });
  return box;
}

/** A button that takes a file and sends it with `message`. */
function upload(model, text, testid, accept, message, multiple = false) {
  const input = make("input", { type: "file", class: "dfs-offscreen", accept: accept || null, multiple, testid: `${testid}-file`, tabindex: "-1", "aria-label": text, on: { change: async (event) => {
    const files = [...event.target.files];
    event.target.value = "";
    document.body.dataset.dfsState = "busy";
    for (const file of files) model.send({ ...message, name: file.name }, undefined, [await file.arrayBuffer()]);
  } } });
  return make("span", {}, button(text, testid, () => input.click()), input);
}

function drawWindows(model, spec, fields, context) {
  if (!spec.has_windows) return make("p", { class: "dfs-note", text: "A calibration block has no time windows." });
  const block = (name, title, hint, note) => {
    const list = make("div", { class: "dfs-windows" });
    const notes = make("div", { class: "dfs-notes" });
    let windows = [];
    const changed = () => { context.edit(name, windows.filter((one) => one.from || one.to)); };
    const cell = (one, key) => make("input", { class: "dfs-input", value: one[key] ?? "", placeholder: hint, disabled: !context.editable, "aria-label": `${title} ${key}`, testid: `window-${name}-${key}`, on: { input: (event) => { one[key] = event.target.value.trim().replace(" ", "T"); changed(); }, change: context.keep } });
    const draw = () => list.replaceChildren(...windows.map((one, i) => make("div", { class: "dfs-row" }, cell(one, "from"), make("span", { text: "to" }), cell(one, "to"),
      context.editable ? iconButton("close", "Delete window", `window-${name}-delete`, () => { windows.splice(i, 1); draw(); changed(); context.keep(); }) : null)));
    const field = {
      box: list, input: list,
      show(value, flash, isTyping) { if (isTyping && list.contains(document.activeElement)) return; windows = structuredClone(value ?? []); draw(); },
      tell(found) { notes.replaceChildren(...found.map((one) => findingNote(one, context.fix, context.editable))); list.dataset.severity = found[0]?.severity ?? ""; },
    };
    fields.set(name, field);
    return section2(title, context.editable ? button("Add window", `window-${name}-add`, () => { windows.push({ from: "", to: "" }); draw(); list.lastElementChild.querySelector("input").focus(); }) : null, make("p", { class: "dfs-note", text: note }), list, notes);
  };
  return make("div", { class: "dfs-two" },
    block("absolute", "Absolute (UT)", "2025-11-03T02:30", "The block may start within any of these."),
    block("sidereal", "Sidereal (LST)", "21:30", "The whole block lies within one of these."));
}

function drawCharts(model, spec, fields, context) {
  const pictures = make("div", { class: "dfs-charts", testid: "charts" });
  const draw = () => pictures.replaceChildren(...spec.charts.map((name, i) => {
    const bytes = model.get("pictures")[i];
    const url = bytes?.byteLength ? URL.createObjectURL(new Blob([bytes], { type: "image/jpeg" })) : null;
    return make("figure", { class: "dfs-chart", testid: "chart" }, url ? make("a", { href: url, target: "_blank", title: "Open" }, make("img", { src: url, alt: `Finding chart ${name}` })) : make("span", { class: "dfs-chart-empty", text: "…" }),
      make("figcaption", { class: "dfs-row" }, make("span", { text: `${i + 1} · ${name}` }), make("span", { class: "dfs-space" }),
        context.editable ? iconButton("close", `Delete chart ${name}`, "chart-delete", () => ask(model, { kind: "chart-delete", index: i + 1 })) : null));
  }));
  draw();
  model.on("change:pictures", draw);
  const maker = context.editable && spec.type === "OB" ? make("div", { class: "dfs-row" },
    upload(model, "Add JPEG…", "chart-add", "image/jpeg,.jpg,.jpeg", { kind: "chart-add" }, true),
    button("Make a finding chart…", "chart-make", () => ask(model, { kind: "chart-make" }), { class: "dfs-button is-main" })) : null;
  const ephemeris = spec.type === "OB" ? section2("Ephemeris of a moving target", null, findingsPlace("ephemeris", fields, context), make("p", { class: "dfs-note", testid: "ephemeris", text: spec.ephemeris || "none: the target moves by its proper motion only" }),
    context.editable ? make("div", { class: "dfs-row" }, upload(model, "Choose PAF file…", "ephemeris-add", ".txt,.paf,.eph,text/plain", { kind: "ephemeris-add" }), spec.ephemeris ? button("Delete", "ephemeris-delete", () => ask(model, { kind: "ephemeris-delete" })) : null) : null) : null;
  return make("div", {}, section2("Finding charts", null, make("p", { class: "dfs-note", text: "JPEG, at most 1 MiB each, at most five." }), findingsPlace("charts", fields, context), pictures, maker), ephemeris);
}

function drawContainer(root, model, spec, put) {
  const rest = spec.fields.filter((one) => one.path !== "name");
  root.replaceChildren(drawHead(model, spec, put, [make("span", { class: "dfs-sub", testid: "execution" }), spec.type === "Group" ? make("span", { class: "dfs-sub", text: `score ${spec.score ?? 0}` }) : null]),
    make("div", { class: "dfs-editor-body" }, make("div", { class: "dfs-page-part is-shown" }, rest.length ? section2("Scheduling", null, make("div", { class: "dfs-fields" }, rest.map(put))) : null,
      make("p", { class: "dfs-note", text: CONTAINER_WORDS[spec.type] ?? "" }))));
}

const CONTAINER_WORDS = {
  Folder: "Folders put things in order; they have no effect on how blocks are observed.",
  Group: "Blocks of a group are observed in any order. Once one is done, the others are preferred by their contribution (%), edited in the tree.",
  Concatenation: "Blocks of a concatenation are observed one after the other without a break: all or none.",
  TimeLink: "Members of a time link are observed in their order. Delay: earliest after the previous one; tolerance: how much later at most. Both are edited in the tree; Time links above shows the calendar.",
};

function drawRun(root, model, spec, context) {
  const head = make("header", { class: "dfs-editor-head" }, make("div", { class: "dfs-row" }, make("h2", { text: spec.title, testid: "run-name" })), make("p", { class: "dfs-sub", text: spec.name }));
  const facts = make("dl", { class: "dfs-pairs", testid: "run-pairs" }, spec.pairs.map(([name, value]) => make("div", {}, make("dt", { text: name }), make("dd", { text: value }))));
  const readme = section2("README for the observatory", make("span", { class: "dfs-sub", testid: "saved", role: "status" }), make("div", { class: "dfs-fields is-single" }, spec.readme.map((one) => {
    const area = make("textarea", { class: "dfs-input is-text", rows: String(one.rows ?? 4), "data-path": `readme.${one.name}`, testid: `readme-${one.name}`, disabled: !spec.editable, "aria-label": one.label, on: { change: (event) => ask(model, { kind: "readme", name: one.name, value: event.target.value }) } });
    area.value = one.value;
    area.id = `dfs-readme-${one.name}`;
    return make("div", { class: "dfs-p2-field is-wide" }, make("label", { for: area.id, text: one.label }), area);
  })));
  root.replaceChildren(head, make("div", { testid: "editor-findings" }), make("div", { class: "dfs-editor-body" }, make("div", { class: "dfs-page-part is-shown" }, facts, readme)));
}

/** Say at each tab and each template how much is wrong there. */
function markTabs(root, beside) {
  const count = (test) => Object.entries(beside).flatMap(([path, found]) => (test(path) ? found : []));
  const badge = (node, found) => {
    const errors = found.filter((one) => one.severity === "error").length;
    const warnings = found.filter((one) => one.severity === "warning").length;
    node.textContent = errors || warnings || "";
    node.className = `dfs-count${errors ? " is-error" : warnings ? " is-warning" : ""}`;
    node.title = errors ? `${errors} errors` : warnings ? `${warnings} warnings` : "";
  };
  const parts = { target: /^(target|constraints)\b/, templates: /^templates\b/, time: /^(absolute|sidereal)\b/, charts: /^(charts|ephemeris|findingCharts)\b/, description: /^obsDescription\b/ };
  for (const tab of root.querySelectorAll("[data-tab-name]")) badge(tab.querySelector(".dfs-count"), count((path) => parts[tab.dataset.tabName].test(path)));
  [...root.querySelectorAll(".dfs-template")].forEach((card, i) => badge(card.querySelector(".dfs-count"), count((path) => path.startsWith(`templates[${i}]`))));
}

export default { render };
