// Copies an address or a number; without it the link is just a link.
import { toast } from "steady/toast";

document.addEventListener("click", async (event) => {
  const source = event.target.closest("[data-copy], [data-copy-link]");
  if (!source || event.ctrlKey || event.metaKey || !navigator.clipboard) return;
  event.preventDefault();
  const text = source.dataset.copy ?? new URL(source.getAttribute("href"), location.href).href;
  await navigator.clipboard.writeText(text).then(
    () => toast(document.querySelector("[data-copied]")?.dataset.copied ?? text),
    () => toast(text),
  );
});
