// The query form: what kind of data, the words and the place, the fields of this kind; each complaint beside its control.

function render({ model, el }) {
  const root = make("form", { class: "dfs dfs-form", testid: "form", "aria-label": "Query", novalidate: true });
  el.append(root);
  const inputs = new Map();
  const values = () => Object.fromEntries([...inputs].map(([name, input]) => [name, input.value.trim()]));
  const search = (extra = {}) => {
    ask(model, { kind: "search", values: { ...values(), ...extra } });
  };
  const draw = () => drawForm(root, model, inputs, search);
  root.addEventListener("submit", (event) => { event.preventDefault(); search(); });
  const undo = [
    follow(model, ["spec"], draw),
    follow(model, ["values"], () => fill(inputs, model.get("values"))),
    follow(model, ["problems"], () => complain(root, model.get("problems"))),
    follow(model, ["resolved"], () => {
      const note = root.querySelector("[data-testid=resolved]");
      if (note) note.textContent = model.get("resolved");
    }),
  ];
  announce("form");
  return () => undo.forEach((one) => one());
}

const opened = new Set(); // groups that were opened stay so from search to search

function drawForm(root, model, inputs, search) {
  const { collections, fields } = model.get("spec");
  inputs.clear();
  const hidden = make("input", { type: "hidden" });
  inputs.set("collection", hidden);
  const [tabs, press] = choice("Kind of data", collections.map((one) => [one.name, one.label, one.hint]), "collection", (name) => {
    hidden.value = name;
    press(name);
    search({ collection: name });
  }, { class: "dfs-choice is-wide" });
  hidden.addEventListener("change", () => press(hidden.value));
  const groups = new Map();
  for (const field of fields) {
    if (!groups.has(field.group)) groups.set(field.group, []);
    groups.get(field.group).push(fieldRow(field, inputs, search));
  }
  root.replaceChildren(
    tabs, hidden,
    ...[...groups].map(([name, rows]) => (name ? make("details", { open: opened.has(name), testid: `group-${name}`, on: { toggle: (event) => { if (event.target.open) opened.add(name); else opened.delete(name); } } },
      make("summary", { text: name }), make("div", {}, rows)) : make("div", {}, rows))),
    make("div", { class: "dfs-actions" },
      make("button", { type: "submit", class: "dfs-button is-main", text: "Search", testid: "search" }),
      button("Reset", "reset-form", () => { ask(model, { kind: "reset" }); }),
      button("Link", "copy-link", async (event) => {
        await copyText(location.href);
        event.target.textContent = "Copied";
        setTimeout(() => { event.target.textContent = "Link"; }, 1200);
      }, { title: "Copy the address of this search" })),
  );
  fill(inputs, model.get("values"));
  for (const group of root.querySelectorAll("details")) group.open ||= Boolean(group.querySelector(".is-set"));
}

function fieldRow(field, inputs, search) {
  const id = `dfs-${field.name}`;
  const common = { id, class: "dfs-input", testid: `field-${field.name}`, name: field.name, title: field.description || null };
  let input;
  let list = null;
  if (field.kind === "choice") {
    input = make("select", { ...common, on: { change: () => search() } },
      make("option", { value: "", text: field.hint || "any" }),
      field.options.map((one) => make("option", { value: one[0], text: one[1] ?? one[0] })));
  } else {
    input = make("input", { ...common, type: "text", placeholder: field.hint, autocomplete: "off", spellcheck: "false" });
    if (field.options?.length) {
      list = make("datalist", { id: `${id}-list` }, field.options.map((one) => make("option", { value: one[0] })));
      input.setAttribute("list", list.id);
    }
  }
  inputs.set(field.name, input);
  const note = field.name === "target" ? make("p", { class: "dfs-note", testid: "resolved" }) : null;
  return make("div", { class: `dfs-field${field.short ? " is-short" : ""}` }, label(field, id), input, list, note, problemOf(field));
}

function label(field, id) {
  return make("label", { for: id }, field.label, field.unit ? make("small", { text: ` ${field.unit}` }) : null);
}

function problemOf(field) {
  return make("p", { class: "dfs-problem", role: "alert", testid: `problem-${field.name}`, "data-field": field.name });
}

function fill(inputs, values) {
  for (const [name, input] of inputs) {
    const value = values[name] ?? "";
    if (input.tagName === "SELECT" && value && ![...input.options].some((one) => one.value === value)) {
      input.append(make("option", { value, text: value }));
    }
    input.value = value;
    if (input.type === "hidden") input.dispatchEvent(new Event("change"));
    else input.classList.toggle("is-set", Boolean(value));
  }
}

function complain(root, problems) {
  for (const note of root.querySelectorAll("[data-field]")) {
    const text = problems[note.dataset.field] ?? "";
    note.textContent = text;
    const input = root.querySelector(`[name="${CSS.escape(note.dataset.field)}"]`);
    input?.setAttribute("aria-invalid", String(Boolean(text)));
  }
}

export default { render };
