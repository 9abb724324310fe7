// The log of a run grows as the run speaks: the page asks for what came after its last line until
// nothing more comes. A bell rings for it; without one it is asked for now and then.
import { fetched } from "steady/html";

const PAUSE = 250;
const PATIENCE = 5000;
const log = document.querySelector("[data-run-log]");
let timer = 0;
let busy = false;

if (log) {
  for (const bell of ["live", "run"]) {
    document.addEventListener(bell, ({ detail }) => {
      if (detail.number === document.body.dataset.watches || detail.name === "resync") soon();
    });
  }
  setInterval(() => !document.hidden && soon(), PATIENCE);
  log.scrollTop = log.scrollHeight;
  soon();
}

function soon() {
  timer ||= setTimeout(read, PAUSE);
}

async function read() {
  timer = 0;
  if (busy) return soon();
  busy = true;
  const page = await fetched(`${log.dataset.runLog}?after=${log.dataset.last}`).catch(() => null);
  const lines = page ? [...page.querySelectorAll("[data-line]")] : [];
  const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  for (const line of lines) {
    log.append(document.adoptNode(line));
    log.dataset.last = line.dataset.line;
  }
  if (isAtEnd) log.scrollTop = log.scrollHeight;
  busy = false;
  if (lines.length) soon();
}
