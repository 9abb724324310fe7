// Django's admin builds its widgets with jQuery, which hands text to innerHTML. Its own templates
// escape what people wrote, and the page's policy still refuses every script without the nonce; so
// markup may pass here, and nothing else: no script text, no address of a script.
window.trustedTypes?.createPolicy("default", { createHTML: (markup) => markup });

// Gives names to what Django's admin leaves without: the boxes of its pickers, the cells of a list that
// are edited in place, and the corner of its tables, which is no heading.
const { add } = document.currentScript.dataset;
// Before Django's own script reads them: a word which fits an empty table and every noun.
addEventListener("DOMContentLoaded", () => {
  for (const group of document.querySelectorAll("[data-inline-formset]")) {
    const facts = JSON.parse(group.dataset.inlineFormset);
    facts.options.addText = add;
    group.dataset.inlineFormset = JSON.stringify(facts);
  }
  document.getElementById("toggle-nav-sidebar")?.addEventListener("click", () => document.getElementById("main").classList.toggle("is-open"));
});
addEventListener("load", () => {
  const bar = document.getElementById("nav-sidebar");
  const here = bar?.querySelector(".current-model");
  if (here) bar.scrollTop = here.getBoundingClientRect().top - bar.getBoundingClientRect().top - bar.clientHeight / 2;
  name();
  new MutationObserver(name).observe(document.body, { childList: true, subtree: true });
});

function name() {
  for (const box of document.querySelectorAll(".select2-selection:not([aria-label])")) {
    const select = box.closest(".select2-container").previousElementSibling;
    const words = nameOf(select) || columnOf(box);
    box.setAttribute("aria-label", words);
    box.querySelector("[role=textbox], .select2-search__field")?.setAttribute("aria-label", words);
    box.removeAttribute("aria-labelledby");
  }
  for (const field of document.querySelectorAll(UNNAMED)) {
    if (!field.labels?.length) field.setAttribute("aria-label", columnOf(field) || rowOf(field));
  }
  // Read after what it sorts, as it is seen.
  for (const options of document.querySelectorAll(".sortoptions:first-child")) options.nextElementSibling?.after(options);
  for (const nothing of document.querySelectorAll("#changelist-filter li a:empty")) nothing.textContent = "–";
  // On a phone each row of a table is a card, whose cells say by themselves what they are.
  for (const table of document.querySelectorAll("#result_list, .tabular table")) {
    table.classList.add("has-cards");
    for (const cell of table.querySelectorAll("tbody :is(td, th):not([data-label], .action-checkbox, .original)")) {
      cell.dataset.label = headOf(cell);
      cell.classList.toggle("is-time", MOMENT.test(cell.textContent.trim()));
    }
  }
  // A moment keeps to one line where there is room for it.
  const results = document.querySelector(".results");
  if (results?.scrollWidth > results?.clientWidth) results.classList.add("is-tight");
  for (const corner of document.querySelectorAll("th.original, th.column-__str__:empty")) {
    const plain = document.createElement("td");
    plain.className = corner.className;
    plain.colSpan = corner.colSpan;
    corner.replaceWith(plain);
  }
}

const MOMENT = /^\d.{0,20} \d{4}.{0,4} \d\d:\d\d$/;
const UNNAMED = ":is(td, .datetime) :is(select, input, textarea):not([aria-label], [type=hidden])";

function rowOf(field) {
  const words = field.closest(".form-row")?.querySelector("legend, label")?.textContent.trim() ?? "";
  return `${words} ${field.previousSibling?.textContent.trim() ?? ""}`.replace(/:/g, "").trim();
}

function nameOf(select) {
  return select?.labels?.[0]?.textContent.trim().replace(/:$/, "");
}

function columnOf(field) {
  const cell = field.closest("td");
  return cell ? headOf(cell) : "";
}

function headOf(cell) {
  const heads = cell.closest("table").querySelectorAll("thead th, thead td");
  return (heads[cell.cellIndex]?.querySelector(".text") ?? heads[cell.cellIndex])?.textContent.trim() ?? "";
}
