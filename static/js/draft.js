// Keeps what is typed: on the server one second after typing stops, in this browser until it has it.

const PAUSE = 1000;

for (const form of document.querySelectorAll("form[data-composer]")) {
  const text = form.querySelector("textarea");
  const status = form.querySelector("[data-draft-status]");
  const key = `draft:${form.dataset.composer}`;
  let timer = 0;
  if (!text.value || sessionStorage.getItem(key)?.startsWith(text.value)) {
    text.value = sessionStorage.getItem(key) ?? text.value;
  }

  const changed = () => {
    sessionStorage.setItem(key, text.value);
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  };
  const save = async () => {
    if (!form.dataset.draft) return;
    const sent = text.value;
    const answer = await fetch(form.dataset.draft, { method: "POST", body: drafted(form) }).catch(() => null);
    const isKept = answer?.status === 204;
    if (isKept && text.value === sent) sessionStorage.removeItem(key);
    if (status) status.textContent = isKept ? (sent ? form.dataset.saved : "") : form.dataset.unsaved;
    if (!isKept) timer = setTimeout(save, PAUSE * 5);
  };
  text.addEventListener("input", changed);
  if (sessionStorage.getItem(key)) changed();
  form.addEventListener("change", (event) => event.target.name === "public" && text.value && changed());
  form.addEventListener("submit", () => clearTimeout(timer));
  form.addEventListener("quiet:sent", ({ detail }) => {
    if (!detail.ok) return;
    sessionStorage.removeItem(key);
    if (status) status.textContent = "";
  });
  if (!form.matches("[data-quiet]")) form.addEventListener("submit", () => sessionStorage.removeItem(key));
}

function drafted(form) {
  const fields = new FormData(form);
  fields.delete("files");
  return fields;
}
