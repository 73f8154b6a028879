// The bar at the top: what this is, whether it works, light or dark, who is signed in; and the page's address.

function render({ model, el }) {
  const root = make("header", { class: "dfs dfs-bar" });
  const line = make("div", { class: "dfs-state", role: "status", "aria-live": "polite", testid: "state" });
  const [views, pressView] = choice("View", model.get("views"), "view", (view) => {
    model.set("view", view);
    model.save_changes();
  });
  root.append(
    make("div", { class: "dfs-mark" }, make("b", { text: model.get("title") }), make("span", { class: "dfs-where", testid: "where" })),
    pageLinks(model.get("pages")), views, make("span", { class: "dfs-crumb", testid: "crumb" }), line, themeButton(), account(model),
  );
  el.append(root);

  const undo = [
    follow(model, ["where"], () => { root.querySelector(".dfs-where").textContent = model.get("where"); }),
    follow(model, ["crumb"], () => { root.querySelector(".dfs-crumb").textContent = model.get("crumb"); }),
    follow(model, ["view"], () => { pressView(model.get("view")); document.body.dataset.dfsView = model.get("view"); }),
    follow(model, ["query"], () => showAddress(model.get("query"))),
    follow(model, ["state", "message"], () => showState(model, line)),
  ];
  const stands = () => showState(model, line);
  window.addEventListener("dfs-shown", stands);
  announce("bar");
  return () => { undo.forEach((one) => one()); window.removeEventListener("dfs-shown", stands); };
}

/** The way to the other pages of this host; a notebook has none. */
function pageLinks(pages) {
  if (!document.body.classList.contains("dfs-host")) return "";
  const [, base, here] = /^(.*\/)([^/]+)\/?$/.exec(location.pathname) ?? [null, "", ""];
  return make("nav", { class: "dfs-pages", "aria-label": "Pages" },
    pages.map(([name, text]) => make("a", { href: `${base}${name}`, text, testid: `page-${name}`, "aria-current": name === here ? "page" : null })));
}

function showState(model, line) {
  const stands = model.get("parts").every((part) => window.dfsShown?.has(part));
  const state = stands ? model.get("state") : "busy";
  document.body.dataset.dfsState = state;
  line.textContent = model.get("message");
  line.classList.toggle("is-error", state === "error");
}

/** Keep the address in step with what is shown, so that it can be kept, sent and opened again. */
function showAddress(query) {
  if (!document.body.classList.contains("dfs-host")) return; // a notebook's address is not ours
  const theme = new URLSearchParams(location.search).get("theme");
  const all = new URLSearchParams(query);
  if (theme) all.set("theme", theme);
  const text = all.toString();
  history.replaceState(null, "", text ? `?${text}` : location.pathname);
}

function themeButton() {
  const page = document.documentElement;
  return iconButton("theme", "Light or dark", "theme", () => {
    const next = page.dataset.dfsTheme === "dark" ? "light" : "dark";
    page.dataset.dfsTheme = next;
    try { localStorage.setItem("dfs-theme", next); } catch { /* storage may be forbidden */ }
    const asked = new URLSearchParams(location.search);
    if (asked.has("theme")) {
      asked.set("theme", next);
      history.replaceState(null, "", `?${asked}`);
    }
  });
}

/**
 * Keep the token of whoever signed in, so that the page knows him when it is loaded anew: in this tab's own storage, for the
 * observatory it is of; never in the address, and no longer than the tab or the token lives.
 */
function rememberToken(model) {
  const place = `dfs-token ${model.get("where")}`;
  const storage = () => { try { return window.sessionStorage; } catch { return null; } };
  model.on("msg:custom", (message) => {
    if (message.kind !== "keep-token") return;
    if (message.token) storage()?.setItem(place, message.token);
    else storage()?.removeItem(place);
  });
  const kept = storage()?.getItem(place);
  if (kept && model.get("can_sign_in") && !model.get("user")) ask(model, { kind: "token", token: kept });
}

/** The sign-in box: name and password, or who is signed in. */
function account(model) {
  const root = make("div", { class: "dfs-account" });
  const name = make("input", { class: "dfs-input", autocomplete: "username", testid: "sign-in-name", required: true });
  const password = make("input", {
    class: "dfs-input", type: "password", autocomplete: "current-password", testid: "sign-in-password", required: true,
  });
  const problem = make("p", { class: "dfs-problem", role: "alert", testid: "sign-in-error" });
  const form = make("form", {
    class: "dfs-pop", testid: "sign-in-form", "aria-label": "Sign in",
    on: {
      submit: (event) => {
        event.preventDefault();
        ask(model, { kind: "sign-in", name: name.value, password: password.value });
        password.value = "";
      },
      keydown: (event) => { if (event.key === "Escape") toggle(false); },
    },
  },
  make("label", {}, "Name", name), make("label", {}, "Password", password), problem,
  make("button", { type: "submit", class: "dfs-button is-main", text: "Sign in", testid: "sign-in-submit" }));
  form.hidden = true;
  const opener = button("Sign in", "sign-in", () => toggle(form.hidden));
  const toggle = (open) => { form.hidden = !open; (open ? name : opener).focus(); };
  const out = button("Sign out", "sign-out", () => { ask(model, { kind: "sign-out" }); });
  const who = make("span", { class: "dfs-who", testid: "who" });
  root.append(who, opener, out, form);
  rememberToken(model);
  follow(model, ["user", "can_sign_in", "sign_in_error"], () => {
    const user = model.get("user");
    who.textContent = user || "anonymous";
    opener.hidden = !model.get("can_sign_in") || Boolean(user);
    out.hidden = !model.get("can_sign_in") || !user;
    problem.textContent = model.get("sign_in_error");
    if (user) form.hidden = true;
  });
  return root;
}

export default { render };
