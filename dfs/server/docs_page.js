// Sends the forms of the page /docs; addresses are relative, so that a server under a path works, too.
"use strict";

let token = "";

async function told(answer) {
  const kind = (answer.headers.get("content-type") || "").split(";")[0];
  if (kind.startsWith("image/") || kind === "application/zip" || kind === "application/fits") {
    const content = await answer.blob();
    const link = document.createElement("a");
    link.href = URL.createObjectURL(content);
    link.download = "answer";
    link.textContent = `${content.size} bytes, ${kind}`;
    return link;
  }
  const shown = document.createElement("pre");
  const text = await answer.text();
  try {
    shown.textContent = JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    shown.textContent = text.slice(0, 200000);
  }
  return shown;
}

function request(form) {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  const query = new URLSearchParams();
  const fields = new URLSearchParams();
  let path = form.dataset.path;
  let body;
  for (const input of form.querySelectorAll("[data-in]")) {
    const place = input.dataset.in;
    if (place === "path") path = path.replace(`{${input.name}}`, encodeURIComponent(input.value));
    else if (place === "query" && input.value) query.append(input.name, input.value);
    else if (place === "header" && input.value) headers[input.name] = input.value;
    else if (place === "form" && input.value) fields.append(input.name, input.value);
    else if (place === "body") {
      headers["Content-Type"] = input.dataset.type;
      const file = input.files ? input.files[0] : null;
      if (file) headers["Content-Disposition"] = `inline; filename="${file.name.replace(/[^ -~]|["\\]/g, "_")}"`;
      body = input.files ? file : input.value;
    }
  }
  if ([...fields].length) body = fields;
  const behind = query.toString() ? `?${query}` : "";
  return [path.replace(/^\//, "") + behind, { method: form.dataset.method, headers, body: body || undefined, credentials: "omit" }];
}

// What was read last is what a save of the same thing refers to.
function remember(form, etag) {
  for (const other of document.querySelectorAll("form[data-path]")) {
    const version = other.querySelector('input[name="If-Match"]');
    if (version && other.dataset.path === form.dataset.path) version.value = etag;
  }
}

async function send(event) {
  event.preventDefault();
  const form = event.target;
  const output = form.querySelector("output");
  output.textContent = "…";
  try {
    const answer = await fetch(...request(form));
    const etag = answer.headers.get("etag");
    if (etag) remember(form, etag);
    const line = document.createElement("p");
    line.textContent = `${answer.status} ${answer.statusText}${etag ? `   ETag: ${etag}` : ""}`;
    output.replaceChildren(line, await told(answer));
  } catch (error) {
    output.textContent = `no answer: ${error.message}`;
  }
}

async function signIn(event) {
  event.preventDefault();
  const form = event.target;
  const output = form.querySelector("output");
  const body = new URLSearchParams(new FormData(form));
  try {
    const answer = await fetch("p2/api/login", { method: "POST", body, credentials: "omit" });
    const said = await answer.json();
    token = answer.ok ? said.access_token : "";
    output.textContent = answer.ok ? ` signed in as ${said.username}` : ` ${said.error}`;
  } catch (error) {
    output.textContent = ` no answer: ${error.message}`;
  }
}

for (const form of document.querySelectorAll("form[data-path]")) form.addEventListener("submit", send);
document.getElementById("sign-in").addEventListener("submit", signIn);
