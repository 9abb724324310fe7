// Panels take turns on a small screen when the address says so (data-cycle: seconds each stands).

const seconds = Number(document.body.dataset.cycle);
const panels = ["burning", "alerts", "health"];
let place = -1;

function turn() {
  place = (place + 1) % panels.length;
  document.body.dataset.shown = panels[place];
}

if (seconds) {
  turn();
  setInterval(turn, seconds * 1000);
}
