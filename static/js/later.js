// What a page can do without at first is fetched once the page stands; without this it is a link.
import { fetched } from "steady/html";

const quiet = globalThis.requestIdleCallback ?? ((wait) => setTimeout(wait, 200));

for (const place of document.querySelectorAll("[data-later]:not([data-part])")) {
  quiet(async () => {
    const page = await fetched(place.dataset.later).catch(() => null);
    if (page) place.replaceChildren(...page.body.childNodes);
  });
}
