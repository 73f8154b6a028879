// Draws every figure on the page that is not drawn yet. BokehJS comes compressed inside the page: no network, one third of the size.
(() => {
  if (window.dfsDraw) { window.dfsDraw(); return; }
  let loading = null;
  async function bokeh() {
    if (window.Bokeh) return window.Bokeh;
    const packed = document.querySelector("script.dfs-bokehjs");
    if (!packed || !window.DecompressionStream) throw new Error("figures need a browser of 2023 or later");
    const bytes = Uint8Array.from(atob(packed.textContent.trim()), c => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(stream).text();
    document.head.appendChild(script);
    return window.Bokeh;
  }
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  function paint() {
    const text = dark.matches ? "#c8cdd4" : "#30363d", grid = dark.matches ? "#4a525c" : "#d5d9de";
    const set = (model, values) => Object.keys(values).forEach(name => { if (name in model.properties) model[name] = values[name]; });
    for (const document_ of window.Bokeh.documents) for (const model of document_.all_models) {
      const transparent = { background_fill_color: null, border_fill_color: null };
      if (["Figure", "Legend", "ColorBar"].includes(model.type)) set(model, transparent);
      if (model.type === "Legend") set(model, { inactive_fill_color: dark.matches ? "#14171b" : "#ffffff" });
      set(model, { text_color: model.type === "Title" ? text : model.text_color, axis_label_text_color: text, major_label_text_color: text,
        label_text_color: text, title_text_color: text, axis_line_color: grid, major_tick_line_color: grid, minor_tick_line_color: grid,
        grid_line_color: grid, outline_line_color: grid });
    }
  }
  dark.addEventListener("change", () => window.Bokeh && paint());
  window.dfsDraw = async () => {
    const waiting = document.querySelectorAll("script.dfs-figure-data:not([data-drawn])");
    if (!waiting.length) return;
    for (const data of waiting) data.dataset.drawn = "yes";
    try {
      loading = loading || bokeh();
      const Bokeh = await loading;
      for (const data of waiting) await Bokeh.embed.embed_item(JSON.parse(data.textContent), data.dataset.target);
      paint();
    } catch (error) {
      for (const data of waiting) document.getElementById(data.dataset.target).textContent = String(error.message || error);
    }
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", window.dfsDraw); else window.dfsDraw();
})();
