// A link with data-inline opens its page's form in place of the value beside it; Escape takes it back.
import { parsed } from "steady/html";

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-inline]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const answer = await fetch(link.href, { headers: { "X-Dialog": "1" } }).catch(() => null);
  const form = answer?.ok && parsed(await answer.text()).querySelector("[data-sheet-body] form");
  if (form) open(link, document.adoptNode(form));
  else location.assign(link.href);
});

document.addEventListener("keydown", (event) => {
  const form = event.key === "Escape" && event.target.closest("form.is-inline");
  if (form) close(form);
});

// What is being changed is not painted over; the paint after it is saved brings all that came.
document.addEventListener("parts:painting", (event) => {
  if (event.target.querySelector("form.is-inline")) event.preventDefault();
});

function open(link, form) {
  const place = link.parentElement;
  for (const other of document.querySelectorAll("form.is-inline")) close(other);
  form.classList.add("is-inline");
  form.dataset.quiet = "";
  form.querySelector("[data-close]")?.addEventListener("click", (event) => {
    event.preventDefault();
    close(form);
  });
  form.addEventListener("quiet:sent", ({ detail }) => detail.ok && close(form));
  place.classList.add("is-open");
  place.append(form);
  form.querySelector("select, textarea, input:not([type=hidden])")?.focus();
}

function close(form) {
  const place = form.parentElement;
  form.remove();
  place.classList.remove("is-open");
  place.querySelector("a[data-inline]")?.focus();
}
