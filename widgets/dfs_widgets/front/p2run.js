// An open run: its tree on the left, above the summary table or the time links; what is chosen in one is so in the other.

function render({ model, el }) {
  let rows = [];
  let chosen = [];
  const all = () => rows;
  const send = (kind, more = {}) => ask(model, { kind, ...more });
  const act = {
    select: (id) => send("select", { id }),
    choose: (ids) => { chosen = ids; tools.draw(); },
    edit: (id, column, value) => send("cell", { id, column, value }),
    move: (ids, to, before) => send("move", { ids, to, before }),
    remove: (ids) => ids.length && send("delete", { ids }),
    paste: (text, at, column, columns, ids) => send("paste", { text, at, column, columns, ids }),
  };
  const tree = makeTree(model, all, act);
  const blocks = makeBlocks(model, all, act);
  const links = makeLinks(model, act);
  const tools = makeRunTools(model, send, () => chosen, tree, blocks);
  const table = make("section", { class: "dfs dfs-results dfs-blocks", "aria-label": "Blocks" }, tools.blockBar, blocks.grid, links.box);
  const page = () => el.closest(".dfs-page");
  table.append(splitter(page, "y", "--dfs-table-height", 120));
  el.append(make("section", { class: "dfs dfs-panel dfs-tree", "aria-label": "Containers" }, tools.runHead, tools.treeBar, tree.grid, splitter(page, "x", "--dfs-tree-width", 240)), table);

  const draw = () => { tree.draw(); blocks.draw(); tools.draw(); };
  const showPanel = () => {
    const isLinks = model.get("panel") === "links";
    blocks.grid.hidden = isLinks;
    links.box.hidden = !isLinks;
    tools.draw();
  };
  const unlisten = listen(model, (message) => {
    if (message.kind === "rows") {
      const newer = new Map(message.rows.map((row) => [row.id, row]));
      rows = rows.map((row) => (newer.has(row.id) ? { ...row, ...newer.get(row.id) } : row));
      draw();
      for (const id of message.flash ?? []) for (const node of document.querySelectorAll(`.dfs-gr[data-id="${id}"]`)) node.classList.add("is-new");
    }
    if (message.kind === "times") {
      rows = rows.map((row) => (message.times[row.id] ? { ...row, time: message.times[row.id][0], seconds: message.times[row.id][1] } : row));
      draw();
    }
    if (message.kind === "choose") { // what was just made or duplicated
      chosen = message.ids;
      for (const one of [tree, blocks]) { one.state.chosen = new Set(chosen); one.state.anchor = chosen[0] ?? null; }
      draw();
    }
  });
  const undo = [
    unlisten,
    follow(model, ["rows"], () => { rows = model.get("rows").rows ?? []; draw(); }),
    follow(model, ["counts", "run", "editable", "scope", "scope_name"], draw),
    follow(model, ["links"], links.draw),
    follow(model, ["panel"], showPanel),
    follow(model, ["selected"], () => {
      const id = model.get("selected");
      for (const one of [tree, blocks]) {
        if (one.state.selected === id) continue;
        one.state.selected = id;
        if (!one.state.chosen.has(id)) one.state.chosen = new Set([id]);
        one.state.anchor = id;
      }
      chosen = [...tree.state.chosen];
      tree.openTo(id);
      draw();
      tree.reveal(id);
      blocks.reveal(id);
    }),
  ];
  announce("run");
  return () => undo.forEach((one) => one());
}

/** An edge that can be dragged, or moved by arrows; where it was put is remembered. */
function splitter(page, axis, name, least) {
  const kept = () => { try { return Number(localStorage.getItem(name)); } catch { return 0; } };
  const put = (pixels) => {
    const most = (axis === "x" ? innerWidth : innerHeight) * 0.6;
    const size = Math.max(least, Math.min(most, pixels));
    page()?.style.setProperty(name, `${size}px`);
    try { localStorage.setItem(name, String(Math.round(size))); } catch { /* storage may be forbidden */ }
  };
  const size = () => { const box = edge.parentElement.getBoundingClientRect(); return axis === "x" ? box.width : box.height; };
  const edge = make("div", { class: `dfs-splitter is-${axis}`, role: "separator", tabindex: "0", "aria-orientation": axis === "x" ? "vertical" : "horizontal", "aria-label": "Drag to resize", testid: `split-${axis}`, on: {
    pointerdown: (event) => {
      event.preventDefault();
      const [start, before] = [axis === "x" ? event.clientX : event.clientY, size()];
      const move = (now) => put(before + (axis === "x" ? now.clientX : now.clientY) - start);
      const up = () => { window.removeEventListener("pointermove", move); window.removeEventListener("pointerup", up); };
      window.addEventListener("pointermove", move);
      window.addEventListener("pointerup", up);
    },
    keydown: (event) => {
      const step = { ArrowLeft: -16, ArrowRight: 16, ArrowUp: -16, ArrowDown: 16 }[event.key];
      if (step) { event.preventDefault(); put(size() + step); }
    },
  } });
  requestAnimationFrame(() => { if (kept()) put(kept()); });
  return edge;
}

