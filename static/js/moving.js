// A change on its way to another time: while it moves, the server says what would be in its way;
// when it is let go, it is planned for then, and may be taken back.
import { fetched } from "steady/html";
import { toast } from "steady/toast";

const PATIENCE = 150; // ms between two questions
const board = document.querySelector("[data-calendar]");
const status = document.querySelector("[data-status]");
const ask = document.querySelector("[data-ask]");
// What moves: its slot, by how many minutes, from where a pointer took it, what the server said.
let moving = null;

export const current = () => moving;

export function begin(slot, event) {
  moving = { slot, minutes: 0, told: null, from: event && { x: event.clientX, y: event.clientY } };
}

export function stop() {
  if (!moving || ask.open) return;
  clearTimeout(moving.timer);
  const { slot } = moving;
  slot.classList.remove("is-dragged", "is-block", "is-warn", "is-fine");
  slot.style.transform = "";
  for (const each of board.querySelectorAll(".is-target")) each.classList.remove("is-target");
  status.hidden = true;
  moving = null;
}

export function shift(minutes) {
  moving.slot.classList.add("is-dragged");
  if (minutes === moving.minutes) return;
  moving.minutes = minutes;
  moving.told = null;
  clearTimeout(moving.timer);
  moving.timer = setTimeout(question, PATIENCE, moving);
}

function parts(minutes) {
  const days = Math.trunc(minutes / 1440);
  return new URLSearchParams({ days, minutes: minutes - days * 1440 });
}

async function asked(slot, minutes) {
  const answer = await fetch(`${slot.dataset.fits}?${parts(minutes)}`).catch(() => null);
  return { isFine: answer?.ok, told: await answer?.json().catch(() => null) };
}

async function question(now) {
  const { minutes, slot } = now;
  const { isFine, told } = await asked(slot, minutes);
  if (moving !== now || now.minutes !== minutes) return;
  now.told = told;
  const mark = isFine ? told.severity || "fine" : "block";
  for (const each of ["block", "warn", "fine"]) {
    for (const shown of [slot, status]) shown.classList.toggle(`is-${each}`, each === mark);
  }
  status.textContent = isFine ? sentence(told) : told?.why ?? board.dataset.offline;
  status.hidden = false;
}

function sentence(told) {
  const found = told.conflicts.slice(0, 3).map((each) => `${each.other}: ${each.why}`);
  const free = told.free ? ` (${board.dataset.free}: ${told.free.words})` : "";
  return `${told.words} · ${found.join(" ") || board.dataset.fine}${free}`;
}

export async function commit() {
  const { slot, minutes } = moving;
  moving.from = null; // the pointer has let go of it
  const told = moving.told ?? (await asked(slot, minutes))?.told;
  const isAgreed = !told?.asks_again || (await agreed());
  stop();
  if (isAgreed) await post(slot.dataset.move, { ...Object.fromEntries(parts(minutes)), version: slot.dataset.version });
}

function agreed() {
  ask.returnValue = "";
  ask.showModal();
  return new Promise((done) => ask.addEventListener("close", () => done(ask.returnValue === "move"), { once: true }));
}

async function post(address, given) {
  const token = new FormData(document.querySelector("[data-token]"));
  for (const [name, value] of Object.entries(given)) token.set(name, value);
  const headers = { Accept: "application/json" };
  const answer = await fetch(address, { method: "POST", body: token, headers }).catch(() => null);
  const told = await answer?.json().catch(() => null);
  if (!told?.said) return toast(told?.why ?? board.dataset.offline);
  await paint(address);
  const back = told.undo && { ...told.undo, version: told.version };
  toast(told.said, back && { label: board.dataset.undo, run: () => post(address, back) });
}

async function paint(address) {
  const page = await fetched(location.href).catch(() => null);
  const fresh = page?.querySelector("[data-calendar]");
  if (!fresh) return location.reload();
  board.replaceChildren(...document.adoptNode(fresh).childNodes);
  board.querySelector(`[data-move="${address}"]`)?.focus();
}
