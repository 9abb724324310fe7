// The editor of an item: questions are added, moved and taken away in place, and shown beside as
// they will be asked. Without this the form itself does the same, a press at a time.
import { parsed } from "steady/html";

const form = document.querySelector("form[data-keep]");
const PAUSE = 350; // milliseconds after the last key
let waiting = 0;
let count = 0;

if (form) begin();

function begin() {
  const list = form.querySelector("[data-questions]");
  for (const row of list.children) equip(row, list);
  form.querySelector("[data-more]").addEventListener("click", (event) => {
    event.preventDefault();
    const row = form.querySelector("template[data-blank]").content.firstElementChild.cloneNode(true);
    count += 1;
    for (const each of row.querySelectorAll("[id]")) each.id = each.id.replace("new", `n${count}`);
    for (const each of row.querySelectorAll("label")) each.htmlFor = each.htmlFor.replace("new", `n${count}`);
    equip(row, list);
    list.append(row);
    row.querySelector("input").focus();
  });
  form.addEventListener("input", later);
  form.addEventListener("change", later);
}

function equip(row, list) {
  const tools = document.createElement("p");
  tools.className = "cluster no-print";
  const moves = {
    up: () => row.previousElementSibling?.before(row),
    down: () => row.nextElementSibling?.after(row),
    away: () => row.remove(),
  };
  for (const [name, move] of Object.entries(moves)) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button is-small is-quiet";
    button.textContent = list.dataset[name];
    button.addEventListener("click", () => {
      move();
      if (button.isConnected) button.focus();
      later();
    });
    tools.append(button);
  }
  row.append(tools);
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
