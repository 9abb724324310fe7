// Files chosen, photographed, pasted or dropped are gathered in one field, and can be taken away.
// Without this file the browser's own fields do the same, one choice each.

for (const part of document.querySelectorAll("[data-files]")) gather(part);

function gather(part) {
  const form = part.closest("form");
  const inputs = [...part.querySelectorAll("input[type=file]")];
  const chosen = part.querySelector("[data-files-chosen]");
  const [main] = inputs;
  let files = [];
  part.classList.add("is-gathering");

  for (const input of inputs) {
    input.addEventListener("change", () => {
      add([...input.files]);
      if (input !== main) input.value = "";
    });
  }
  form.addEventListener("paste", (event) => {
    const pasted = [...event.clipboardData.files];
    if (pasted.length) event.preventDefault();
    add(pasted.map(named));
  });
  form.addEventListener("dragover", (event) => {
    event.preventDefault();
    form.classList.add("is-over");
  });
  form.addEventListener("dragleave", () => form.classList.remove("is-over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("is-over");
    add([...event.dataTransfer.files]);
  });

  function add(more) {
    files = files.concat(more.filter((each) => !files.includes(each)));
    show();
  }

  function show() {
    const all = new DataTransfer();
    for (const file of files) all.items.add(file);
    main.files = all.files;
    chosen.replaceChildren(...files.map(line));
  }

  function line(file) {
    const item = document.createElement("li");
    const name = document.createElement("span");
    name.textContent = file.name;
    name.className = "clip";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button is-quiet is-icon";
    button.textContent = "×";
    button.setAttribute("aria-label", `${part.dataset.remove}: ${file.name}`);
    button.addEventListener("click", () => {
      files = files.filter((each) => each !== file);
      show();
      main.focus();
    });
    item.append(name, button);
    return item;
  }
}

// Every pasted screenshot is called image.png; the time tells them apart.
function named(file) {
  if (file.name !== "image.png") return file;
  const at = new Date().toTimeString().slice(0, 8).replaceAll(":", "-");
  return new File([file], `screenshot-${at}.png`, { type: file.type });
}
