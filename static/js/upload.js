// Files chosen, pasted or dropped go to the server at once and wait there with the draft.
import { parsed } from "steady/html";
import { show } from "steady/parts";

for (const field of document.querySelectorAll("input[data-uploads]")) {
  const form = field.form;
  field.addEventListener("change", () => {
    upload(form, field.dataset.uploads, [...field.files]);
    field.value = "";
  });
  form.addEventListener("paste", (event) => {
    const files = [...event.clipboardData.files];
    if (!files.length) return;
    event.preventDefault();
    upload(form, field.dataset.uploads, files.map(named));
  });
  for (const name of ["dragenter", "dragover"]) {
    form.addEventListener(name, (event) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      form.classList.add("is-over");
    });
  }
  form.addEventListener("dragleave", (event) => {
    if (!form.contains(event.relatedTarget)) form.classList.remove("is-over");
  });
  form.addEventListener("drop", (event) => {
    form.classList.remove("is-over");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    upload(form, field.dataset.uploads, [...event.dataTransfer.files]);
  });
  form.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-remove-file]");
    if (!button) return;
    event.preventDefault();
    const body = new FormData();
    body.append("csrfmiddlewaretoken", token(form));
    const headers = { "X-Live": "1" };
    const answer = await fetch(button.formAction, { method: "POST", body, headers }).catch(() => null);
    if (answer?.ok) show(parsed(await answer.text()));
    form.querySelector("textarea").focus();
  });
}

// What is pasted has the name "image.png" each time; the time tells them apart.
function named(file) {
  const [, suffix] = file.type.split("/");
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
  return file.name === "image.png" ? new File([file], `pasted-${stamp}.${suffix}`, { type: file.type }) : file;
}

async function upload(form, address, files) {
  const wrong = form.querySelector("[data-upload-wrong]");
  wrong.hidden = true;
  const field = form.querySelector("[data-uploads]");
  for (const file of files) {
    if (file.size > Number(field.dataset.mostBytes)) {
      wrong.textContent = `${file.name}: ${field.dataset.tooLarge}`;
      wrong.hidden = false;
      continue;
    }
    const line = progress(form, file);
    const answer = await sent(address, token(form), file, line.querySelector("progress"));
    line.remove();
    if (answer.status === 200) {
      show(parsed(answer.responseText));
    } else {
      wrong.textContent = sentence(answer, file);
      wrong.hidden = false;
    }
  }
}

function progress(form, file) {
  const line = document.createElement("li");
  const bar = document.createElement("progress");
  const name = document.createElement("span");
  line.className = "file is-uploading";
  name.className = "clip";
  name.textContent = file.name;
  bar.max = 1;
  bar.setAttribute("aria-label", file.name);
  line.append(name, bar);
  form.querySelector("[data-part=drafted]").append(line);
  return line;
}

function sent(address, csrf, file, bar) {
  return new Promise((resolve) => {
    const asked = new XMLHttpRequest();
    const body = new FormData();
    body.append("csrfmiddlewaretoken", csrf);
    body.append("files", file);
    asked.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = event.loaded / event.total;
    });
    asked.addEventListener("loadend", () => resolve(asked));
    asked.open("POST", address);
    asked.send(body);
  });
}

function sentence(answer, file) {
  try {
    return JSON.parse(answer.responseText).wrong;
  } catch {
    return `${file.name}: ${document.querySelector("dialog[data-sheet]")?.dataset.offline ?? answer.status}`;
  }
}

function token(form) {
  return form.elements.csrfmiddlewaretoken.value;
}
