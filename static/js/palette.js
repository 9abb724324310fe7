// Ctrl-K: one field for every record, action, service and person; what was looked at last comes first.
import { fetched } from "steady/html";
import { actionsHere, isMeant, lineOf } from "steady/here";
import { recent } from "steady/recent";

const dialog = document.querySelector("dialog[data-palette]");
const field = dialog?.querySelector("[role=combobox]");
const list = dialog?.querySelector("[role=listbox]");
const PAUSE = 70; // between two letters
const SLOW = 200; // nothing is said of loading before
const MOST_ACTIONS = 5;
let actions = [];
let asked = 0;
let timer = 0;
let chosen = null;

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
  if (event.key.toLowerCase() !== "k" || !dialog) return;
  event.preventDefault();
  if (dialog.open) dialog.close();
  else if (!document.querySelector("dialog[open]")) open();
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-palette-open]")) open();
  if (event.target === dialog || event.target.closest("[data-palette-close]")) dialog.close();
});

function open() {
  actions = actionsHere();
  field.value = "";
  dialog.showModal();
  show(null);
  ask();
}

field?.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(ask, PAUSE);
});
field?.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    const options = optionsNow();
    const place = options.indexOf(chosen) + step;
    choose(options[(place + options.length) % options.length]);
  } else if (event.key === "Enter") {
    event.preventDefault();
    chosen?.click();
  }
});

async function ask() {
  const mine = ++asked;
  const busy = setTimeout(() => list.setAttribute("aria-busy", "true"), SLOW);
  const address = new URL(dialog.dataset.palette, location.href);
  const words = field.value.trim();
  if (words) address.searchParams.set("q", words);
  else address.searchParams.set("recent", recent().join(","));
  const page = await fetched(address).catch(() => null);
  clearTimeout(busy);
  if (mine !== asked) return;
  list.removeAttribute("aria-busy");
  show(page?.querySelector("[data-found]"));
}

function show(found) {
  const words = field.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const here = group(actions.filter((each) => isMeant(each, words)), words.length > 0);
  const there = found ? [...document.adoptNode(found).children] : [];
  list.replaceChildren(...(words.length ? [here, ...there] : [...there, here]).filter(Boolean));
  if (!list.children.length) list.append(line(dialog.dataset.nothing));
  optionsNow().forEach((option, place) => (option.id = `palette-${place}`));
  choose(optionsNow()[0]);
}

function line(text) {
  const paragraph = document.createElement("p");
  paragraph.className = "palette-nothing muted";
  paragraph.textContent = text;
  return paragraph;
}

function group(elements, isNarrowed) {
  const shown = isNarrowed ? elements.slice(0, MOST_ACTIONS) : elements;
  if (!shown.length) return null;
  const box = document.createElement("div");
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", dialog.dataset.here);
  const head = line(dialog.dataset.here);
  head.className = "group";
  head.setAttribute("aria-hidden", "true");
  box.append(head, ...shown.map((each) => lineOf(each, () => dialog.close())));
  return box;
}

function optionsNow() {
  return [...list.querySelectorAll("[role=option]")];
}

function choose(option) {
  for (const each of optionsNow()) each.setAttribute("aria-selected", String(each === option));
  chosen = option ?? null;
  if (chosen) field.setAttribute("aria-activedescendant", chosen.id);
  else field.removeAttribute("aria-activedescendant");
  chosen?.scrollIntoView({ block: "nearest" });
}
