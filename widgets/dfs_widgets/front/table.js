// The table of the results: only the rows in sight are in the page, so ten thousand scroll as ten do.

const ROW = 24; // pixels of a row
const MARGIN = 8; // rows kept beyond the edges
const STATUS = { public: "public", proprietary: "proprietary", na: "not yet archived" };

/**
 * Make the table.  `rows()` gives {columns, cells, ids, status, count}; `state` has marked, brushed, only, selected, order;
 * `act` has select(index), mark(index), markAll(on), show(index, tab), sort(column), hover(index).
 */
function makeTable(rows, state, act) {
  const head = make("div", { class: "dfs-thead", role: "row" });
  const body = make("div", { class: "dfs-tbody" });
  const space = make("div", { class: "dfs-tspace" });
  const grid = make("div", {
    class: "dfs-table", role: "grid", tabindex: "0", "aria-label": "Results", "aria-multiselectable": "true", testid: "result-table",
  }, head, make("div", { class: "dfs-tscroll" }, space, body));
  grid.addEventListener("scroll", () => drawBody(), { passive: true });
  new ResizeObserver(() => drawBody()).observe(grid);
  const widths = new Map();
  const isFiles = () => rows().files; // rows of a catalogue can neither be marked nor opened
  const template = () => [...(isFiles() ? ["26px", "88px"] : []), ...rows().columns.map((c) => `${widths.get(c.name) ?? c.width}px`)].join(" ");
  const shown = () => state.order;

  function drawHead() {
    const every = rows().count > 0 && rows().ids.every((id) => state.marked.has(id));
    const all = make("input", {
      type: "checkbox", "aria-label": "Mark all", testid: "mark-all-box", checked: every, on: { change: (e) => act.markAll(e.target.checked) },
    });
    head.replaceChildren(
      ...(isFiles() ? [make("span", { role: "columnheader" }, all), make("span", { role: "columnheader", text: "More" })] : []),
      ...rows().columns.map((column) => headCell(column)),
    );
  }

  function headCell(column) {
    const down = state.sort === `-${column.name}`;
    const sorted = down || state.sort === column.name;
    const grip = make("i", { class: "dfs-grip", "aria-hidden": "true", on: { pointerdown: (event) => resize(event, column), click: (e) => e.stopPropagation() } });
    return make("span", {
      role: "columnheader", class: column.align === "right" ? "is-right" : "", tabindex: "0", title: column.title, testid: `sort-${column.name}`,
      "aria-sort": sorted ? (down ? "descending" : "ascending") : "none",
      on: { click: () => act.sort(column.name), keydown: (e) => { if (e.key === "Enter") { e.stopPropagation(); act.sort(column.name); } } },
    }, make("b", { text: column.label }), column.unit ? make("small", { text: column.unit }) : null, sorted ? make("em", { text: down ? "▾" : "▴" }) : null, grip);
  }

  function resize(event, column) {
    event.preventDefault();
    const [from, wide] = [event.clientX, widths.get(column.name) ?? column.width];
    const move = (now) => { widths.set(column.name, Math.max(36, wide + now.clientX - from)); draw(); };
    const up = () => { window.removeEventListener("pointermove", move); window.removeEventListener("pointerup", up); };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", up);
  }

  function drawBody() {
    const order = shown();
    space.style.height = `${order.length * ROW}px`;
    const first = Math.max(0, Math.floor(grid.scrollTop / ROW) - MARGIN);
    const last = Math.min(order.length, Math.ceil((grid.scrollTop + grid.clientHeight) / ROW) + MARGIN);
    body.style.transform = `translateY(${first * ROW}px)`;
    body.replaceChildren(...order.slice(first, last).map((index, i) => row(index, first + i)));
    grid.setAttribute("aria-rowcount", String(order.length));
  }

  function row(index, at) {
    const data = rows();
    const [id, status] = [data.ids[index], data.status[index]];
    const marked = state.marked.has(id);
    const classes = ["dfs-tr", `is-${status}`, marked && "is-marked", state.brushed.has(index) && "is-brushed", index === state.hovered && "is-hovered"];
    return make("div", {
      role: "row", class: classes.filter(Boolean).join(" "), "aria-rowindex": String(at + 2), "aria-selected": String(id === state.selected), testid: "row",
      "data-dp-id": id, "data-status": status,
      on: { click: () => act.select(index), pointerenter: () => act.hover(index) },
    },
    isFiles() ? make("span", { role: "gridcell" }, make("input", {
      type: "checkbox", checked: marked, tabindex: "-1", "aria-label": `Mark ${id}`, testid: "mark", on: { click: (e) => { e.stopPropagation(); act.mark(index); } },
    })) : null,
    isFiles() ? make("span", { role: "gridcell", class: "dfs-links" }, link("more", index, "about"), link("header", index, "header")) : null,
    ...data.columns.map((column) => cell(column, data.cells[column.name][index], status)));
  }

  function link(words, index, tab) {
    return make("button", { type: "button", tabindex: "-1", text: words, testid: `row-${words}`, on: { click: (e) => { e.stopPropagation(); act.show(index, tab); } } });
  }

  function cell(column, value, status) {
    const text = value ?? "";
    const classes = [column.align === "right" && "is-right", column.kind === "name" && "is-name"].filter(Boolean).join(" ");
    if (column.kind === "release") {
      return make("span", { role: "gridcell", class: `dfs-release is-${status}`, title: STATUS[status] },
        make("i", { "aria-label": STATUS[status], text: { public: "●", proprietary: "○", na: "×" }[status] }), text);
    }
    return make("span", { role: "gridcell", class: classes, title: text.length > 12 ? text : null, text });
  }

  function draw() {
    grid.style.setProperty("--dfs-columns", template());
    drawHead();
    drawBody();
  }

  function reveal(index) {
    const at = shown().indexOf(index);
    if (at < 0) return;
    const [top, bottom] = [at * ROW, (at + 1) * ROW];
    const height = grid.clientHeight - head.offsetHeight;
    if (top < grid.scrollTop) grid.scrollTop = top;
    else if (bottom > grid.scrollTop + height) grid.scrollTop = bottom - height;
  }

  grid.addEventListener("keydown", (event) => {
    if (event.target !== grid) return;
    const order = shown();
    const at = order.findIndex((i) => rows().ids[i] === state.selected);
    const page = Math.floor(grid.clientHeight / ROW) - 2;
    const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? 0 : at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: order.length - 1 }[event.key];
    if (to !== undefined && order.length) {
      event.preventDefault();
      const index = order[Math.max(0, Math.min(order.length - 1, to))];
      act.select(index);
      reveal(index);
    } else if (at >= 0 && event.key === " " && isFiles()) { event.preventDefault(); act.mark(order[at]); }
    else if (at >= 0 && event.key === "h") act.show(order[at], "header");
    else if (at >= 0 && event.key === "Enter") act.show(order[at], "about");
  });
  grid.addEventListener("pointerleave", () => act.hover(-1));
  return { grid, draw, drawBody, reveal };
}

/** Order rows by a column; empty cells stand last either way. */
function orderOf(keys, count, down, filter) {
  const order = Array.from({ length: count }, (_, i) => i).filter(filter);
  if (!keys) return order;
  const sign = down ? -1 : 1;
  const empty = (v) => v === null || v === undefined || v === "";
  return order.sort((a, b) => {
    const [u, v] = [keys[a], keys[b]];
    if (empty(u) || empty(v)) return empty(u) - empty(v) || a - b;
    return (u < v ? -1 : u > v ? 1 : 0) * sign || a - b;
  });
}