/** A button that opens a list of deeds. */
function menu(text, testid, entries, props = {}) {
  const list = make("div", { class: "dfs-menu", role: "menu", popover: "auto", "aria-label": text });
  const opener = button(text, testid, () => {
    list.replaceChildren(...entries().filter(Boolean).map((one) => (one === "-" ? make("hr") : make("button", {
      type: "button", role: "menuitem", text: one.text, testid: one.testid, disabled: Boolean(one.disabled), title: one.title ?? null,
      on: { click: () => { list.hidePopover(); one.do(); } },
    }))));
    list.showPopover();
    const box = opener.getBoundingClientRect();
    list.style.left = `${Math.min(box.left, innerWidth - list.offsetWidth - 8)}px`;
    list.style.top = `${Math.min(box.bottom + 3, innerHeight - list.offsetHeight - 8)}px`;
    list.querySelector("button:not(:disabled)")?.focus();
  }, { "aria-haspopup": "menu", class: "dfs-button has-menu", ...props });
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const entriesNow = [...list.querySelectorAll("button:not(:disabled)")];
    entriesNow[(entriesNow.indexOf(document.activeElement) + step + entriesNow.length) % entriesNow.length]?.focus();
  });
  return make("span", { class: "dfs dfs-menu-holder" }, opener, list);
}

