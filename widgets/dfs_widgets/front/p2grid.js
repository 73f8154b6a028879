// A grid of items: only the rows in sight are in the page; a cursor for cells, many rows chosen, cells edited in place.

const LINE = 25; // pixels of a row
const BEYOND = 8; // rows kept beyond the edges

/**
 * Make a grid.
 * `columns`: {name, label, width, right, text(row), cell(row), edit(row), options(row), title}; `grow` takes what is left.
 * `source()`: rows in order, each with `id`; `act`: select(id), choose(ids), edit(id, column, text), key(event, row).
 */
function makeGrid({ label, testid, columns, source, act, decorate = () => {}, sortable = false }) {
  const state = { chosen: new Set(), selected: null, column: columns.find((one) => one.edit)?.name ?? columns[0].name, anchor: null, sort: "", editing: null };
  const head = make("div", { class: "dfs-ghead", role: "row" });
  const space = make("div", { class: "dfs-tspace" });
  const body = make("div", { class: "dfs-tbody" });
  const grid = make("div", { class: "dfs-grid", role: "grid", tabindex: "0", "aria-label": label, "aria-multiselectable": "true", testid }, head, make("div", { class: "dfs-tscroll" }, space, body));
  const widths = new Map();
  let rows = [];

  const template = () => columns.map((one) => (widths.has(one.name) ? `${widths.get(one.name)}px` : one.grow ? `minmax(${one.width}px, ${one.grow}fr)` : `${one.width}px`)).join(" ");

  const least = () => `${columns.reduce((sum, one) => sum + (widths.get(one.name) ?? one.width), 0)}px`;
  const lay = () => { grid.style.setProperty("--dfs-columns", template()); grid.style.setProperty("--dfs-least", least()); };

  function headCell(one) {
    const down = state.sort === `-${one.name}`;
    const sorted = down || state.sort === one.name;
    const turn = () => { if (!sortable) return; state.sort = sorted ? (down ? "" : `-${one.name}`) : one.name; draw(); };
    const grip = make("i", { class: "dfs-grip", "aria-hidden": "true", on: { pointerdown: (event) => resize(event, one), click: (event) => event.stopPropagation() } });
    return make("span", {
      role: "columnheader", class: one.right ? "is-right" : "", title: one.title ?? null, tabindex: sortable ? "0" : null, testid: `head-${one.name}`,
      "aria-sort": sortable ? (sorted ? (down ? "descending" : "ascending") : "none") : null,
      on: { click: turn, keydown: (event) => { if (event.key === "Enter") { event.stopPropagation(); turn(); } } },
    }, make("b", { text: one.label }), one.unit ? make("small", { text: one.unit }) : null, sorted ? make("em", { text: down ? "▾" : "▴" }) : null, grip);
  }

  function resize(event, one) {
    event.preventDefault();
    const start = event.clientX;
    const wide = event.target.parentElement.offsetWidth;
    const move = (now) => { widths.set(one.name, Math.max(30, wide + now.clientX - start)); lay(); };
    const up = () => { window.removeEventListener("pointermove", move); window.removeEventListener("pointerup", up); };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", up);
  }

  function draw() {
    rows = source();
    if (state.sort) {
      const one = columns.find((column) => column.name === state.sort.replace(/^-/, ""));
      const value = one.value ?? one.text;
      const keys = new Map(rows.map((row) => [row.id, value(row)]));
      rows = sortRows(rows, (row) => keys.get(row.id), state.sort.startsWith("-"));
    }
    lay();
    head.replaceChildren(...columns.map(headCell));
    drawBody();
  }

  function drawBody() {
    if (state.editing) return; // the cell under the cursor keeps its field
    space.style.height = `${rows.length * LINE}px`;
    const first = Math.max(0, Math.floor(grid.scrollTop / LINE) - BEYOND);
    const last = Math.min(rows.length, Math.ceil((grid.scrollTop + grid.clientHeight) / LINE) + BEYOND);
    body.style.transform = `translateY(${first * LINE}px)`;
    body.replaceChildren(...rows.slice(first, last).map((row, i) => line(row, first + i)));
    grid.setAttribute("aria-rowcount", String(rows.length));
  }

  function line(row, at) {
    const made = make("div", {
      role: "row", class: `dfs-gr${state.chosen.has(row.id) ? " is-chosen" : ""}`, "aria-rowindex": String(at + 2), "aria-selected": String(row.id === state.selected),
      testid: `${testid}-row`, "data-id": row.id, "data-type": row.type ?? null, "data-status": row.status ?? null,
    }, columns.map((one) => cellOf(row, one)));
    made.addEventListener("click", (event) => press(event, row));
    decorate(made, row);
    return made;
  }

  function cellOf(row, one) {
    const content = one.cell ? one.cell(row) : one.text(row) ?? "";
    const can = Boolean(one.edit?.(row));
    const here = row.id === state.selected && one.name === state.column;
    const made = make("span", {
      role: "gridcell", class: [one.right && "is-right", can && "is-editable", here && "is-cursor", one.class].filter(Boolean).join(" "), "data-column": one.name,
      title: typeof content === "string" && content.length > 14 ? content : one.hint?.(row) ?? null, "aria-readonly": String(!can),
    }, content);
    if (can) made.addEventListener("dblclick", (event) => { event.stopPropagation(); edit(row.id, one.name); });
    return made;
  }

  function press(event, row) {
    const column = event.target.closest("[data-column]")?.dataset.column;
    const again = row.id === state.selected && column === state.column && columns.find((one) => one.name === column)?.edit?.(row);
    if (column) state.column = column;
    if (event.shiftKey && state.anchor !== null) range(state.anchor, row.id);
    else if (event.ctrlKey || event.metaKey) { if (!state.chosen.delete(row.id)) state.chosen.add(row.id); state.anchor = row.id; }
    else { state.chosen = new Set([row.id]); state.anchor = row.id; }
    const plain = !(event.shiftKey || event.ctrlKey || event.metaKey);
    pick(row.id, plain);
    if (again && plain && event.detail === 1) edit(row.id, column); // a second click on the cell under the cursor
  }

  function range(from, to) {
    const [a, b] = [from, to].map((id) => rows.findIndex((row) => row.id === id));
    if (a < 0 || b < 0) return;
    state.chosen = new Set(rows.slice(Math.min(a, b), Math.max(a, b) + 1).map((row) => row.id));
  }

  function pick(id, open = true) {
    const changed = id !== state.selected;
    if (open) state.selected = id;
    drawBody();
    act.choose?.([...state.chosen]);
    if (open && changed) act.select(id);
  }

  /** Edit a cell in place: Enter and Tab keep, Escape leaves it as it was. */
  function edit(id, name, typed = null) {
    const row = rows.find((one) => one.id === id);
    const one = columns.find((column) => column.name === name);
    if (!row || !one?.edit?.(row)) return;
    reveal(id);
    const cell = body.querySelector(`[data-id="${id}"] [data-column="${CSS.escape(name)}"]`);
    if (!cell) return;
    const options = one.options?.(row);
    const before = String(one.raw ? one.raw(row) ?? "" : one.text(row) ?? "");
    const field = options
      ? make("select", { class: "dfs-cell-input", "aria-label": `${one.label} of ${row.name}`, testid: "cell-input" }, options.map((value) => make("option", { value, text: value, selected: value === before })))
      : make("input", { class: "dfs-cell-input", "aria-label": `${one.label} of ${row.name}`, testid: "cell-input", spellcheck: "false", autocomplete: "off" });
    if (!options) field.value = typed ?? before;
    state.editing = field;
    const end = (keep, step = 0) => {
      if (state.editing !== field) return;
      state.editing = null;
      const value = field.value;
      if (keep && value !== before) act.edit(id, name, value);
      drawBody();
      grid.focus({ preventScroll: true });
      if (step) moveCursor(0, step);
    };
    field.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") { event.preventDefault(); end(true); }
      else if (event.key === "Tab") { event.preventDefault(); end(true, event.shiftKey ? -1 : 1); }
      else if (event.key === "Escape") { event.preventDefault(); end(false); }
    });
    field.addEventListener("blur", () => end(true));
    field.addEventListener("click", (event) => event.stopPropagation());
    if (options) field.addEventListener("change", () => end(true));
    cell.replaceChildren(field);
    field.focus();
    if (typed === null) field.select?.();
  }

  function moveCursor(down, right, extend = false) {
    if (!rows.length) return;
    const at = rows.findIndex((row) => row.id === state.selected);
    const names = columns.map((one) => one.name);
    state.column = names[Math.max(0, Math.min(names.length - 1, names.indexOf(state.column) + right))];
    const to = rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? 0 : at + down))];
    if (extend && state.anchor !== null) range(state.anchor, to.id);
    else if (down || at < 0) { state.chosen = new Set([to.id]); state.anchor = to.id; }
    pick(to.id);
    reveal(to.id);
  }

  function reveal(id) {
    const at = rows.findIndex((row) => row.id === id);
    if (at < 0) return;
    const [top, bottom] = [at * LINE, (at + 1) * LINE];
    const height = grid.clientHeight - head.offsetHeight;
    if (top < grid.scrollTop) grid.scrollTop = top;
    else if (bottom > grid.scrollTop + height) grid.scrollTop = bottom - height;
    drawBody();
  }

  grid.addEventListener("keydown", (event) => {
    if (event.target !== grid) return;
    const row = rows.find((one) => one.id === state.selected);
    if (act.key?.(event, row)) return;
    const page = Math.max(1, Math.floor(grid.clientHeight / LINE) - 2);
    const steps = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1], PageDown: [page, 0], PageUp: [-page, 0], Home: [-1e6, 0], End: [1e6, 0] }[event.key];
    if (event.altKey) return;
    if (steps) { event.preventDefault(); moveCursor(...steps, event.shiftKey); }
    else if ((event.key === "Enter" || event.key === "F2") && row) { event.preventDefault(); edit(row.id, state.column); }
    else if (event.key === "a" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); state.chosen = new Set(rows.map((one) => one.id)); drawBody(); act.choose?.([...state.chosen]); }
    else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && row && event.key !== " ") edit(row.id, state.column, event.key);
    else if (event.key === " " && row) { event.preventDefault(); if (!state.chosen.delete(row.id)) state.chosen.add(row.id); drawBody(); act.choose?.([...state.chosen]); }
  });
  let frame = 0;
  grid.addEventListener("scroll", () => { cancelAnimationFrame(frame); frame = requestAnimationFrame(drawBody); }, { passive: true });
  new ResizeObserver(() => drawBody()).observe(grid);
  return { grid, draw, drawBody, reveal, edit, state, rows: () => rows, columns };
}

/** Order rows by a value; empty ones stand last either way. */
function sortRows(rows, value, down) {
  const empty = (one) => one === null || one === undefined || one === "";
  return [...rows].sort((a, b) => {
    const [u, v] = [value(a), value(b)];
    if (empty(u) || empty(v)) return empty(u) - empty(v);
    const order = typeof u === "number" && typeof v === "number" ? u - v : String(u).localeCompare(String(v), "en", { numeric: true });
    return down ? -order : order;
  });
}

/** The letter of a status in its colour, its meaning as title. */
function statusChip(status, words) {
  return status ? make("span", { class: `dfs-status is-${STATUS_LOOK[status] ?? "plain"}`, title: words, "aria-label": `${status} ${words}`, text: status === "-" ? "−" : status }) : "";
}

const STATUS_LOOK = { P: "open", D: "sent", R: "sent", "-": "bad", "+": "good", S: "good", C: "done", X: "done", M: "bad", A: "bad", F: "bad", K: "off", T: "off" };
