// The editor of an item: its rows are added, moved and taken away in place, a row shows what its
// type needs, and questions are shown beside as they will be asked. Without this the form itself
// does the same, a press at a time.
import { parsed } from "steady/html";

const form = document.querySelector("form[data-keep]");
const PAUSE = 350; // milliseconds after the last key
const MOVES = {
  up: (row) => row.previousElementSibling?.before(row),
  down: (row) => row.nextElementSibling?.after(row),
  away: (row) => row.remove(),
};
let waiting = 0;
let count = 0;

if (form) begin();

function begin() {
  for (const each of form.querySelectorAll("[data-type]")) narrow(each);
  form.addEventListener("click", press);
  form.addEventListener("input", later);
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-type]")) narrow(event.target);
    later();
  });
}

function press(event) {
  const button = event.target.closest("[data-more], [data-row-goes]");
  if (!button) return;
  event.preventDefault();
  if (button.dataset.more) add(button.dataset.more);
  else {
    MOVES[button.dataset.rowGoes](button.closest("li"));
    if (button.isConnected) button.focus();
    later();
  }
}

function add(sort) {
  const row = form.querySelector(`template[data-blank="${sort}"]`).content.firstElementChild.cloneNode(true);
  count += 1;
  for (const each of row.querySelectorAll("[id]")) each.id = each.id.replace("new", `n${count}`);
  for (const each of row.querySelectorAll("label")) each.htmlFor = each.htmlFor.replace("new", `n${count}`);
  form.querySelector(`[data-list-of="${sort}"]`).append(row);
  for (const each of row.querySelectorAll("[data-type]")) narrow(each);
  row.querySelector("input, select").focus();
}

function narrow(type) {
  for (const each of (type.closest("[data-narrows]") ?? type.closest(".keep-grid")).querySelectorAll("[data-types]"))
    each.hidden = !each.dataset.types.split(" ").includes(type.value);
}

function later() {
  clearTimeout(waiting);
  waiting = setTimeout(show, PAUSE);
}

async function show() {
  const box = form.querySelector("[data-preview]");
  const answer = await fetch(form.dataset.keep, { method: "POST", body: new FormData(form), credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok) return;
  const page = parsed(await answer.text());
  box.replaceChildren(...document.adoptNode(page.body).childNodes);
}
