// The record beside its queue, from 960 px: read without leaving the list, kept in the address as ?open=.
import { fetched } from "steady/html";
import { refresh } from "steady/times";
import { picked } from "steady/picks";

const halves = document.querySelector("[data-halves]");
const pane = halves?.querySelector("[data-detail]");
const body = pane?.querySelector("[data-detail-body]");
const wide = matchMedia("(min-width: 60rem)");
const kept = new Map(); // by number and version, so that what is shown is never older than its row
const KEEP = 30;
const OWN = "[data-triage], template, [data-picker], form.composer, [data-presence] > form, .no-split";
let shown = "";
let waiting = 0;

const isOn = () => halves?.dataset.halves === "on" && wide.matches;
const rowOf = (number) => document.getElementById(number);

async function partsOf(row, isFresh = false) {
  const key = `${row.dataset.number}:${row.dataset.version}`;
  if (!kept.has(key) || isFresh) {
    kept.set(key, fetched(row.querySelector(".title").href));
    if (kept.size > KEEP) kept.delete(kept.keys().next().value);
  }
  const page = await kept.get(key).catch(() => kept.delete(key) && null);
  return page?.querySelector?.("main")?.cloneNode(true) ?? null;
}

export async function open(row, { isFresh = false } = {}) {
  const number = row.dataset.number;
  const main = await partsOf(row, isFresh);
  if (!main) return location.assign(row.querySelector(".title").href);
  const top = shown === number ? pane.scrollTop : 0;
  shown = number;
  for (const each of main.querySelectorAll(OWN)) each.remove();
  for (const each of main.querySelectorAll("[id]")) each.removeAttribute("id");
  refresh(main);
  body.replaceChildren(...document.adoptNode(main).childNodes);
  pane.hidden = false;
  pane.querySelector("[data-detail-open]").href = row.querySelector(".title").href;
  pane.scrollTop = top;
  halves.classList.add("has-detail");
  mark(row);
  say(number);
  const next = row.nextElementSibling;
  if (next) setTimeout(() => partsOf(next), 200);
}

function mark(row) {
  const now = document.querySelector("#queue .row.is-current");
  if (now === row) return;
  now?.classList.remove("is-current");
  row.classList.add("is-current");
}

function close() {
  shown = "";
  pane.hidden = true;
  halves.classList.remove("has-detail");
  say("");
  document.querySelector("#queue .row.is-current .title")?.focus({ preventScroll: true });
}

function say(number) {
  const address = new URL(location.href);
  if (number) address.searchParams.set("open", number);
  else address.searchParams.delete("open");
  address.search = address.search.replaceAll("%2C", ",");
  history.replaceState(history.state, "", address);
}

if (halves) {
  document.addEventListener("click", (event) => {
    const title = event.target.closest("#queue .row .title");
    if (event.target.closest("[data-detail-close]")) close();
    if (!title || !isOn() || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (title.closest(".row").dataset.number === shown) return; // the second time leads to its page
    event.preventDefault();
    open(title.closest(".row"));
  });
  document.addEventListener("row:current", ({ detail }) => {
    clearTimeout(waiting);
    if (shown && isOn()) waiting = setTimeout(() => open(detail), 90);
    else if (isOn()) waiting = setTimeout(() => partsOf(detail), 200);
  });
  document.addEventListener("live", ({ detail }) => {
    if (!shown || detail.number !== shown) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => rowOf(shown) && open(rowOf(shown), { isFresh: true }), 150);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || !shown || picked().length) return;
    if (!event.target.closest("input, textarea, select, dialog, [popover]")) close();
  });
  const asked = rowOf(new URL(location.href).searchParams.get("open") ?? "");
  if (asked && isOn()) open(asked);
}
