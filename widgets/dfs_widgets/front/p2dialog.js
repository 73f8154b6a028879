// A dialogue made of blocks: a table, a difference to merge, fields to fill in, and what can be done.

function render({ model, el }) {
  const dialog = make("dialog", { class: "dfs dfs-dialog dfs-p2-dialog", testid: "dialog" });
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); act("close"); });
  el.append(dialog);
  let values = {};
  let mine = new Set();
  const act = (name, more = {}) => ask(model, { kind: "act", action: name, values, mine: [...mine], ...more });

  function field(one) {
    values[one.name] ??= one.value ?? "";
    const id = `dfs-ask-${one.name}`;
    const common = { id, class: "dfs-input", testid: `ask-${one.name}`, on: { input: (event) => { values[one.name] = event.target.value; }, change: (event) => { values[one.name] = event.target.value; if (one.live) act("changed"); } } };
    let input;
    if (one.options) input = make("select", common, one.options.map(([value, text]) => make("option", { value, text, selected: value === values[one.name] })));
    else if (one.rows) { input = make("textarea", { ...common, class: "dfs-input is-text", rows: String(one.rows), placeholder: one.hint ?? null }); input.value = values[one.name]; }
    else { input = make("input", { ...common, type: one.secret ? "password" : "text", placeholder: one.hint ?? null, autocomplete: "off" }); input.value = values[one.name]; }
    return make("label", { class: "dfs-p2-field", for: id }, one.label, input);
  }

  function files(one) {
    const input = make("input", { type: "file", accept: one.accept ?? null, multiple: true, testid: "ask-file", on: { change: async (event) => {
      document.body.dataset.dfsState = "busy";
      for (const file of event.target.files) model.send({ kind: "file", name: file.name, values }, undefined, [await file.arrayBuffer()]);
    } } });
    return make("label", { class: "dfs-p2-field" }, one.label, input);
  }

  function table({ head, rows, testid, bad }) {
    return make("div", { class: "dfs-ask-table", tabindex: "0" }, make("table", { testid: testid ?? "ask-table", class: bad ? "is-bad" : "" }, make("thead", {}, make("tr", {}, head.map((text) => make("th", { text })))),
      make("tbody", {}, rows.map((row) => make("tr", {}, row.map((text) => make("td", { text: String(text ?? "") })))))));
  }

  /** Rows of a table of which each is done only where it is ticked. */
  function ticks({ head, rows, testid }) {
    const tick = (one) => {
      values[one.name] ??= one.ticked ? "on" : "off";
      return make("input", { type: "checkbox", checked: values[one.name] === "on", "aria-label": one.cells[0], testid: `tick-${one.name}`, on: { change: (event) => { values[one.name] = event.target.checked ? "on" : "off"; } } });
    };
    return make("div", { class: "dfs-ask-table", tabindex: "0" }, make("table", { testid }, make("thead", {}, make("tr", {}, head.map((text) => make("th", { text })))),
      make("tbody", {}, rows.map((one) => make("tr", {}, make("td", {}, tick(one)), one.cells.map((text) => make("td", { text: String(text ?? "") })))))));
  }

  /** Fields that two people changed: theirs stands unless mine is chosen. */
  function conflicts({ rows, theirs }) {
    return make("table", { class: "dfs-difference is-merge", testid: "merge" }, make("thead", {}, make("tr", {}, ["Field", `Saved by ${theirs}`, "Typed here"].map((text) => make("th", { text })))),
      make("tbody", {}, rows.map((one) => {
        const pick = (isMine, text) => make("td", {}, make("label", {}, make("input", { type: "radio", name: `merge-${one.key}`, checked: !isMine, testid: `merge-${isMine ? "mine" : "theirs"}-${one.path}`, on: { change: () => { if (isMine) mine.add(one.key); else mine.delete(one.key); } } }), text));
        return make("tr", { testid: "merge-row", "data-key": one.key }, make("td", { text: one.label }), pick(false, one.before), pick(true, one.after));
      })));
  }

  function picture({ bytes }) {
    const url = URL.createObjectURL(new Blob([model.get("picture")], { type: "image/jpeg" }));
    return bytes ? make("figure", { class: "dfs-picture" }, make("img", { src: url, alt: "Finding chart", testid: "chart-preview" })) : null;
  }

  const draws = {
    note: (one) => make("p", { class: one.bad ? "dfs-problem" : "dfs-note", text: one.text, role: one.bad ? "alert" : null, testid: one.testid ?? null }),
    table, ticks, conflicts, field, files, picture,
    pairs: ({ pairs }) => make("dl", { class: "dfs-pairs", testid: "ask-pairs" }, pairs.map(([name, value]) => make("div", {}, make("dt", { text: name }), make("dd", { text: value })))),
    fields: ({ fields }) => make("div", { class: "dfs-fields" }, fields.map(field)),
  };

  function draw() {
    const content = model.get("content");
    if (!content.title) { values = {}; if (dialog.open) dialog.close(); return; }
    if (!content.keep) { values = {}; mine = new Set(); }
    dialog.setAttribute("aria-label", content.title);
    dialog.replaceChildren(
      make("div", { class: "dfs-row" }, make("h2", { text: content.title, testid: "dialog-title" }), make("span", { class: "dfs-space" }), iconButton("close", "Close", "dialog-close", () => act("close"))),
      make("div", { class: "dfs-ask-body" }, content.blocks.map((one) => draws[one.kind](one))),
      make("div", { class: "dfs-row dfs-ask-actions" }, make("span", { class: "dfs-space" }), content.actions.map((one) => button(one.label, `act-${one.name}`, () => act(one.name), { class: `dfs-button${one.main ? " is-main" : ""}`, disabled: Boolean(one.disabled) }))));
    if (!dialog.open) dialog.showModal();
  }
  const unsave = listen(model, (message, buffers) => { if (message.kind === "save") saveFile(buffers, message.name, message.type); });
  const undo = follow(model, ["content"], draw);
  announce("dialog");
  return () => { undo(); unsave(); };
}

export default { render };
