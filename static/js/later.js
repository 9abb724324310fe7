// What a page can do without at first is fetched once the page stands; without this it is a link.
import { fetched } from "steady/html";

const LONGEST = 300; // ms; a page that paints nothing new may never call itself idle
const quiet = (work) => globalThis.requestIdleCallback?.(work, { timeout: LONGEST }) ?? setTimeout(work, LONGEST);

function fetchAll() {
  for (const place of document.querySelectorAll("[data-later]:not([data-part], [data-fetched])")) quiet(() => fill(place));
}

async function fill(place) {
  if (place.dataset.fetched !== undefined) return;
  const page = await fetched(place.dataset.later).catch(() => null);
  if (!page) return;
  place.replaceChildren(...page.body.childNodes);
  place.dataset.fetched = "";
}

fetchAll();
document.addEventListener("parts:changed", fetchAll);
