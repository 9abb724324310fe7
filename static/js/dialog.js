// A link with data-dialog opens its page's form in a dialog; without this file it is just a link. A form
// with data-act is sent as one in the dialog is, which opens only when it was refused.
import { tell } from "steady/change";
import { toast } from "steady/toast";
import { parsed } from "steady/html";

const dialog = document.querySelector("dialog[data-sheet]");
let opener = null;

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (link && dialog && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    opener = link;
    await fill(fetch(link.href, { headers: { "X-Dialog": "1" } }), link.href);
  }
  if (dialog && event.target.closest("[data-close]") && dialog.contains(event.target)) {
    event.preventDefault();
    dialog.close();
  }
  if (event.target === dialog) dialog.close();
});

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!dialog || !(dialog.contains(form) || form.matches("[data-act]"))) return;
  event.preventDefault();
  const body = new FormData(form, event.submitter);
  form.setAttribute("aria-busy", "true");
  const sent = fetch(form.action, { method: "POST", body, headers: { "X-Dialog": "1" } });
  await fill(sent, form.action);
  form.removeAttribute("aria-busy");
});

dialog?.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.form?.requestSubmit();
});

dialog?.addEventListener("close", () => {
  dialog.replaceChildren();
  // Unless somebody has gone on already.
  if (document.activeElement === document.body) opener?.focus();
});

async function fill(asked, address) {
  const answer = await asked.catch(() => null);
  if (!answer) {
    toast(dialog.dataset.offline);
    return;
  }
  if (answer.headers.has("X-Go")) {
    const isHere = go(answer.headers.get("X-Go"));
    if (isHere && answer.headers.has("X-Said")) tell(decodeURIComponent(answer.headers.get("X-Said")), answer.headers.get("X-Undo"));
    return;
  }
  const sheet = parsed(await answer.text()).querySelector("[data-sheet-body]");
  if (!sheet) {
    location.assign(address);
    return;
  }
  dialog.replaceChildren(document.adoptNode(sheet));
  if (!dialog.open) dialog.showModal();
  (dialog.querySelector("[aria-invalid=true]") ?? dialog.querySelector("[autofocus], select, textarea, input:not([type=hidden])"))?.focus();
}

function go(address) {
  dialog.close();
  const target = new URL(address, location.href);
  const isHere = target.pathname === location.pathname && (!target.search || target.search === location.search);
  if (isHere) document.dispatchEvent(new CustomEvent("parts:refresh"));
  else location.assign(target);
  return isHere;
}
