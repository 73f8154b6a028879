// What the exposures of the block under edit give, beside its editor: brightness, signal-to-noise of each template, what saturates.

function makeExposurePart(model) {
  const data = () => model.get("exposure");
  const fields = {
    mag: make("input", { class: "dfs-input is-small", inputmode: "decimal", size: "6", placeholder: "mag", "aria-label": "Magnitude", testid: "bright-mag" }),
    band: make("select", { class: "dfs-input is-small", "aria-label": "Band", testid: "bright-band" }),
    system: make("select", { class: "dfs-input is-small", "aria-label": "Magnitude system", testid: "bright-system" }, ["vega", "ab"].map((one) => make("option", { value: one, text: one === "ab" ? "AB" : "Vega" }))),
    sed: make("input", { class: "dfs-input is-small", size: "16", list: "dfs-bright-seds", "aria-label": "Spectrum", title: "Spectrum: flat_lambda, blackbody:5800, template:NAME …", testid: "bright-sed" }),
    redshift: make("input", { class: "dfs-input is-small", inputmode: "decimal", size: "5", placeholder: "z", "aria-label": "Redshift", testid: "bright-redshift" }),
    extended: make("input", { type: "checkbox", testid: "bright-extended" }),
  };
  const seds = make("datalist", { id: "dfs-bright-seds" });
  const value = (field) => (field.type === "checkbox" ? field.checked : field.value.trim());
  const typed = new Map(); // name -> what was typed and is not sent yet
  let timer = null;
  const send = () => {
    clearTimeout(timer);
    for (const [name, text] of typed) ask(model, { kind: "brightness", values: { [name]: text } });
    typed.clear();
  };
  for (const [name, field] of Object.entries(fields)) {
    const note = (pause) => { typed.set(name, value(field)); clearTimeout(timer); if (pause) timer = setTimeout(send, pause); else send(); };
    if (field.type === "checkbox" || field.tagName === "SELECT") field.addEventListener("change", () => note(0));
    else {
      field.addEventListener("input", () => note(BRIGHT_PAUSE));
      field.addEventListener("change", send); // what is sent already is not sent again
    }
  }
  const form = make("div", { class: "dfs-row dfs-bright", testid: "brightness" }, make("b", { text: "Target" }), fields.mag, fields.band, fields.system, fields.sed, fields.redshift,
    make("label", { class: "dfs-sub", title: "Of even surface brightness: mag per arcsec²" }, fields.extended, " extended"), seds);
  const wrong = make("p", { class: "dfs-problem", role: "alert", testid: "bright-wrong", id: "dfs-bright-wrong" });
  const problem = make("p", { class: "dfs-problem", role: "alert", testid: "exposure-problem" });
  const hint = make("p", { class: "dfs-hint", testid: "exposure-hint" });
  const rows = make("div", { class: "dfs-exposures", testid: "exposures" });
  const note = make("p", { class: "dfs-note", text: "At the limits of the block's constraints. The brightness is kept as a line ETC: in the comments." });
  const box = make("div", { class: "dfs-checks dfs-exposure", testid: "exposure" }, hint, form, wrong, problem, rows, note);

  function options(select, names, chosen) {
    if (select.dataset.names !== names.join()) {
      select.replaceChildren(...names.map((one) => make("option", { value: one, text: one })));
      select.dataset.names = names.join();
    }
    select.value = chosen;
  }

  function drawForm({ bands = [], seds: offered = [], brightness = {}, wrong: bad = {} }) {
    if (seds.childElementCount !== offered.length) seds.replaceChildren(...offered.map((one) => make("option", { value: one })));
    for (const [name, field] of Object.entries(fields)) {
      field.disabled = !model.get("editable");
      if (typed.has(name) || bad.name === name) continue; // not answered yet, or to be mended
      if (document.activeElement === field && field.tagName === "INPUT" && field.type !== "checkbox") continue; // being typed in
      if (name === "band") options(field, bands, brightness.band ?? "V");
      else if (name === "extended") field.checked = Boolean(brightness.extended);
      else field.value = brightness[name] ?? "";
    }
  }

  /** The address of the calculator with what stands in the form, also what is typed and not answered yet. */
  function address(link) {
    const [page, query] = link.split("?");
    const said = new URLSearchParams(query);
    const shown = data().brightness ?? {};
    for (const [name, field] of Object.entries(fields)) {
      const now = value(field);
      if (now === (shown[name] ?? "")) continue;
      if (now === "" || now === false) said.delete(name);
      else said.set(name, now === true ? "on" : now);
      if (name === "mag" && now) said.delete("line_flux");
    }
    return `${page}?${said}`;
  }

  function row(one) {
    const full = one.full ? make("div", { class: "dfs-finding is-warning", testid: "exposure-full", text: one.full }) : null;
    return make("section", { class: "dfs-exposed", testid: "exposed", "data-at": one.at, "data-arm": one.arm },
      make("div", { class: "dfs-row" }, make("b", { text: one.label }), make("span", { class: "dfs-space" }),
        make("a", { class: "dfs-link", href: one.link, target: "_blank", rel: "noopener", text: "Open in calculator", testid: "exposure-open", on: { click: (event) => { event.currentTarget.href = address(one.link); } } }),
        model.get("editable") ? button("Take over…", "exposure-take", () => ask(model, { kind: "take-exposure", at: one.at, arm: one.arm })) : null),
      one.snr ? make("div", { class: "dfs-exposed-figures" }, make("b", { text: one.snr, testid: "exposure-snr" }), make("span", { class: "dfs-sub", text: [one.what, one.more, one.spread, one.time, one.chance].filter(Boolean).join(" · ") })) : null,
      one.snr ? make("div", { class: "dfs-well", title: `The fullest pixel of one read-out, in the best tenth of the nights: ${one.share} % of what it holds` }, make("b", { class: one.share > 100 ? "is-over" : "", style: `width: ${Math.min(100, one.share)}%` })) : null,
      one.curve?.nm ? snrCurve(one.curve, `Signal-to-noise of ${one.label} over wavelength`) : null,
      full, one.problem ? make("p", { class: "dfs-note", text: one.problem, testid: "exposure-none" }) : null,
      (one.notes ?? []).map((text) => make("p", { class: "dfs-note", text })),
      one.assumed ? make("p", { class: "dfs-note", text: `${one.assumed} figure${one.assumed > 1 ? "s" : ""} of the instrument are assumed: see the calculator` }) : null);
  }

  // A field that is left is answered at once: what is under the pointer stays until the click has happened.
  let isPressed = false;
  rows.addEventListener("pointerdown", () => {
    isPressed = true;
    window.addEventListener("pointerup", () => setTimeout(() => { isPressed = false; draw(); }, 0), { once: true });
  });

  function draw() {
    const shown = data();
    hint.hidden = !shown.hint;
    hint.textContent = shown.hint ?? "";
    problem.hidden = !shown.problem;
    problem.textContent = shown.problem ?? "";
    form.hidden = note.hidden = Boolean(shown.hint);
    drawForm(shown);
    const bad = shown.wrong?.name;
    wrong.textContent = shown.wrong?.text ?? "";
    for (const [name, field] of Object.entries(fields)) {
      if (name === bad) { field.setAttribute("aria-invalid", "true"); field.setAttribute("aria-describedby", wrong.id); } else field.removeAttribute("aria-invalid");
    }
    if (!isPressed) rows.replaceChildren(...(shown.rows ?? []).map(row));
    rows.classList.toggle("is-stale", Boolean(shown.problem || bad));
    box.dataset.drawn = String(shown.seq ?? "");
  }
  return { box, draw };
}

