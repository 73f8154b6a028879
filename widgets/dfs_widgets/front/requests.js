// My requests and their history: what was asked for, how it stands, how to fetch it again.

function render({ model, el }) {
  const root = make("section", { class: "dfs dfs-requests", "aria-label": "My requests", testid: "requests" });
  el.append(root);
  const undo = follow(model, ["requests", "note"], () => root.replaceChildren(
    make("div", { class: "dfs-row" }, make("h2", { text: "My requests" }), make("span", { class: "dfs-space" }),
      button("Refresh", "requests-refresh", () => { ask(model, { kind: "refresh" }); })),
    make("p", { class: "dfs-note", text: model.get("note"), testid: "requests-note" }),
    ...model.get("requests").map((one) => drawRequest(model, one))));
  announce("requests");
  return undo;
}

function drawRequest(model, { id, title, created, state, summary, messages, items }) {
  const send = (kind) => () => { ask(model, { kind, id }); };
  return make("details", { class: "dfs-request", testid: "request", "data-id": id },
    make("summary", {}, make("b", { text: title }), make("span", { class: "dfs-chip", text: state }), make("span", { class: "dfs-note", text: summary }),
      make("span", { class: "dfs-space" }), make("time", { text: created }),
      button("Script", "request-script", (event) => { event.preventDefault(); send("script")(); }),
      button("Mark again", "request-mark", (event) => { event.preventDefault(); send("again")(); })),
    messages.map((text) => make("p", { class: "dfs-note", text })),
    make("ul", {}, items.map((item) => make("li", {}, make("code", { text: item.dp_id }), make("span", { class: "dfs-note", text: item.note })))));
}

export default { render };
