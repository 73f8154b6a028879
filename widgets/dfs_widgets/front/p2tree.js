// The containers of a run: a tree with its scheduling columns edited in place, rearranged by dragging or by Alt and arrows.

const KIND_SIGNS = { Folder: "folder", Group: "group", Concatenation: "concatenation", TimeLink: "timelink", OB: "ob", CB: "cb" };
const CONTAINERS = ["Folder", "Group", "Concatenation", "TimeLink"];

function makeTree(model, rows, act) {
  const closed = new Set();
  const counts = () => model.get("counts");
  const can = (row) => row && model.get("editable");
  const byId = () => new Map(rows().map((row) => [row.id, row]));

  function visible() {
    const hidden = new Set();
    return rows().filter((row) => {
      const gone = hidden.has(row.parent);
      if (gone || closed.has(row.id)) hidden.add(row.id);
      return !gone;
    });
  }

  function nameCell(row) {
    const isContainer = CONTAINERS.includes(row.type);
    const open = !closed.has(row.id);
    const turn = isContainer
      ? make("button", { type: "button", class: "dfs-twist", tabindex: "-1", "aria-label": open ? "Close" : "Open", "aria-expanded": String(open), testid: "twist", text: row.count ? (open ? "▾" : "▸") : "", on: { click: (event) => { event.stopPropagation(); toggle(row.id); } } })
      : make("i", { class: "dfs-twist" });
    const icon = sign(KIND_SIGNS[row.type]);
    icon.classList.add(`is-${KIND_SIGNS[row.type]}`);
    const wrong = counts()[row.id];
    return make("span", { class: "dfs-node", style: `--depth: ${row.depth}` }, turn, icon, make("span", { class: "dfs-node-name", text: row.name }),
      wrong?.error ? make("i", { class: "dfs-count is-error", title: `${wrong.error} errors`, text: wrong.error }) : wrong?.warning ? make("i", { class: "dfs-count is-warning", title: `${wrong.warning} warnings`, text: wrong.warning }) : null,
      statusChip(row.status, row.status_words));
  }

  function toggle(id, open = closed.has(id)) {
    if (open) closed.delete(id);
    else closed.add(id);
    self.draw();
  }

  const columns = [
    { name: "name", label: "Name", width: 120, grow: 1, cell: nameCell, text: (row) => row.name, edit: can },
    { name: "type", label: "Type", width: 48, text: (row) => SHORT_KIND[row.type], raw: (row) => row.type, hint: (row) => row.type, edit: (row) => can(row) && CONTAINERS.includes(row.type) && row.status !== "D", options: () => model.get("run").kinds ?? CONTAINERS },
    { name: "delay", label: "Delay", width: 44, right: true, title: "Earliest after the previous one: 14d, 6h", text: (row) => row.delay ?? "", edit: (row) => can(row) && row.delay !== null },
    { name: "tolerance", label: "Tol.", width: 36, right: true, title: "Latest after the earliest; empty: open", text: (row) => row.tolerance ?? "", raw: (row) => (row.tolerance === "open" ? "" : row.tolerance), edit: (row) => can(row) && row.delay !== null },
    { name: "contribution", label: "%", width: 28, right: true, title: "Contribution to the group's score", text: (row) => row.contribution ?? "", edit: (row) => can(row) && row.contribution !== null },
    { name: "priority", label: "P", width: 24, right: true, title: "User priority: 1 first, 10 last", text: (row) => row.priority ?? "", edit: (row) => can(row) && row.priority !== null },
  ];
  const self = makeGrid({
    label: "Containers and blocks", testid: "tree", columns, source: visible,
    decorate: (node, row) => draggable(node, row),
    act: { ...act, key: (event, row) => keys(event, row) },
  });

  function keys(event, row) {
    if (!row) return false;
    if (event.altKey && ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"].includes(event.key)) {
      event.preventDefault();
      const place = placeByKey(event.key, row, rows(), byId(), model.get("run").root);
      if (place) act.move(chosenOr(row.id), ...place);
      return true;
    }
    if (self.state.column === "name" && event.key === "ArrowRight" && closed.has(row.id)) { event.preventDefault(); toggle(row.id, true); return true; }
    if (self.state.column === "name" && event.key === "ArrowLeft" && CONTAINERS.includes(row.type) && !closed.has(row.id) && row.count) { event.preventDefault(); toggle(row.id, false); return true; }
    if (event.key === "Delete") { event.preventDefault(); act.remove(chosenOr(row.id)); return true; }
    return false;
  }

  const chosenOr = (id) => (self.state.chosen.has(id) ? [...self.state.chosen] : [id]);

  /** A row can be dragged before, after or into another. */
  function draggable(node, row) {
    node.draggable = Boolean(model.get("editable"));
    node.addEventListener("dragstart", (event) => {
      event.dataTransfer.setData("text/dfs-items", JSON.stringify(chosenOr(row.id)));
      event.dataTransfer.effectAllowed = "move";
    });
    const zone = (event) => {
      const box = node.getBoundingClientRect();
      const share = (event.clientY - box.top) / box.height;
      if (CONTAINERS.includes(row.type)) return share < 0.25 ? "before" : share > 0.85 && closed.has(row.id) ? "after" : "into";
      return share < 0.5 ? "before" : "after";
    };
    node.addEventListener("dragover", (event) => { event.preventDefault(); node.dataset.drop = zone(event); });
    node.addEventListener("dragleave", () => { delete node.dataset.drop; });
    node.addEventListener("drop", (event) => {
      event.preventDefault();
      const where = zone(event);
      delete node.dataset.drop;
      const ids = JSON.parse(event.dataTransfer.getData("text/dfs-items") || "[]");
      if (!ids.length || ids.includes(row.id)) return;
      const siblings = rows().filter((one) => one.parent === row.parent);
      const next = siblings[siblings.findIndex((one) => one.id === row.id) + 1]?.id ?? null;
      if (where === "into") act.move(ids, row.id, null);
      else act.move(ids, row.parent, where === "before" ? row.id : next);
    });
  }

  self.grid.addEventListener("dragover", (event) => event.preventDefault());
  self.grid.addEventListener("drop", (event) => { // below the last row: to the end of the run
    if (event.target.closest('[role="row"]')) return;
    event.preventDefault();
    const ids = JSON.parse(event.dataTransfer.getData("text/dfs-items") || "[]");
    if (ids.length) act.move(ids, model.get("run").root, null);
  });
  self.openTo = (id) => { const known = byId(); for (let row = known.get(id); row; row = known.get(row.parent)) closed.delete(row.parent); };
  self.closeAll = (close) => { closed.clear(); if (close) rows().filter((row) => row.count).forEach((row) => closed.add(row.id)); self.draw(); };
  return self;
}

const SHORT_KIND = { Folder: "Folder", Group: "Group", Concatenation: "Conc.", TimeLink: "Link", OB: "OB", CB: "CB" };

/** Where Alt and an arrow move a row: [container, item before which it shall stand]; null: nowhere. */
function placeByKey(key, row, all, byId, root) {
  const siblings = all.filter((one) => one.parent === row.parent);
  const at = siblings.findIndex((one) => one.id === row.id);
  if (key === "ArrowUp") return at > 0 ? [row.parent, siblings[at - 1].id] : null;
  if (key === "ArrowDown") return at < siblings.length - 1 ? [row.parent, siblings[at + 2]?.id ?? null] : null;
  if (key === "ArrowRight") { const into = siblings.slice(0, at).reverse().find((one) => CONTAINERS.includes(one.type)); return into ? [into.id, null] : null; }
  const parent = byId.get(row.parent);
  if (!parent || row.parent === root) return null;
  const uncles = all.filter((one) => one.parent === parent.parent);
  return [parent.parent, uncles[uncles.findIndex((one) => one.id === parent.id) + 1]?.id ?? null];
}
