// The words of a message template as somebody will read them, while they are typed.
// A plain script, since Django's admin loads it.

(() => {
  const body = document.querySelector("textarea[data-preview]");
  const subject = document.querySelector("input[name=subject]");
  if (!body || !subject) return;
  const examples = JSON.parse(body.dataset.preview);
  const box = document.createElement("div");
  const head = document.createElement("strong");
  const text = document.createElement("p");
  box.className = "preview";
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", body.dataset.previewTitle);
  box.append(head, text);
  body.after(box);

  function show(target, words) {
    target.replaceChildren(
      ...words.split(/(\{[^{}\n]*\})/).map((part) => {
        const name = /^\{([^{}\n]*)\}$/.exec(part)?.[1];
        if (name === undefined) return part;
        if (Object.hasOwn(examples, name)) return examples[name];
        const wrong = document.createElement("mark");
        wrong.textContent = part;
        return wrong;
      }),
    );
  }

  function paint() {
    show(head, subject.value);
    show(text, body.value);
  }

  body.addEventListener("input", paint);
  subject.addEventListener("input", paint);
  paint();
})();
