// Beside the editor: when the block can be seen, what its exposures give, what is wrong, what was said, what was changed.

const PANELS = [["night", "Visibility"], ["etc", "Exposure time"], ["checks", "Checks"], ["discussion", "Discussion"], ["history", "History"]];

function render({ model, el }) {
  const body = make("div", { class: "dfs-sight-body" });
  const [tabs, press] = choice("Show", PANELS, "side", (panel) => ask(model, { kind: "side", panel }));
  const root = make("section", { class: "dfs dfs-panel dfs-sight", "aria-label": "Visibility, exposure time, checks, discussion, history", testid: "sight" }, make("div", { class: "dfs-panel-bar" }, tabs), body);
  el.append(root);
  const parts = { night: makeNightPart(model), etc: makeExposurePart(model), checks: makeChecks(model), discussion: makeDiscussion(model), history: makeHistory(model) };
  body.append(...Object.values(parts).map((one) => one.box));
  const show = () => {
    const panel = model.get("side");
    press(panel);
    for (const [name, part] of Object.entries(parts)) part.box.hidden = name !== panel;
    parts[panel].draw();
  };
  const undo = [
    follow(model, ["side"], show), follow(model, ["night", "period"], parts.night.draw), follow(model, ["exposure", "editable"], parts.etc.draw), follow(model, ["findings", "execution"], () => { parts.checks.draw(); badge(); }),
    follow(model, ["comments", "reviewer", "status"], () => { parts.discussion.draw(); badge(); }), follow(model, ["history"], parts.history.draw),
  ];
  function badge() {
    const errors = model.get("findings").filter((one) => one.severity === "error").length;
    const warnings = model.get("findings").filter((one) => one.severity === "warning").length;
    const open = model.get("comments").filter((one) => !one.resolved).length;
    tabs.querySelector('[data-value="checks"]').dataset.count = errors || warnings || "";
    tabs.querySelector('[data-value="checks"]').classList.toggle("has-errors", errors > 0);
    tabs.querySelector('[data-value="discussion"]').dataset.count = open || "";
  }
  announce("sight");
  return () => undo.forEach((one) => one());
}

function makeNightPart(model) {
  const night = () => model.get("night");
  const plot = makeNight(night, "Altitude during the night");
  const date = make("input", { type: "date", class: "dfs-input is-small", "aria-label": "Night", testid: "night", on: { change: (event) => event.target.value && ask(model, { kind: "night", date: event.target.value }) } });
  const step = (by) => () => { const at = new Date(`${night().date}T00:00:00Z`); at.setUTCDate(at.getUTCDate() + by); ask(model, { kind: "night", date: at.toISOString().slice(0, 10) }); };
  const moon = make("span", { class: "dfs-sub", testid: "moon" });
  const reason = make("p", { class: "dfs-sub dfs-why-night", testid: "night-windows" });
  const strip = make("div", { class: "dfs-period", testid: "period", role: "group", "aria-label": "Hours observable in each night of the run" });
  const head = make("div", { class: "dfs-row dfs-night-bar" }, iconButton("left", "The night before", "night-before", step(-1)), date, iconButton("right", "The next night", "night-after", step(1)),
    button("Best night", "night-best", () => ask(model, { kind: "night", date: "" })), make("span", { class: "dfs-space" }), moon);
  const hint = make("p", { class: "dfs-hint", testid: "night-hint" });
  const box = make("div", { class: "dfs-night" }, head, hint, plot.box, plot.read, reason, strip);
  function drawPeriod() {
    const { days = [], hours = [], most = 1, first = "" } = model.get("period");
    strip.hidden = !hours.length;
    const at = (i) => new Date(new Date(`${first}T00:00:00Z`).getTime() + i * 864e5).toISOString().slice(0, 10);
    const chosen = night().date;
    const bars = hours.map((value, i) => make("i", { class: `${days[i] ?? at(i)}` === chosen ? "is-here" : "", style: `height: ${Math.round((100 * value) / most)}%`, title: `${days[i] ?? at(i)}: ${value.toFixed(1)} h` }));
    strip.replaceChildren(make("div", { class: "dfs-bars" }, bars), make("div", { class: "dfs-months" }, hours.map((_, i) => [at(i), i]).filter(([day]) => day.endsWith("-01")).map(([day, i]) => make("small", { style: `left: ${(100 * i) / hours.length}%`, text: new Date(`${day}T00:00:00Z`).toLocaleString("en", { month: "short", timeZone: "UTC" }) }))));
    strip.firstChild.onclick = (event) => {
      const frame = strip.firstChild.getBoundingClientRect();
      ask(model, { kind: "night", date: at(Math.max(0, Math.min(hours.length - 1, Math.floor(((event.clientX - frame.left) / frame.width) * hours.length)))) });
    };
  }
  function draw() {
    const data = night();
    hint.hidden = !data.hint;
    hint.textContent = data.hint ?? "";
    for (const one of [plot.box, plot.read, reason, head]) one.hidden = Boolean(data.hint);
    if (document.activeElement !== date) date.value = data.date ?? "";
    moon.textContent = data.moon_words ?? "";
    reason.textContent = data.reason ?? "";
    reason.classList.toggle("is-never", Boolean(data.date) && !data.windows?.length);
    box.dataset.drawn = String(data.seq ?? "");
    plot.draw();
    drawPeriod();
  }
  return { box, draw };
}

const MOST = 200; // findings listed

