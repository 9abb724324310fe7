// In the reply box, @ offers people who may see the record and / at a line's start offers templates.

const PAUSE = 90;

for (const text of document.querySelectorAll("textarea[data-complete]")) {
  const form = text.form;
  const list = document.createElement("ul");
  list.className = "offers";
  list.id = `${text.id}-offers`;
  list.setAttribute("role", "listbox");
  list.hidden = true;
  text.after(list);
  text.setAttribute("aria-autocomplete", "list");
  text.setAttribute("aria-controls", list.id);
  const state = { text, list, begun: null, timer: 0, asked: 0 };

  text.addEventListener("input", () => look(state, form.dataset.offers));
  text.addEventListener("keydown", (event) => steer(state, event));
  text.addEventListener("blur", () => setTimeout(() => text.matches(":focus") || close(state), 150));
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const option = event.target.closest("[role=option]");
    if (option) take(state, option);
  });
  const button = form.querySelector("[data-offer-templates]");
  button?.addEventListener("click", () => {
    text.focus();
    const isLineBegun = text.selectionStart > 0 && text.value[text.selectionStart - 1] !== "\n";
    text.setRangeText(isLineBegun ? "\n/" : "/", text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

function begunAt(text) {
  const before = text.value.slice(0, text.selectionStart);
  const person = /(?:^|[\s(])@([\w.+-]{0,40})$/.exec(before);
  if (person) return { what: "people", q: person[1], from: before.length - person[1].length - 1 };
  const reply = /(?:^|\n)\/([^\n/]{0,40})$/.exec(before);
  if (reply) return { what: "replies", q: reply[1], from: before.length - reply[1].length - 1 };
  return null;
}

function look(state, address) {
  state.begun = begunAt(state.text);
  clearTimeout(state.timer);
  if (!state.begun) close(state);
  else state.timer = setTimeout(() => offer(state, address), PAUSE);
}

async function offer(state, address) {
  const begun = state.begun;
  if (!begun) return;
  const asked = (state.asked += 1);
  const answer = await fetch(`${address}?${new URLSearchParams({ what: begun.what, q: begun.q })}`).catch(() => null);
  if (!answer?.ok || answer.redirected || asked !== state.asked || begun !== state.begun) return;
  const { options } = await answer.json();
  state.list.replaceChildren(...options.map((each, place) => line(state, each, place)));
  state.list.hidden = !options.length;
  state.offered = begun;
  if (options.length) choose(state, 0);
  else close(state);
}

function line(state, { value, label, hint, href }, place) {
  const option = document.createElement("li");
  const name = document.createElement("strong");
  const more = document.createElement("span");
  option.id = `${state.list.id}-${place}`;
  option.setAttribute("role", "option");
  option.dataset.value = value;
  if (href) option.dataset.href = href;
  name.textContent = label;
  more.textContent = hint;
  option.append(name, more);
  return option;
}

function choose(state, place) {
  const options = [...state.list.children];
  const chosen = options[(place + options.length) % options.length];
  for (const each of options) each.setAttribute("aria-selected", String(each === chosen));
  chosen.scrollIntoView({ block: "nearest" });
  state.text.setAttribute("aria-activedescendant", chosen.id);
}

function steer(state, event) {
  if (state.list.hidden) return;
  const options = [...state.list.children];
  const now = options.findIndex((each) => each.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown") choose(state, now + 1);
  else if (event.key === "ArrowUp") choose(state, now - 1);
  else if (event.key === "Enter" || event.key === "Tab") take(state, options[now]);
  else if (event.key === "Escape") close(state);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function take(state, option) {
  const { text, offered } = state;
  text.setRangeText(option.dataset.value, offered.from, text.selectionStart, "end");
  close(state);
  text.dispatchEvent(new Event("input", { bubbles: true }));
  if (option.dataset.href) location.assign(option.dataset.href);
}

function close(state) {
  clearTimeout(state.timer);
  state.begun = null;
  state.list.hidden = true;
  state.text.removeAttribute("aria-activedescendant");
}
