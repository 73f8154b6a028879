// A field of the editor with what was found about it beside it.

/** Make a field: {box, show(value), tell(findings), path}; `edit(path, value)` is told of each keystroke, `keep()` when it is left. */
function makeField(spec, { edit, keep, fix, editable }) {
  const id = `dfs-p2-${spec.path.replace(/[^\w]+/g, "-")}`;
  const common = { id, class: "dfs-input", "data-path": spec.path, testid: `field-${spec.path}`, title: spec.help || null, disabled: !editable, "aria-describedby": `${id}-notes` };
  const changed = (event) => { edit(spec.path, event.target.value); mark(); };
  let input;
  let list = null;
  if (spec.options?.length) {
    input = make("select", { ...common, on: { change: (event) => { changed(event); keep(); } } }, spec.options.map((one) => make("option", { value: one, text: one })));
  } else if (spec.kind === "text") {
    input = make("textarea", { ...common, class: "dfs-input is-text", rows: "5", on: { input: changed, change: keep } });
  } else {
    input = make("input", { ...common, type: "text", placeholder: spec.hint || null, autocomplete: "off", spellcheck: "false", inputmode: ["number", "integer"].includes(spec.kind) ? "decimal" : null, on: { input: changed, change: keep } });
    if (spec.suggestions?.length) {
      list = make("datalist", { id: `${id}-list` }, spec.suggestions.map((one) => make("option", { value: one })));
      input.setAttribute("list", list.id);
    }
  }
  input.addEventListener("keydown", (event) => { if (event.key === "Enter" && input.tagName === "INPUT") keep(); });
  const notes = make("div", { class: "dfs-notes", id: `${id}-notes`, "aria-live": "polite" });
  const box = make("div", { class: `dfs-p2-field${spec.short ? " is-short" : ""}${spec.kind === "text" ? " is-wide" : ""}`, "data-path": spec.path },
    make("label", { for: id, title: spec.help || null }, spec.label, spec.unit ? make("small", { text: ` ${spec.unit}` }) : null, spec.keyword && spec.keyword !== spec.label ? make("code", { text: spec.keyword }) : null),
    input, list, notes);
  const mark = () => { input.classList.toggle("is-set", Boolean(spec.default !== undefined && input.value !== spec.default && input.value !== "")); };

  function show(value, flash, isTyping = false) {
    const text = value ?? "";
    if (input.tagName === "SELECT" && ![...input.options].some((one) => one.value === text)) input.append(make("option", { value: text, text: text || "–" }));
    if (input.value === text || (document.activeElement === input && isTyping)) return;
    input.value = text;
    mark();
    if (flash) { box.classList.remove("is-new"); void box.offsetWidth; box.classList.add("is-new"); }
  }

  function tell(found) {
    const key = JSON.stringify(found);
    if (notes.dataset.key === key) return;
    notes.dataset.key = key;
    const worst = found[0]?.severity;
    input.setAttribute("aria-invalid", String(worst === "error"));
    box.dataset.severity = worst ?? "";
    const isList = input.tagName === "SELECT"; // what is accepted stands in the list
    notes.replaceChildren(...found.map((one) => findingNote(isList ? { ...one, accepted: "" } : one, fix, editable)));
  }
  return { box, input, show, tell, path: spec.path };
}

/** One finding: what, what is accepted, and the button that mends it. */
function findingNote(one, fix, editable) {
  return make("p", { class: `dfs-finding is-${one.severity}`, role: one.severity === "error" ? "alert" : null, testid: `finding-${one.path}`, "data-code": one.code },
    make("span", {}, one.message, one.accepted ? make("small", { text: ` Accepted: ${one.accepted}` }) : null),
    one.fix && editable ? button(one.fix.label || "Mend", `fix-${one.code}`, () => fix(one), { class: "dfs-button is-fix" }) : null);
}