const BRIGHT_PAUSE = 350; // milliseconds after the last keystroke

const SNR_CURVE = { width: 400, height: 90, left: 30, bottom: 14, top: 4 };

/** A small curve with the band of two nights of three. */
function snrCurve({ nm, snr, low, high }, label) {
  const { width, height, left, bottom, top } = SNR_CURVE;
  const most = Math.max(...high, 1e-9);
  const x = (at) => left + ((nm[at] - nm[0]) / (nm.at(-1) - nm[0] || 1)) * (width - left - 2);
  const y = (value) => height - bottom - (value / most) * (height - bottom - top);
  const path = (values) => values.map((value, at) => `${x(at).toFixed(1)} ${y(value).toFixed(1)}`);
  const svg = (tag, props, text) => { const node = document.createElementNS("http://www.w3.org/2000/svg", tag); for (const [name, one] of Object.entries(props)) node.setAttribute(name, one); if (text !== undefined) node.textContent = text; return node; };
  const drawn = svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "dfs-exposed-curve", role: "img", "aria-label": label, "data-testid": "exposure-curve" });
  drawn.append(
    svg("path", { class: "is-band", d: `M${path(high).join("L")}L${path(low).reverse().join("L")}Z` }),
    svg("path", { class: "is-line", d: `M${path(snr).join("L")}` }),
    svg("path", { class: "is-axis", d: `M${left} ${top}V${height - bottom}H${width - 2}` }),
    svg("text", { x: left - 3, y: top + 7, "text-anchor": "end" }, most.toPrecision(2)),
    svg("text", { x: left - 3, y: height - bottom, "text-anchor": "end" }, "0"),
    svg("text", { x: left, y: height - 3 }, `${nm[0].toFixed(0)} nm`),
    svg("text", { x: width - 2, y: height - 3, "text-anchor": "end" }, `${nm.at(-1).toFixed(0)} nm`));
  return drawn;
}
