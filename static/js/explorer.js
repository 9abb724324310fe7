// The API's own page: fetches what one opens, sends what its forms say and shows the answer as text, never as elements.

const MOST_SHOWN = 200_000;

function addressOf(form, fields) {
  let address = form.dataset.address;
  for (const [name, value] of fields) {
    if (!name.startsWith("path:")) continue;
    const written = value.split("/").map(encodeURIComponent).join("/");
    address = address.replace(`{${name.slice(5)}}`, written);
  }
  const query = fields.get("query");
  return query ? `${address}?${query}` : address;
}

function bodyOf(form, fields) {
  if (form.dataset.type === "multipart/form-data") {
    const body = new FormData();
    for (const file of fields.getAll("files")) body.append("files", file);
    return body;
  }
  return fields.get("body") ?? undefined;
}

async function sent(form) {
  const fields = new FormData(form);
  const headers = { "X-CSRFToken": fields.get("csrfmiddlewaretoken") };
  const { type } = form.dataset;
  if (type && type !== "multipart/form-data") headers["Content-Type"] = type;
  const body = form.dataset.try === "GET" ? undefined : bodyOf(form, fields);
  return fetch(addressOf(form, fields), { method: form.dataset.try, headers, body });
}

function readable(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-try]");
  if (!form) return;
  event.preventDefault();
  const output = form.querySelector("output");
  output.hidden = false;
  try {
    const answer = await sent(form);
    output.querySelector("code").textContent = `${answer.status} ${answer.statusText}`;
    const text = await answer.text();
    output.querySelector("pre").textContent = readable(text).slice(0, MOST_SHOWN);
  } catch (error) {
    output.querySelector("code").textContent = String(error);
  }
});

// What is opened is fetched as other later parts are.
document.addEventListener("toggle", ({ target }) => {
  const place = target.querySelector(":scope[open] > [data-endpoint]:not([data-later])");
  if (!place) return;
  place.dataset.later = place.querySelector("a").href;
  document.dispatchEvent(new Event("parts:changed"));
}, true);

if (location.hash) {
  const wanted = document.getElementById(location.hash.slice(1));
  if (wanted instanceof HTMLDetailsElement) wanted.open = true;
}
