// The small menu that changes a field of what is meant: type to find, Enter or a digit to choose.
import { ask, change, paintCell } from "steady/change";
import { targets } from "steady/picks";

const picker = document.querySelector("[data-picker]");
const input = picker?.querySelector("input");
const list = picker?.querySelector("ul");
const SOURCES = { assignee: "people", service: "services", team: "teams" };
let field = "";
let on = [];
let opener = null;
let waiting = 0;
let offers = null; // how many of what is meant each verb applies to, once the server has said
let pressed = null; // keys that wait for it

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-menu]");
  const cell = event.target.closest("a[data-edit]");
  if (!picker || !(button || cell) || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const row = cell?.closest(".row");
  on = row && !row.classList.contains("is-picked") ? [row] : targets();
  if (on.length) open(button?.dataset.menu ?? cell.dataset.edit, cell ?? button);
}, true);

function open(kind, from) {
  field = kind;
  opener = document.activeElement;
  input.value = "";
  input.placeholder = input.dataset[`${kind}Hint`] ?? input.dataset.hint;
  offers = null;
  if (kind === "state") askWhatApplies();
  else fill();
  picker.showPopover();
  stand(from);
  input.focus();
}

// A menu of verbs holds only what the person may do to what is meant; where the server does not
// answer it goes by the states, and the server says on each row why not.
async function askWhatApplies() {
  pressed = [];
  show([]);
  picker.querySelector(".picker-none").hidden = true;
  const meant = on;
  const address = new URL(picker.dataset.offers, location.href);
  address.search = new URLSearchParams({ offered: "1", numbers: on.map((row) => row.dataset.number).join(",") });
  const answer = await fetch(address).catch(() => null);
  const found = answer?.ok ? await answer.json().catch(() => null) : null;
  if (meant !== on || field !== "state") return;
  offers = found?.verbs ?? null;
  const keys = pressed;
  pressed = null;
  fill();
  if (picker.matches(":popover-open")) for (const key of keys) act(key);
}

// Beside the cell or button it belongs to, and always inside the window.
function stand(from) {
  const cell = on.length === 1 ? on[0].querySelector(`.c-${field}`) : null;
  const box = [from, cell, on[0]].find((each) => each?.getClientRects().length)?.getBoundingClientRect();
  const top = (box?.bottom ?? 120) + 4;
  const height = picker.offsetHeight;
  picker.style.top = `${Math.max(8, top + height > innerHeight - 8 ? (box?.top ?? 0) - height - 4 : top)}px`;
  picker.style.left = `${Math.max(8, Math.min(box?.left ?? 80, innerWidth - picker.offsetWidth - 8))}px`;
}

function fill() {
  const text = input.value.trim().toLowerCase();
  const states = new Set(on.map((row) => row.dataset.state));
  const known = document.querySelector(`template[data-options="${field}"]`)?.content.children ?? [];
  const applies = (option) =>
    !option.dataset.from ||
    (offers ? option.dataset.what in offers : [...states].some((state) => option.dataset.from.split(",").includes(state)));
  const fitting = [...known].filter((option) => option.textContent.toLowerCase().includes(text) && applies(option));
  show([...fitting.map(counted), ...(field === "tags" ? tags(text) : [])]);
  clearTimeout(waiting);
  if (SOURCES[field]) waiting = setTimeout(() => suggest(text), text ? 100 : 0);
}

// A verb that applies to some of what is meant says to how many.
function counted(option) {
  const made = option.cloneNode(true);
  const count = offers?.[option.dataset.what];
  if (count && count < on.length) {
    const said = made.querySelector("span").appendChild(document.createElement("span"));
    said.className = "muted";
    said.textContent = ` ${count} ${picker.dataset.of} ${on.length}`;
  }
  return made;
}

function tags(text) {
  const worn = [...new Set(on.flatMap((row) => row.dataset.tags.split(",")))].filter(Boolean);
  const made = text && !worn.includes(text) ? [option({ value: text, label: `+ ${text}`, what: "tag" })] : [];
  const off = worn.filter((tag) => tag.includes(text));
  return [...made, ...off.map((tag) => option({ value: tag, label: `− ${tag}`, what: "untag" }))];
}

function option({ value, label, letters = "", what = "" }) {
  const made = document.createElement("li");
  made.setAttribute("role", "option");
  made.dataset.value = value;
  if (what) made.dataset.what = what;
  const shown = made.appendChild(document.createElement("span"));
  shown.dataset.paint = "";
  for (const [css, text] of [["avatar", letters], ["clip", label]]) {
    if (!text) continue;
    const piece = shown.appendChild(document.createElement("span"));
    piece.className = css;
    piece.textContent = text;
  }
  return made;
}

async function suggest(text) {
  const asked = field;
  const address = new URL(picker.dataset[SOURCES[field]], location.href);
  address.searchParams.set("q", text);
  const answer = await fetch(address).catch(() => null);
  const found = answer?.ok ? (await answer.json()).options : [];
  if (asked !== field || text !== input.value.trim().toLowerCase()) return;
  const shown = new Set([...list.children].map((each) => each.dataset.value));
  show([...list.children, ...found.filter(({ value }) => !shown.has(value)).map(option)]);
}

function show(options) {
  list.replaceChildren(...options);
  options.forEach((each, place) => {
    each.id = `picker-${place}`;
    each.querySelector("kbd")?.remove();
    if (place > 8) return;
    const key = document.createElement("kbd");
    key.textContent = String(place + 1);
    each.prepend(key);
  });
  picker.querySelector(".picker-none").hidden = options.length > 0 || field === "link";
  mark(0);
}

function mark(place) {
  const options = [...list.children];
  options.forEach((each, at) => each.setAttribute("aria-selected", String(at === place)));
  options[place]?.scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", options[place]?.id ?? "");
}

function choose(chosen) {
  const value = chosen?.dataset.value ?? input.value.trim();
  const what = chosen?.dataset.what ?? field;
  picker.hidePopover();
  opener?.focus?.({ preventScroll: true });
  if (chosen && "asks" in chosen.dataset) ask(what);
  else if (chosen || value) change({ what, value }, { on, paint: chosen && field !== "tags" ? (row) => paintCell(row, field, chosen) : null });
}

// What is done by a key of the menu; whether it is one.
function act(key) {
  const options = [...list.children];
  const now = options.findIndex((each) => each.getAttribute("aria-selected") === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[key];
  if (step) mark((now + step + options.length) % options.length);
  else if (key === "Enter") choose(options[now]);
  else if (/^[1-9]$/.test(key) && !input.value && options[key - 1]) choose(options[key - 1]);
  else return false;
  return true;
}

input?.addEventListener("input", () => pressed === null && fill());
input?.addEventListener("keydown", (event) => {
  if (pressed !== null && /^([1-9]|Enter|ArrowDown|ArrowUp)$/.test(event.key)) pressed.push(event.key);
  else if (!act(event.key)) return;
  event.preventDefault();
});
list?.addEventListener("click", (event) => choose(event.target.closest("[role=option]")));
