// The runs somebody has, as programme/mode/instrument.

function render({ model, el }) {
  const columns = [
    { name: "title", label: "Run", width: 210, grow: 1, class: "is-name", text: (row) => row.title },
    { name: "name", label: "Title", width: 240, grow: 2.4, text: (row) => row.name },
    { name: "telescope", label: "Telescope", width: 80, text: (row) => row.telescope },
    { name: "period", label: "Period", width: 60, right: true, text: (row) => String(row.period), value: (row) => row.period },
    { name: "class", label: "Class", width: 50, text: (row) => row.class },
    { name: "pi", label: "PI", width: 140, grow: 0.8, text: (row) => row.pi },
    { name: "role", label: "You are", width: 80, text: (row) => row.role },
    { name: "items", label: "Items", width: 54, right: true, text: (row) => String(row.items), value: (row) => row.items },
    { name: "allocated", label: "Allocated", width: 76, right: true, text: (row) => (row.allocated ? `${(row.allocated / 3600).toFixed(1)} h` : ""), value: (row) => row.allocated },
    { name: "valid", label: "Valid", width: 172, text: (row) => row.valid },
    { name: "state", label: "State", width: 76, text: (row) => row.state },
  ];
  let words = [];
  const shown = () => model.get("runs").filter((row) => words.every((word) => [row.title, row.name, row.pi, row.telescope, row.period].join(" ").toLowerCase().includes(word)));
  const open = (id) => ask(model, { kind: "open", id });
  const self = makeGrid({ label: "Runs", testid: "runs", columns, sortable: true, source: shown, act: { select: () => {}, edit: () => {}, key: (event, row) => { if (event.key !== "Enter" || !row) return false; open(row.id); return true; } },
    decorate: (node, row) => { node.addEventListener("click", () => open(row.id)); } });
  const note = make("p", { class: "dfs-hint", testid: "runs-note" });
  const find = make("input", { class: "dfs-input is-small dfs-find", type: "search", placeholder: "Find", "aria-label": "Find runs", testid: "runs-find", on: { input: (event) => { words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean); self.draw(); } } });
  el.append(make("section", { class: "dfs dfs-results dfs-runs", "aria-label": "My runs" }, make("div", { class: "dfs-tools" }, make("strong", { text: "My runs" }), find), note, self.grid));
  const undo = follow(model, ["runs", "note"], () => {
    note.textContent = model.get("note");
    note.hidden = !model.get("note");
    self.grid.hidden = !model.get("runs").length;
    self.draw();
  });
  announce("runs");
  return undo;
}

export default { render };
