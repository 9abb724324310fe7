// The bell in the top bar: the live line says when something came into one's own inbox.
// However much comes, it is fetched at most every two seconds.
import { fetched } from "steady/html";

const PAUSE = 2000;
const FIRST = 50;
let timer = 0;
let last = -PAUSE;

document.addEventListener("live", ({ detail }) => {
  if (detail.name === "inbox.filled" || detail.name === "resync") soon();
});

function soon() {
  timer ||= setTimeout(ring, Math.max(FIRST, last + PAUSE - performance.now()));
}

async function ring() {
  const bell = document.querySelector("[data-bell]");
  try {
    if (document.querySelector("[data-inbox]")) {
      document.dispatchEvent(new CustomEvent("parts:refresh"));
    } else if (bell) {
      const fresh = (await fetched(bell.dataset.bell)).querySelector("[data-bell]");
      const had = bell === document.activeElement;
      bell.replaceWith(document.adoptNode(fresh));
      if (had) fresh.focus({ preventScroll: true });
    }
  } catch {
    // Offline or signed out: the next ring or page brings it.
  }
  last = performance.now();
  timer = 0;
}
