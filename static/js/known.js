// Shows, while a report is typed, the records it may be a duplicate of; links to them open beside it.
import { fetched } from "steady/html";

const PAUSE = 350;
const ASKED = ["title", "description", "service"];
let timer = 0;
let latest = 0;

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-known]");
  if (!form || !ASKED.includes(event.target.name)) return;
  clearTimeout(timer);
  timer = setTimeout(() => ask(form), PAUSE);
});

// What is proposed is taken into the form, where it can be altered before it is sent.
document.addEventListener("click", (event) => {
  const taken = event.target.closest("[data-known-answers] [data-fill]");
  const field = taken?.form?.elements[taken.dataset.fill];
  if (!field) return;
  field.value = taken.value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
});

async function ask(form) {
  const mine = (latest += 1);
  const address = new URL(form.dataset.known, location.href);
  for (const name of ASKED) {
    const typed = form.elements[name]?.value.trim().slice(0, 1500);
    if (typed) address.searchParams.set(name, typed);
  }
  const page = await fetched(address).catch(() => null);
  // Answers to what was typed before may come late; they are not wanted any more.
  if (!page || mine !== latest) return;
  for (const link of page.querySelectorAll("a")) link.target = "_blank";
  form.querySelector("[data-known-answers]")?.replaceChildren(...page.body.childNodes);
}