function makeChecks(model) {
  const box = make("div", { class: "dfs-checks", testid: "checks" });
  const mend = (one) => ask(model, { kind: "fix", id: one.subject_id, path: one.path, value: one.fix.value, code: one.code });
  function draw() {
    const every = model.get("findings");
    const findings = every.slice(0, MOST);
    const { total = "", parts = [] } = model.get("execution");
    const groups = new Map();
    for (const one of findings) groups.set(one.subject_id, [...(groups.get(one.subject_id) ?? []), one]);
    const names = model.get("names");
    box.replaceChildren(...[
      make("h3", { text: every.length ? `${every.length} finding${every.length > 1 ? "s" : ""}` : "Nothing is wrong", testid: "findings-count" }),
      ...[...groups].map(([id, found]) => make("section", { class: "dfs-found" }, groups.size > 1 || model.get("many") ? make("button", { type: "button", class: "dfs-link", text: names[id] ?? String(id), on: { click: () => ask(model, { kind: "goto", id, path: "" }) } }) : null,
        found.map((one) => make("div", { class: `dfs-finding is-${one.severity}`, testid: "check", "data-code": one.code, "data-path": one.path },
          make("button", { type: "button", class: "dfs-link", text: one.label || one.path, title: `Go to ${one.path}`, testid: "check-goto", on: { click: () => ask(model, { kind: "goto", id, path: one.path }) } }),
          make("span", {}, one.message, one.accepted ? make("small", { text: ` Accepted: ${one.accepted}` }) : null),
          one.code === "chart-missing" && model.get("editable") ? button("Make a finding chart…", "check-chart", () => ask(model, { kind: "make-chart", id }), { class: "dfs-button is-fix" }) : null,
          one.fix && model.get("editable") ? button(one.fix.label || "Mend", "check-fix", () => mend(one), { class: "dfs-button is-fix" }) : null)))),
      every.length > MOST ? make("p", { class: "dfs-note", text: `and ${every.length - MOST} more: verify fewer blocks to see them` }) : null,
      total ? make("h3", {}, "Execution time ", make("b", { text: total, testid: "execution-total" })) : null,
      parts.length ? make("dl", { class: "dfs-parts", testid: "execution-parts" }, parts.map(([label, time, share, source]) => make("div", { title: source }, make("dt", { text: label }), make("i", {}, make("b", { style: `width: ${share}%` })), make("dd", { text: time })))) : null].filter(Boolean));
  }
  return { box, draw };
}

function makeDiscussion(model) {
  const text = make("textarea", { class: "dfs-input is-text", rows: "3", placeholder: "Write a comment", "aria-label": "Comment", testid: "comment-text" });
  const list = make("div", { class: "dfs-comments", testid: "comments" });
  const reason = () => text.value.trim();
  const verdict = (name) => () => { ask(model, { kind: "review", verdict: name, text: reason() }); text.value = ""; };
  const review = make("div", { class: "dfs-row dfs-review", testid: "review" });
  const say = button("Comment", "comment", () => { if (!reason()) { text.focus(); return; } ask(model, { kind: "comment", text: reason() }); text.value = ""; });
  const box = make("div", { class: "dfs-discussion" }, review, text, make("div", { class: "dfs-row" }, say), list);
  function draw() {
    const status = model.get("status");
    review.hidden = !model.get("reviewer") || !status;
    review.replaceChildren(make("b", { text: "Review" }), make("span", { class: "dfs-space" }),
      button("Take", "review-take", verdict("take"), { disabled: status !== "D", title: "From defined to under review" }),
      button("Accept", "review-accept", verdict("accept"), { disabled: !["D", "R"].includes(status), class: "dfs-button is-public" }),
      button("Reject", "review-reject", () => { if (reason()) verdict("reject")(); else { text.placeholder = "Say why it is rejected: the PI will read this"; text.focus(); } }, { disabled: !["D", "R"].includes(status), class: "dfs-button is-proprietary" }),
      button("Cancel", "review-cancel", verdict("cancel"), { disabled: ["K", "T", "C", "F", ""].includes(status), title: "The block will not be observed" }));
    list.replaceChildren(...model.get("comments").map((one) => make("article", { class: `dfs-comment${one.resolved ? " is-resolved" : ""}`, testid: "comment-item", "data-id": one.id },
      make("div", { class: "dfs-row" }, make("b", { text: one.who }), make("time", { class: "dfs-sub", text: one.at }), one.about ? make("span", { class: "dfs-sub", text: `on ${one.about}` }) : null, make("span", { class: "dfs-space" }),
        one.resolved ? make("span", { class: "dfs-sub", text: "resolved" }) : button("Resolve", "comment-resolve", () => ask(model, { kind: "resolve-comment", id: one.id }))),
      make("p", { text: one.text }))));
    if (!model.get("comments").length) list.replaceChildren(make("p", { class: "dfs-note", text: "Nothing was said yet." }));
  }
  return { box, draw };
}

function makeHistory(model) {
  const box = make("div", { class: "dfs-history", testid: "history" });
  function draw() {
    const entries = model.get("history");
    box.replaceChildren(...entries.map((one) => make("details", { class: "dfs-change", testid: "history-item", "data-operation": one.operation },
      make("summary", {}, make("b", { text: one.what }), make("span", { class: "dfs-sub", text: `${one.who}, ${one.at}` }), make("span", { class: "dfs-space" }),
        model.get("editable") ? button("Undo", "history-undo", (event) => { event.preventDefault(); ask(model, { kind: "undo", operation: one.operation }); }) : null),
      make("table", { class: "dfs-difference" }, one.fields.map((field) => make("tr", {}, make("td", { text: field.label }), make("td", { class: "is-before", text: field.before }), make("td", { class: "is-after", text: field.after })))))));
    if (!entries.length) box.replaceChildren(make("p", { class: "dfs-note", text: "Nothing was changed yet." }));
  }
  return { box, draw };
}

export default { render };
