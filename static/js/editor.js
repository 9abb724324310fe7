// Rows of a form that come and go: a button named "do" sends the form and paints its answer in place.
import { parsed } from "steady/html";
import { toast } from "steady/toast";

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const button = event.submitter;
  if (!form.matches("form[data-editor]") || button?.name !== "do") return;
  event.preventDefault();
  form.setAttribute("aria-busy", "true");
  const body = new FormData(form, button);
  const answer = await fetch(location.href, { method: "POST", body }).catch(() => null);
  form.removeAttribute("aria-busy");
  if (!answer?.ok) {
    toast(document.querySelector("dialog[data-sheet]")?.dataset.offline ?? "");
    return;
  }
  const again = parsed(await answer.text()).querySelector("form[data-editor]");
  form.replaceChildren(...document.adoptNode(again).childNodes);
  focusNew(form, button.value);
});

// Whoever works with the keyboard goes on in the row that came, or where the one that went had been.
function focusNew(form, word) {
  const rows = [...form.querySelectorAll(`#${word.split("-")[1]}s [role=group][aria-label]`)];
  const place = Number(word.split("-").at(-1));
  const row = word.startsWith("add") ? rows.at(-1) : rows[Math.min(place, rows.length - 1)];
  const target = row?.querySelector("select, input:not([type=hidden]), textarea, button");
  (target ?? form.querySelector("[value^=add]"))?.focus();
}
