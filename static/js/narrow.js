// The form that narrows a queue: it shows the new list in place, and the address says what is shown.
import { fetched } from "steady/html";

const form = document.querySelector("form[data-narrow]");

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  form.querySelector("details[open]")?.removeAttribute("open");
  show();
});
form?.addEventListener("change", () => show());
addEventListener("popstate", () => location.reload());

function address() {
  const asked = new Map();
  for (const [name, value] of new FormData(form)) {
    if (value) asked.set(name, asked.has(name) ? `${asked.get(name)},${value}` : value);
  }
  const target = new URL(form.action);
  target.search = new URLSearchParams([...asked]).toString().replaceAll("%2C", ",") || "phase=open";
  return target;
}

async function show() {
  const target = address();
  const queue = document.getElementById("queue");
  queue.setAttribute("aria-busy", "true");
  try {
    const page = await fetched(target);
    queue.replaceWith(document.adoptNode(page.getElementById("queue")));
    document.querySelector(".tabs")?.replaceWith(document.adoptNode(page.querySelector(".tabs")));
    for (const link of document.querySelectorAll("[data-save-view]")) {
      link.href = page.querySelector("[data-save-view]").href;
    }
    history.pushState(null, "", target);
    document.dispatchEvent(new CustomEvent("queue:changed"));
  } catch {
    location.assign(target);
  }
}
