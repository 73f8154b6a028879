// What a canvas is asked to draw, written as SVG instead: lines and letters that a paper can print at any size.

class SvgContext {
  constructor(width, height) {
    Object.assign(this, { width, height, parts: [], open: [0], path: "", clips: 0, at: [] });
    Object.assign(this, { strokeStyle: "#000", fillStyle: "#000", lineWidth: 1, globalAlpha: 1, textAlign: "left", font: "11px sans-serif", dash: [] });
  }

  static n(value) { return String(Math.round(value * 100) / 100); }
  static text(value) { return String(value).replace(/[&<>"]/g, (one) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[one]); }

  beginPath() { this.path = ""; }
  moveTo(x, y) { this.path += `M${SvgContext.n(x)} ${SvgContext.n(y)}`; }
  lineTo(x, y) { this.path += `L${SvgContext.n(x)} ${SvgContext.n(y)}`; }
  rect(x, y, w, h) { this.path += `M${SvgContext.n(x)} ${SvgContext.n(y)}h${SvgContext.n(w)}v${SvgContext.n(h)}h${SvgContext.n(-w)}z`; }
  arc(x, y, r) { this.path += `M${SvgContext.n(x - r)} ${SvgContext.n(y)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`; }
  setLineDash(dash) { this.dash = dash; }
  stroke() {
    const dash = this.dash.length ? ` stroke-dasharray="${this.dash.join(" ")}"` : "";
    if (!this.path) return;
    const look = `stroke="${this.strokeStyle}" stroke-width="${this.lineWidth}" stroke-linejoin="round" opacity="${this.globalAlpha}"${dash}`;
    this.parts.push(`<path d="${this.path}" fill="none" ${look}/>`);
  }
  fill() { this.parts.push(`<path d="${this.path}" fill="${this.fillStyle}" opacity="${this.globalAlpha}"/>`); }
  fillRect(x, y, w, h) { this.beginPath(); this.rect(x, y, w, h); this.fill(); }
  strokeRect(x, y, w, h) { this.beginPath(); this.rect(x, y, w, h); this.stroke(); }
  measureText(text) { return { width: 6.1 * text.length }; }
  fillText(text, x, y) {
    const anchor = { center: "middle", right: "end" }[this.textAlign] ?? "start";
    const weight = this.font.startsWith("600") ? ' font-weight="600"' : "";
    this.parts.push(`<text x="${SvgContext.n(x)}" y="${SvgContext.n(y)}" text-anchor="${anchor}" fill="${this.fillStyle}"${weight}>${SvgContext.text(text)}</text>`);
  }
  group(attributes) { this.parts.push(`<g ${attributes}>`); this.open[this.open.length - 1] += 1; }
  save() { this.at.push([this.strokeStyle, this.fillStyle, this.lineWidth, this.globalAlpha, this.textAlign, this.dash]); this.open.push(0); }
  restore() {
    [this.strokeStyle, this.fillStyle, this.lineWidth, this.globalAlpha, this.textAlign, this.dash] = this.at.pop();
    this.parts.push("</g>".repeat(this.open.pop()));
  }
  translate(x, y) { this.group(`transform="translate(${SvgContext.n(x)} ${SvgContext.n(y)})"`); }
  rotate(angle) { this.group(`transform="rotate(${SvgContext.n((angle * 180) / Math.PI)})"`); }
  clip() {
    const id = `clip${(this.clips += 1)}`;
    this.parts.push(`<clipPath id="${id}"><path d="${this.path}"/></clipPath>`);
    this.group(`clip-path="url(#${id})"`);
  }
  done() {
    const { width, height } = this;
    const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
    const font = 'font-family="Inter, Helvetica, Arial, sans-serif" font-size="11"';
    return `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${font}>${this.parts.join("")}</svg>`;
  }
}
