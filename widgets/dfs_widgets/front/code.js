// The search in other words: ADQL, Python, a script that downloads; to look at, copy and keep.

function render({ model, el }) {
  const code = make("pre", { class: "dfs-code", testid: "code-text", tabindex: "0" });
  const [tabs, press] = choice("Show as", [["adql", "ADQL"], ["python", "Python"], ["script", "Download script"]], "code", (tab) => {
    model.set("tab", tab);
    model.save_changes();
  });
  const note = make("p", { class: "dfs-note" });
  const copy = button("Copy", "code-copy", async () => { await copyText(code.textContent); copy.textContent = "Copied"; setTimeout(() => { copy.textContent = "Copy"; }, 1200); });
  const keep = button("Save", "code-save", () => { const { name } = model.get("texts")[model.get("tab")]; saveFile([code.textContent], name, "text/plain"); });
  const dialog = make("dialog", { class: "dfs dfs-dialog", testid: "code-dialog", "aria-label": "This search as text" },
    make("div", { class: "dfs-row" }, tabs, make("span", { class: "dfs-space" }), copy, keep, iconButton("close", "Close", "code-close", () => dialog.close())),
    note, code);
  dialog.addEventListener("close", () => { model.set("shown", false); model.save_changes(); });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  el.append(dialog);
  const unsave = listen(model, (message, buffers) => { if (message.kind === "save") saveFile(buffers, message.name, message.type); });
  const undo = follow(model, ["shown", "tab", "texts"], () => {
    const one = model.get("texts")[model.get("tab")] ?? { text: "", note: "" };
    press(model.get("tab"));
    code.textContent = one.text;
    note.textContent = one.note;
    if (model.get("shown") && !dialog.open) dialog.showModal();
    if (!model.get("shown") && dialog.open) dialog.close();
  });
  announce("code");
  return () => { undo(); unsave(); };
}

export default { render };
