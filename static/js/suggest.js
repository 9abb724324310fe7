// Fills the <datalist> of a field from the server while one types; without it one types the name.

let waiting = 0;

document.addEventListener("input", (event) => {
  const field = event.target.closest("input[data-suggest]");
  if (!field || event.inputType === "insertReplacementText") return;
  clearTimeout(waiting);
  waiting = setTimeout(() => suggest(field), 120);
});
document.addEventListener("focusin", (event) => {
  const field = event.target.closest("input[data-suggest]");
  if (field && !field.list?.children.length) suggest(field);
});

async function suggest(field) {
  const address = new URL(field.dataset.suggest, location.href);
  address.searchParams.set("q", field.value);
  const answer = await fetch(address).catch(() => null);
  if (!answer?.ok) return;
  const { options } = await answer.json();
  field.list?.replaceChildren(
    ...options.map(({ value, label }) => {
      const option = document.createElement("option");
      option.value = value;
      option.label = label;
      return option;
    }),
  );
}
