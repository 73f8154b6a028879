// The summary table of the blocks: the columns users of P2 know, sorted and filtered, cells edited in place, pasted from a spreadsheet.

function makeBlocks(model, rows, act) {
  const can = (row) => model.get("editable") && ["P", "-", "M"].includes(row.status);
  const counts = () => model.get("counts");
  let words = [];
  let letters = "";
  const isBlock = (row) => row.type === "OB" || row.type === "CB";
  const matches = (row) => words.every((word) => [row.name, row.target, row.od, row.constraints, row.acquisition, row.status_words, row.type, row.id].join(" ").toLowerCase().includes(word));
  const inScope = () => {
    const scope = model.get("scope");
    if (!scope) return () => true;
    const inside = new Set([scope]);
    for (const row of rows()) if (inside.has(row.parent)) inside.add(row.id);
    return (row) => inside.has(row.id);
  };
  const finding = (row) => { const one = counts()[row.id]; return one?.error ? make("i", { class: "dfs-count is-error", title: `${one.error} errors`, text: one.error }) : one?.warning ? make("i", { class: "dfs-count is-warning", title: `${one.warning} warnings`, text: one.warning }) : ""; };
  const text = (name) => (row) => row[name] ?? "";
  const columns = [
    { name: "number", label: "OB", width: 36, right: true, text: (row) => String(row.number ?? ""), value: (row) => row.number },
    { name: "type", label: "Type", width: 46, text: text("type") },
    { name: "name", label: "Name", width: 130, grow: 1.6, text: text("name"), edit: can, class: "is-name" },
    { name: "id", label: "ID", width: 74, text: (row) => String(row.id), value: (row) => row.id },
    { name: "status", label: "Status", width: 50, cell: (row) => statusChip(row.status, row.status_words), text: text("status") },
    { name: "check", label: "", width: 28, title: "Errors or warnings", cell: finding, text: (row) => { const one = counts()[row.id]; return one ? String(one.error * 1000 + one.warning) : ""; } },
    { name: "target", label: "Target", width: 96, grow: 1, text: text("target"), edit: (row) => can(row) && row.type === "OB" },
    { name: "od", label: "OD", width: 84, grow: 0.8, title: "Observation description", text: text("od"), edit: can },
    { name: "constraints", label: "Constraint set", width: 92, grow: 0.8, text: text("constraints"), edit: can },
    { name: "acquisition", label: "Acquisition", width: 132, grow: 1.2, text: text("acquisition") },
    { name: "charts", label: "Finding charts", width: 100, grow: 0.7, text: text("charts") },
    { name: "time", label: "Exec. time", width: 74, right: true, text: text("time"), value: (row) => row.seconds },
    { name: "priority", label: "Pri", width: 34, right: true, title: "User priority", text: (row) => String(row.priority ?? ""), edit: can },
    { name: "ra", label: "RA", width: 92, text: text("ra"), edit: (row) => can(row) && row.type === "OB" },
    { name: "dec", label: "Dec", width: 92, text: text("dec"), edit: (row) => can(row) && row.type === "OB" },
    { name: "airmass", label: "Airmass", width: 58, right: true, text: text("airmass"), edit: can },
    { name: "seeing", label: "IQ", unit: "″", width: 46, right: true, text: text("seeing"), edit: can },
    { name: "fli", label: "FLI", width: 42, right: true, text: text("fli"), edit: can },
    { name: "transparency", label: "Sky", width: 90, text: text("transparency"), edit: can, options: () => ["Photometric", "Clear", "Variable, thin cirrus", "Variable, thick cirrus"] },
  ];
  const self = makeGrid({
    label: "Observation blocks", testid: "blocks", columns, sortable: true, act: { ...act, key: (event, row) => keys(event, row) },
    source: () => { const inside = inScope(); return rows().filter((row) => isBlock(row) && inside(row) && (!letters || letters.includes(row.status)) && matches(row)); },
  });
  self.only = (wanted) => { letters = wanted; self.draw(); };
  self.find = (typed) => { words = typed.toLowerCase().split(/\s+/).filter(Boolean); self.draw(); };

  function keys(event, row) {
    if (event.key === "Delete" && row) { event.preventDefault(); act.remove([...self.state.chosen]); return true; }
    return false;
  }

  self.grid.addEventListener("copy", (event) => {
    if (document.activeElement !== self.grid) return;
    event.preventDefault();
    const shown = self.rows().filter((row) => self.state.chosen.has(row.id));
    const lines = [columns.filter((one) => one.label), ...shown];
    event.clipboardData.setData("text/plain", lines.map((row, i) => columns.filter((one) => one.label).map((one) => (i ? one.text(row) : one.label)).join("\t")).join("\n"));
  });
  self.grid.addEventListener("paste", (event) => {
    if (document.activeElement !== self.grid) return;
    event.preventDefault();
    act.paste(event.clipboardData.getData("text/plain"), self.state.selected, self.state.column, columns.map((one) => one.name), self.rows().map((row) => row.id));
  });
  return self;
}
