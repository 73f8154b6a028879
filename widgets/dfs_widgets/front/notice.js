// One line instead of a page that cannot be shown.

function render({ model, el }) {
  el.append(make("p", { class: "dfs dfs-notice", role: "alert", testid: "notice", text: model.get("text") }));
  document.body.dataset.dfsState = "error";
}

export default { render };
