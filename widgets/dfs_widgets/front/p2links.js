// The time links of a run on its calendar: when each member may start, and where a chain breaks.

const LINK_ROW = 22;

function makeLinks(model, act) {
  const box = make("div", { class: "dfs-links-chart", testid: "links", role: "table", "aria-label": "Time links" });
  const monthTicks = (from, days) => {
    const start = new Date(`${from}T00:00:00Z`);
    const ticks = [];
    for (let at = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1)); (at - start) / 864e5 < days; at.setUTCMonth(at.getUTCMonth() + 1)) {
      ticks.push([(at - start) / 864e5, at.toLocaleString("en", { month: "short", timeZone: "UTC" })]);
    }
    return ticks;
  };
  const date = (from, days) => new Date(new Date(`${from}T00:00:00Z`).getTime() + days * 864e5).toISOString().slice(0, 16).replace("T", " ");

  function bar(kind, [a, b], days, title) {
    return make("i", { class: `dfs-span is-${kind}`, title, style: `left: ${(100 * a) / days}%; width: ${Math.max(0.25, (100 * (b - a)) / days)}%` });
  }

  function member(one, chart) {
    const { from, days } = chart;
    const spans = [
      ...one.own.map((span) => bar("own", span, days, `can be observed ${date(from, span[0])} to ${date(from, span[1])}`)),
      ...one.possible.map((span) => bar("possible", span, days, `may start ${date(from, span[0])} to ${date(from, span[1])}`)),
      one.turn ? bar("turn", [one.turn[0], Math.min(days, one.turn[1])], days, `its turn, when all before start as early as they may: ${date(from, one.turn[0])} to ${date(from, one.turn[1])}`) : null,
    ];
    return make("div", { class: `dfs-link-row${one.conflict ? " is-conflict" : ""}`, role: "row", testid: "link-member", "data-id": one.id, "data-conflict": one.conflict ? "true" : "false", on: { click: () => act.select(one.id) } },
      make("span", { role: "cell", class: "dfs-link-name" }, make("b", { text: one.name }), statusChip(one.status, one.status), make("small", { text: one.delay }), make("small", { class: "dfs-link-date", text: one.possible.length ? date(from, one.possible[0][0]).slice(0, 10) : "never", title: "earliest start" })),
      make("span", { role: "cell", class: "dfs-link-lane" }, spans, one.conflict ? make("em", { class: "dfs-conflict", role: "alert", text: `⚠ ${one.conflict}` }) : null));
  }

  function draw() {
    const chart = model.get("links");
    if (!chart.links?.length) {
      box.replaceChildren(make("p", { class: "dfs-hint", text: "No time links in this run. Make one in the tree (New, Time link), drag blocks into it, and set Delay and Tolerance there." }));
      return;
    }
    const ticks = monthTicks(chart.from, chart.days);
    box.replaceChildren(
      make("div", { class: "dfs-link-row is-head" }, make("span", { class: "dfs-link-name" }, make("b", { class: chart.conflicts ? "dfs-conflict" : "", text: chart.conflicts ? `${chart.conflicts} conflict${chart.conflicts > 1 ? "s" : ""}` : "no conflicts" }),
        make("small", { class: "dfs-legend" }, make("i", { class: "is-own" }), "observable", make("i", { class: "is-possible" }), "may start", make("i", { class: "is-turn" }), "its turn")),
        make("span", { class: "dfs-link-lane" }, ticks.map(([at, words]) => make("small", { style: `left: ${(100 * at) / chart.days}%`, text: words })))),
      ...chart.links.map((link) => make("section", { testid: "link", "data-id": link.id }, make("h3", { text: link.name, on: { click: () => act.select(link.id) } }), link.members.map((one) => member(one, chart)))));
  }
  return { box, draw };
}
