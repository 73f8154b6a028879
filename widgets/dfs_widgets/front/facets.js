// Facets: the values that occur among the results, with their counts; a click narrows the search.

function render({ model, el }) {
  const root = make("div", { class: "dfs dfs-facets", role: "group", "aria-label": "Narrow the results", testid: "facets" });
  el.append(root);
  const whole = new Set();
  const draw = () => root.replaceChildren(...model.get("facets").map((facet) => drawFacet(model, facet, whole, draw)));
  const undo = follow(model, ["facets"], draw);
  announce("facets");
  return undo;
}

const SHORT = 6;

function drawFacet(model, facet, whole, draw) {
  const shown = whole.has(facet.name) ? facet.values : facet.values.slice(0, SHORT);
  const most = Math.max(1, ...facet.values.map((one) => one.count));
  const rows = shown.map(({ value, label, count, chosen }) =>
    make("button", {
      type: "button", class: "dfs-facet-value", role: "checkbox", "aria-checked": String(chosen), title: label,
      testid: `facet-${facet.name}-${value}`, style: `--share: ${(100 * count) / most}%`,
      on: { click: () => { ask(model, { kind: "facet", name: facet.name, value, chosen: !chosen }); } },
    }, make("span", { text: label }), make("i", { text: count.toLocaleString("en") })));
  const left = facet.values.length - SHORT;
  const more = left > 0 ? make("button", {
    type: "button", class: "dfs-more", text: whole.has(facet.name) ? "fewer" : `${left} more`, testid: `facet-${facet.name}-more`,
    on: { click: () => { if (!whole.delete(facet.name)) whole.add(facet.name); draw(); } },
  }) : null;
  return make("section", { testid: `facet-${facet.name}` }, make("h3", { text: facet.label }), rows, more);
}

export default { render };
