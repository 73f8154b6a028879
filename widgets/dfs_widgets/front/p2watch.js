// Looks, every few seconds, for what others saved; takes Ctrl Z; nothing of it is seen.

function render({ model, el }) {
  el.hidden = true;
  const look = () => { if (document.visibilityState === "visible" && document.body.dataset.dfsState !== "busy") model.send({ kind: "look" }); };
  let timer = 0;
  const undo = follow(model, ["every"], () => { clearInterval(timer); if (model.get("every")) timer = setInterval(look, 1000 * model.get("every")); });
  const uncheck = follow(model, ["unchecked"], () => { if (model.get("unchecked")) setTimeout(() => model.send({ kind: "check" }), 120); });
  const unlisten = listen(model, (message) => { if (message.kind === "again") setTimeout(() => model.send({ kind: "check" }), 350); });
  const keys = (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? "");
    if ((event.ctrlKey || event.metaKey) && event.key === "z" && !event.shiftKey && !typing) { event.preventDefault(); ask(model, { kind: "undo" }); }
  };
  document.addEventListener("keydown", keys);
  document.addEventListener("visibilitychange", look);
  announce("watch");
  return () => {
    for (const one of [undo, uncheck, unlisten]) one();
    clearInterval(timer);
    document.removeEventListener("keydown", keys);
    document.removeEventListener("visibilitychange", look);
  };
}

export default { render };
