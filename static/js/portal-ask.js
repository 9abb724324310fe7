// Asks the server, while one types, what may be meant, and lets the arrow keys go through the answers.
// The answers are plain links below the field: without this file, Enter shows the same ones.
import { fetched } from "steady/html";

const PAUSE = 180;
const LEAST = 2;

for (const part of document.querySelectorAll("[data-ask]")) watch(part);

function watch(part) {
  const field = part.querySelector("input");
  const answers = part.querySelector("[data-answers]");
  const status = part.querySelector("[role=status]");
  let timer = 0;
  let asked = 0;

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  // Whoever follows the link to a report before the next answer takes along all that he typed.
  answers.addEventListener("click", (event) => {
    const link = event.target.closest("a.is-report");
    if (link) link.search = new URLSearchParams({ title: field.value.trim() });
  });
  part.addEventListener("keydown", (event) => {
    const stops = [field, ...answers.querySelectorAll("a")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const next = stops[stops.indexOf(document.activeElement) + step];
    if (step && next) {
      event.preventDefault();
      next.focus();
    } else if (event.key === "Escape" && answers.children.length) {
      answers.replaceChildren();
      field.focus();
    }
  });

  async function ask() {
    const text = field.value.trim();
    const mine = (asked += 1);
    if (text.length < LEAST) return show([]);
    const address = new URL(part.dataset.ask, location.href);
    address.searchParams.set("q", text);
    try {
      const page = await fetched(address);
      // Answers to what was typed before may come late; they are not wanted any more.
      if (mine === asked) show(page.body.children);
    } catch {
      // Offline or signed out: what is typed stays, and can still be sent.
    }
  }

  function show(found) {
    answers.replaceChildren(...[...found].map((each) => document.adoptNode(each)));
    status.textContent = answers.querySelector("a") ? status.dataset.said : "";
  }
}
