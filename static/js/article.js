// The editor of an article: shown beside as readers will see it, pictures go where the cursor is.
import { parsed } from "steady/html";

const form = document.querySelector("form[data-article-preview]");
const PAUSE = 350; // milliseconds after the last key
let waiting = 0;

if (form) begin(form.querySelector("textarea[name=body]"));

function begin(text) {
  const field = form.querySelector("input[type=file]");
  text.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, PAUSE);
  });
  // Before it is saved for the first time there is nothing the pictures could belong to.
  const address = form.dataset.articleImages;
  if (!address) return;
  field.addEventListener("change", () => {
    send(address, text, [...field.files]);
    field.value = "";
  });
  text.addEventListener("paste", (event) => take(event, event.clipboardData.files));
  text.addEventListener("drop", (event) => take(event, event.dataTransfer.files));

  function take(event, files) {
    if (!files.length) return;
    event.preventDefault();
    send(address, text, [...files]);
  }
}

async function send(address, text, files) {
  const wrong = form.querySelector("[data-article-wrong]");
  const body = new FormData();
  body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  for (const file of files) body.append("files", file);
  const answer = await fetch(address, { method: "POST", body, credentials: "same-origin" }).catch(() => null);
  const told = await answer?.json().catch(() => null);
  wrong.hidden = Boolean(answer?.ok);
  if (!answer?.ok) {
    wrong.textContent = told?.wrong ?? document.querySelector("dialog[data-sheet]")?.dataset.offline ?? "";
    return;
  }
  text.setRangeText(`\n${told.text}\n`, text.selectionStart, text.selectionEnd, "end");
  text.dispatchEvent(new Event("input", { bubbles: true }));
  text.focus();
}

async function show() {
  const box = form.querySelector("[data-article-shown]");
  const body = new FormData();
  body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  body.append("body", form.elements.body.value);
  const answer = await fetch(form.dataset.articlePreview, { method: "POST", body, credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  box.replaceChildren(...parsed(await answer.text()).body.childNodes);
}
