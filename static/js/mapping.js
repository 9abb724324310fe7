// On the form of a generic source: what the mapping makes of the example, while both are written.

const panel = document.querySelector("[data-trial]");
const example = document.querySelector("#id_example");
const mapping = document.querySelector("#id_mapping");
const kind = document.querySelector("#id_kind");
const COLUMNS = ["title", "status", "severity", "service", "component", "fingerprint"];
const PAUSE = 400; // milliseconds after the last key

if (panel && example && mapping && kind) begin();

function begin() {
  const fieldset = mapping.closest("fieldset");
  fieldset.append(panel);
  mapping.closest(".form-row").append(suggestButton());
  let waiting;
  const later = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => tryOut(), PAUSE);
  };
  example.addEventListener("input", later);
  mapping.addEventListener("input", later);
  kind.addEventListener("change", () => showFor(fieldset));
  showFor(fieldset);
}

function showFor(fieldset) {
  fieldset.hidden = kind.value !== "generic";
}

function suggestButton() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "act";
  button.textContent = panel.dataset.suggest;
  button.addEventListener("click", () => suggest());
  return button;
}

async function suggest() {
  const answer = await ask("");
  if (!answer.mapping) return show(answer);
  mapping.value = JSON.stringify(answer.mapping, null, 2);
  show(answer);
}

async function tryOut() {
  if (!example.value.trim()) {
    panel.hidden = true;
    return;
  }
  show(await ask(mapping.value));
}

async function ask(text) {
  const body = new FormData();
  body.append("example", example.value);
  body.append("mapping", text);
  body.append("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
  const answer = await fetch(panel.dataset.trial, { method: "POST", body, credentials: "same-origin" });
  return answer.ok ? answer.json() : { signals: [], faults: [`${answer.status}`] };
}

function show({ signals, faults }) {
  panel.hidden = false;
  panel.classList.toggle("is-wrong", faults.length > 0);
  panel.querySelector("h2").textContent = faults.length ? panel.dataset.wrong : panel.dataset.found;
  panel.querySelector("ul").replaceChildren(...faults.map((fault) => element("li", fault)));
  panel.querySelector(".wide-table").hidden = signals.length === 0;
  panel.querySelector("tbody").replaceChildren(...signals.map(row));
}

function row(signal) {
  const line = document.createElement("tr");
  line.append(...COLUMNS.map((name) => element("td", signal[name] || "–")));
  return line;
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