/** What stands over tree and table. */
function makeRunTools(model, send, chosen, tree, blocks) {
  const editable = () => model.get("editable");
  const made = (type, text) => ({ text, testid: `new-${type}`, disabled: !editable() || (model.get("run").kinds && !["OB", "CB"].includes(type) && !model.get("run").kinds.includes(type)), do: () => send("create", { type, at: tree.state.selected }) });
  const newMenu = menu("New", "new", () => [
    made("OB", "Observation block"), made("CB", "Calibration block"), "-",
    made("Folder", "Folder"), made("Group", "Group"), made("Concatenation", "Concatenation"), made("TimeLink", "Time link"), "-",
    { text: "From an example…", testid: "new-example", disabled: !editable(), do: () => send("examples", { at: tree.state.selected }) },
  ], { class: "dfs-button has-menu is-main" });
  const exchange = menu("Exchange", "exchange", () => [
    { text: "Import a table, OBX or ZIP…", testid: "import", disabled: !editable(), do: () => send("import", { at: tree.state.selected }) },
    { text: "Save as table (CSV)", testid: "export-table", do: () => send("export", { as: "csv", ids: chosen() }) },
    { text: "Save as VOTable", testid: "export-votable", do: () => send("export", { as: "votable", ids: chosen() }) },
    { text: "Save as OBX (ZIP)", testid: "export-obx", do: () => send("export", { as: "obx", ids: chosen() }) },
    { text: "Save as JSON", testid: "export-json", do: () => send("export", { as: "json", ids: chosen() }) }, "-",
    { text: "Synchronise with another observatory…", testid: "synchronise", do: () => send("synchronise") },
  ]);
  const reports = menu("Report", "report", () => [
    { text: "Report of the run (HTML)", testid: "report-html", do: () => send("report", { as: "html" }) },
    { text: "Report of the run (PDF)", testid: "report-pdf", do: () => send("report", { as: "pdf" }) },
  ]);
  const title = make("button", { type: "button", class: "dfs-run-title", testid: "run-title", on: { click: () => send("select", { id: model.get("run").root }) } });
  const facts = make("p", { class: "dfs-sub", testid: "run-facts" });
  const notify = button("Notify ESO…", "notify", () => send("notify"), { title: "The run is ready for its review" });
  const share = make("i");
  const used = make("div", { class: "dfs-used", role: "meter", "aria-label": "Time planned of the time allocated" }, share);
  const reopen = button("Open again", "reopen", () => send("reopen"), { title: "Let the PI change the run again" });
  const runHead = make("header", { class: "dfs-run-head" }, make("div", { class: "dfs-row" }, title, make("span", { class: "dfs-space" }), reports, notify, reopen), facts, used);
  const treeBar = make("div", { class: "dfs-tools", role: "toolbar", "aria-label": "Containers" }, newMenu,
    button("Duplicate", "duplicate", () => send("duplicate", { ids: chosen() }), { title: "Duplicate what is chosen" }),
    button("Delete", "delete", () => send("delete", { ids: chosen() }), { title: "Delete what is chosen (Delete)" }),
    make("span", { class: "dfs-space" }),
    button("Undo", "undo", () => send("undo"), { title: "Take back the last change (Ctrl Z)" }),
    iconButton("minus", "Close all containers", "tree-close", () => tree.closeAll(true)), iconButton("plus", "Open all containers", "tree-open", () => tree.closeAll(false)));
  const count = make("strong", { testid: "count" });
  const scope = make("span", { class: "dfs-chip", testid: "scope" });
  const find = make("input", { class: "dfs-input is-small dfs-find", type: "search", placeholder: "Find", "aria-label": "Find blocks", testid: "find", on: { input: (event) => { blocks.find(event.target.value); draw(); } } });
  const only = make("select", { class: "dfs-input is-small", "aria-label": "Status", testid: "only", on: { change: (event) => { blocks.only(event.target.value); draw(); } } },
    [["", "any status"], ["P-", "to do (P −)"], ["D", "to review (D)"], ["R", "under review (R)"], ["+M", "to be observed (+ M)"], ["SCXA", "observed (S C X A)"], ["FKT", "over (F K T)"]].map(([value, text]) => make("option", { value, text })));
  const [panels, pressPanel] = choice("Show", [["blocks", "Blocks"], ["links", "Time links"]], "panel", (panel) => { model.set("panel", panel); model.save_changes(); });
  const many = button("Set for chosen…", "bulk", () => send("bulk", { ids: chosen() }), { title: "One value for many blocks" });
  const verify = button("Verify", "verify", () => send("verify", { ids: chosen() }));
  const submit = button("Submit…", "submit", () => send("submit", { ids: chosen() }), { class: "dfs-button is-main" });
  const revise = button("Revise", "revise", () => send("revise", { ids: chosen() }), { title: "Take back to status P" });
  const blockBar = make("div", { class: "dfs-tools", role: "toolbar", "aria-label": "Blocks" }, panels, count, scope, only, find, make("span", { class: "dfs-space" }),
    many, exchange, verify, revise, submit);

  function draw() {
    const run = model.get("run");
    const number = blocks.rows().length;
    pressPanel(model.get("panel"));
    title.textContent = run.title ?? "";
    title.title = run.name ?? "";
    title.setAttribute("aria-current", String(tree.state.selected === run.root));
    facts.textContent = run.facts ?? "";
    const part = run.allocated ? run.used / run.allocated : 0;
    used.hidden = !run.allocated;
    used.title = `${run.used_text ?? ""} of ${run.allocated_text ?? ""} planned`;
    used.setAttribute("aria-valuenow", String(Math.round(100 * part)));
    share.style.width = `${Math.min(100, 100 * part)}%`;
    used.classList.toggle("is-over", part > 1);
    count.textContent = `${number} block${number === 1 ? "" : "s"}`;
    const within = model.get("scope_name");
    scope.hidden = !within;
    scope.replaceChildren(make("span", { text: `in ${within}` }), button("all", "scope-all", () => send("scope", { id: null })));
    const ids = chosen();
    many.disabled = !editable() || ids.length < 1;
    many.textContent = ids.length > 1 ? `Set for ${ids.length}…` : "Set for chosen…";
    for (const [one, words] of [[verify, "Verify"], [submit, "Submit"], [revise, "Revise"]]) one.textContent = `${words}${ids.length > 1 ? ` ${ids.length}` : ""}${one === submit ? "…" : ""}`;
    submit.disabled = revise.disabled = !editable();
    notify.disabled = !editable();
    notify.hidden = !run.can_notify;
    reopen.hidden = !run.can_open;
    treeBar.hidden = !editable();
  }
  return { runHead, treeBar, blockBar, draw };
}

export default { render };
