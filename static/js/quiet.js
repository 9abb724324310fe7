// A form with data-quiet is sent without leaving the page; the parts are painted from the answer.
import { parsed } from "steady/html";
import { show } from "steady/parts";
import { toast } from "steady/toast";

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form[data-quiet]") || event.defaultPrevented) return;
  event.preventDefault();
  const body = new FormData(form, event.submitter);
  form.setAttribute("aria-busy", "true");
  const answer = await fetch(form.action, { method: "POST", body }).catch(() => null);
  form.removeAttribute("aria-busy");
  if (!answer) {
    toast(document.querySelector("dialog[data-sheet]")?.dataset.offline ?? "");
    return;
  }
  const page = parsed(await answer.text());
  const again = page.querySelector("[data-sheet-body] form");
  if (again && form.matches(".is-inline") && !answer.ok && answer.status === 422) {
    form.replaceChildren(...document.adoptNode(again).childNodes);
    return;
  }
  if (!page.querySelector("[data-part=head]")) {
    location.assign(answer.ok ? answer.url : location.href);
    return;
  }
  if (answer.ok) form.reset();
  form.dispatchEvent(new CustomEvent("quiet:sent", { detail: answer }));
  show(page);
  for (const line of page.querySelectorAll("[data-toasts] .toast")) toast(line.textContent);
});
