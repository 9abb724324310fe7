// Changes rows before the server has answered, and puts them back when it refuses. Whatever was
// changed can be taken back for a few seconds.
import { move } from "steady/keys";
import { clear, picked, show, targets, view } from "steady/picks";
import { place } from "steady/rows";
import { toast } from "steady/toast";
import { parsed } from "steady/html";

const bar = document.querySelector("[data-triage]");
let line = Promise.resolve(); // one after the other, so that each knows what the one before made

export async function change(given, { paint = null, on = targets(), whole = view.isWhole } = {}) {
  if (!bar || !on.length) return false;
  const before = new Map(on.map((row) => [row.dataset.number, row.cloneNode(true)]));
  if (paint) for (const row of on) if (row.matches(".row")) paint(row);
  const body = new FormData();
  for (const [name, value] of Object.entries(given)) body.append(name, value);
  body.append("numbers", on.map((row) => row.dataset.number).join(","));
  if (whole && picked().length) body.append("all", "1");
  body.append("back", location.search);
  line = line.then(() => {
    body.append("versions", [...before.keys()].map(versionOf).join(","));
    return send(bar.action, body, before);
  });
  return line;
}

function versionOf(number) {
  const now = document.getElementById(number) ?? document.querySelector("[data-record]");
  return `${number}:${now?.dataset.version ?? ""}`;
}

async function send(address, body, before = new Map()) {
  body.append("csrfmiddlewaretoken", bar.querySelector("[name=csrfmiddlewaretoken]").value);
  const headers = { Accept: "application/json" };
  const answer = await fetch(address, { method: "POST", body, headers }).catch(() => null);
  const told = await answer?.json().catch(() => null);
  if (!told?.results) {
    for (const row of before.values()) restore(row);
    toast(answer ? bar.dataset.failed : bar.dataset.offline);
    return false;
  }
  const failed = told.results.filter((each) => each.status !== 200);
  for (const each of failed) if (before.has(each.number)) restore(before.get(each.number));
  for (const row of parsed(told.rows).querySelectorAll(".row")) {
    if (document.getElementById(row.id)) place(document.adoptNode(row));
  }
  show();
  document.dispatchEvent(new CustomEvent("parts:refresh"));
  tell(told.said, told.undo);
  return failed.length < told.results.length;
}

// What was done, with the way back for as long as the message stands.
export function tell(said, token) {
  toast(said, bar && token ? { label: bar.dataset.undoWord, run: () => undo(token) } : null);
}

function undo(token) {
  const body = new FormData();
  body.append("token", token);
  line = line.then(() => send(bar.dataset.undo, body));
}

function restore(row) {
  const now = document.getElementById(row.dataset.number);
  if (!now || !row.matches(".row")) return;
  row.classList.toggle("is-current", now.classList.contains("is-current"));
  const isFocused = now.contains(document.activeElement);
  now.replaceWith(row);
  if (isFocused) row.querySelector(".title")?.focus({ preventScroll: true });
}

// A verb that asks for something opens its form in the dialog, for all that is meant.
export function ask(verb, then = "") {
  const link = bar?.querySelector("[data-asking]");
  const numbers = targets().map((row) => row.dataset.number);
  if (!link || !numbers.length) return;
  const asked = new URLSearchParams({ what: verb, numbers: numbers.join(",") });
  link.search = asked.toString();
  bar.dataset.then = then;
  link.click();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-triage] [data-do], [data-triage] [data-ask]");
  if (button?.dataset.ask) ask(button.dataset.ask, button.dataset.then);
  if (!button?.dataset.do) return;
  const value = button.dataset.value ?? "";
  const option = document
    .querySelector(`template[data-options="${button.dataset.do}"]`)
    ?.content.querySelector(`[data-value="${CSS.escape(value)}"]`);
  const paint = option && ((row) => paintCell(row, button.dataset.do, option));
  change({ what: button.dataset.do, value }, { paint });
});

export function paintCell(row, field, option) {
  const cell = row.querySelector(`.c-${field}`);
  const pieces = option.querySelector("[data-paint]")?.childNodes;
  if (cell && pieces?.length) cell.replaceChildren(...[...pieces].map((each) => each.cloneNode(true)));
  if (option.dataset.to) row.dataset.state = option.dataset.to;
}

// Before the dialog sends it itself: the form of a verb for picked rows.
document.addEventListener(
  "submit",
  async (event) => {
    if (!bar || !event.target.matches("form[data-change]")) return;
    event.preventDefault();
    event.stopPropagation();
    const form = event.target;
    const given = Object.fromEntries(new FormData(form));
    const on = targets();
    const chosen = new Set(given.numbers.split(","));
    const verb = given.what;
    const option = document
      .querySelector("template[data-options=state]")
      .content.querySelector(`[data-what="${CSS.escape(verb)}"]`);
    const meant = on.filter((row) => chosen.has(row.dataset.number));
    for (const name of ["numbers", "back", "csrfmiddlewaretoken"]) delete given[name];
    const [dialog, sheet] = [form.closest("dialog"), form.closest("[data-sheet-body]")];
    dialog?.close();
    if (bar.dataset.then === "next") move(1);
    const isDone = await change(given, { on: meant, paint: (row) => paintCell(row, "state", option) });
    if (isDone) clear();
    else if (dialog && !dialog.open) {
      // What was typed is not lost when the server refuses it.
      dialog.replaceChildren(sheet);
      dialog.showModal();
    }
  },
  true,
);
