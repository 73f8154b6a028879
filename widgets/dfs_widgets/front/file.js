// The selected file: preview, viewer, header, calibrations, what it came from and what was made of it, its row in full.

const TABS = [["preview", "Preview"], ["view", "View"], ["header", "Header"], ["calibrations", "Calibrations"], ["related", "Related"], ["about", "More"]];

function render({ model, el }) {
  const title = make("h2", { testid: "file-title" });
  const sub = make("span", { class: "dfs-sub" });
  const body = make("div", { class: "dfs-file-body", testid: "file-body", role: "tabpanel" });
  const [tabs, press] = choice("What to show of the file", TABS.map(([name, text]) => [name, text]), "tab", (tab) => { ask(model, { kind: "tab", tab }); });
  const fetchBar = makeFetch(model);
  const root = make("section", { class: "dfs dfs-panel dfs-file", "aria-label": "Selected file", testid: "file" },
    make("div", { class: "dfs-panel-bar" }, title, make("span", { class: "dfs-space" }), fetchBar.box,
      iconButton("large", "Larger", "file-larger", () => root.classList.toggle("is-large"))),
    sub, tabs, body);
  root.addEventListener("keydown", (event) => { if (event.key === "Escape") root.classList.remove("is-large"); });
  el.append(root);
  let closing = () => {};
  const drawHead = () => {
    root.classList.toggle("is-empty", !model.get("dp_id"));
    title.textContent = title.title = model.get("dp_id") || "No file selected";
    sub.textContent = model.get("summary");
    press(model.get("tab"));
    fetchBar.draw();
  };
  const draw = () => {
    closing();
    const content = model.get("content");
    body.dataset.kind = content.kind;
    closing = drawContent(model, body, content) ?? (() => {});
  };
  const untake = listen(model, (message, buffers) => fetchBar.take(message, buffers));
  const unhead = follow(model, ["dp_id", "summary", "size", "tab"], drawHead);
  const undo = follow(model, ["content"], draw);
  const tellTheme = () => {
    const dark = document.documentElement.dataset.dfsTheme === "dark";
    if (dark === model.get("dark")) return;
    model.set("dark", dark);
    model.save_changes();
  };
  tellTheme();
  const unwatch = onTheme(tellTheme);
  announce("file");
  return () => { undo(); unhead(); untake(); unwatch(); closing(); };
}

function drawContent(model, body, content) {
  const draws = {
    empty: () => body.replaceChildren(make("p", { class: "dfs-hint", text: content.text })),
    problem: () => body.replaceChildren(make("p", { class: "dfs-problem", role: "alert", testid: "file-problem", text: content.text })),
    picture: () => body.replaceChildren(drawPicture(model, content)),
    figure: () => drawFigure(model, body, content),
    image: () => drawImage(model, body, content),
    header: () => body.replaceChildren(drawHeader(content)),
    pairs: () => body.replaceChildren(drawPairs(content)),
    lists: () => body.replaceChildren(...drawLists(model, content)),
  };
  return draws[content.kind]();
}

function drawPicture(model, content) {
  const url = URL.createObjectURL(new Blob([model.get("bytes")], { type: content.type }));
  return make("figure", { class: "dfs-picture" }, make("img", { src: url, alt: content.text, testid: "preview", on: { load: () => URL.revokeObjectURL(url) } }));
}

function drawHeader({ cards, total }) {
  const list = make("div", { class: "dfs-cards", testid: "header-cards", tabindex: "0" });
  const count = make("span", { class: "dfs-note" });
  const show = (words) => {
    const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
    const found = cards.filter((card) => wanted.every((word) => card.join(" ").toLowerCase().includes(word)));
    count.textContent = wanted.length ? `${found.length} of ${total}` : `${total} cards`;
    list.replaceChildren(...found.map(([keyword, value, comment]) =>
      make("div", {}, make("b", { text: keyword }), make("span", { text: value }), make("i", { text: comment }))));
  };
  const input = make("input", { class: "dfs-input", type: "search", placeholder: "find keyword, value, comment", "aria-label": "Find in the header", testid: "header-find", on: { input: () => show(input.value) } });
  show("");
  return make("div", { class: "dfs-header" }, make("div", { class: "dfs-row" }, input, count), list);
}

function drawPairs({ pairs }) {
  return make("dl", { class: "dfs-pairs", testid: "pairs" }, pairs.map(([name, value, unit, description]) =>
    make("div", { title: description }, make("dt", { text: name }), make("dd", {}, value, unit ? make("small", { text: ` ${unit}` }) : null))));
}

/** Lists of files with a heading each: calibrations by kind, parents, products. */
function drawLists(model, { lists, choices, chosen, text }) {
  const parts = [];
  if (choices) {
    const [modes, press] = choice("Calibrations as", choices, "calibrations", (mode) => { ask(model, { kind: "mode", mode }); });
    press(chosen);
    const ids = [...new Set(lists.flatMap((one) => one.files.map((file) => file.dp_id)).filter(Boolean))]; // biases serve the flats too
    parts.push(make("div", { class: "dfs-row" }, modes, make("span", { class: "dfs-space" }),
      button(`Mark all ${ids.length}`, "mark-calibrations", () => ask(model, { kind: "mark", ids }), { disabled: !ids.length })));
  }
  if (text) parts.push(make("p", { class: "dfs-note", text, testid: "lists-note" }));
  for (const one of lists) {
    parts.push(make("section", { class: "dfs-list", testid: "file-list" }, make("h3", {}, one.title, one.note ? make("small", { text: one.note }) : null),
      one.files.map((file) => make("div", { class: "dfs-list-row" },
        file.dp_id ? make("button", { type: "button", class: "dfs-link", text: file.text ?? file.dp_id, testid: "list-file", on: { click: () => { ask(model, { kind: "open", id: file.dp_id }); } } })
          : make("span", { text: file.text }),
        make("span", { class: "dfs-note", text: file.note ?? "" })))));
  }
  return parts;
}

/** The download of the file: asked for piece by piece, so it shows how far it is and can be stopped. */
function makeFetch(model) {
  let pieces = null;
  const progress = make("progress", { max: "1", "aria-label": "Download", testid: "download-progress", hidden: true });
  const start = button("Download", "download", () => {
    if (pieces) { stop(); return; }
    pieces = [];
    start.textContent = "Stop";
    progress.hidden = false;
    progress.value = 0;
    ask(model, { kind: "fetch", id: model.get("dp_id"), offset: 0 });
  });
  const stop = () => { pieces = null; start.textContent = "Download"; progress.hidden = true; };
  return {
    box: make("span", { class: "dfs-fetch" }, progress, start),
    draw() { start.disabled = !model.get("dp_id"); start.title = model.get("size"); },
    take(message, buffers) {
      if (message.kind === "failed") return stop();
      if (message.kind !== "piece" || !pieces) return;
      pieces.push(buffers[0]);
      progress.value = message.total ? message.next / message.total : 1;
      if (message.next < message.total) { ask(model, { kind: "fetch", id: message.id, offset: message.next }); return; }
      saveFile(pieces, message.name, "application/octet-stream");
      stop();
    },
  };
}

export default { render };
