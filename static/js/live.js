// The page's line to the server: tells what changed as "live" events, and misses none.
// It resumes from the cursor the page was rendered with, and later from the last one heard.

const root = document.documentElement;
const status = document.querySelector("[data-live-status]");
const SIGNED_OUT = 4401;
const SILENCE = 40_000; // more than two heartbeats

const watches = document.body.dataset.watches ?? "";
let cursor = document.body.dataset.cursor ?? "";
let tries = 0;
let isKnown = false; // whether this line was greeted
let watchdog = 0;
const heard = new Set(); // ids past the cursor, told again when a line is resumed

function connect() {
  const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/ws/live/`);
  isKnown = false;
  socket.addEventListener("open", () => {
    socket.send(JSON.stringify({ type: "resume", cursor, watches }));
    listenFor(socket);
  });
  socket.addEventListener("message", (event) => {
    listenFor(socket);
    receive(JSON.parse(event.data));
  });
  socket.addEventListener("close", (event) => {
    clearTimeout(watchdog);
    // Who was known before may have a new session by now, as after a new password.
    const isOut = event.code === SIGNED_OUT && !isKnown;
    show(isOut ? "out" : "off");
    if (isOut) return;
    tries += 1;
    const most = Math.min(20_000, 400 * 2 ** tries);
    setTimeout(connect, most * (0.5 + Math.random() / 2));
  });
}

function listenFor(socket) {
  clearTimeout(watchdog);
  watchdog = setTimeout(() => socket.close(), SILENCE);
}

function receive(message) {
  if (message.type === "hello") {
    tries = 0;
    isKnown = true;
    show("on");
  } else if (message.type === "resync") {
    tell({ name: "resync" });
  } else if (message.type === "presence") {
    document.dispatchEvent(new CustomEvent("presence", { detail: message }));
  } else if (message.type === "run") {
    document.dispatchEvent(new CustomEvent("run", { detail: message }));
  } else if (message.type === "event" && !heard.has(message.id)) {
    heard.add(message.id);
    tell(message);
  }
  // The cursor of a greeting lies past what is still to be told.
  if (message.cursor && (message.type !== "hello" || !cursor)) {
    cursor = message.cursor;
    root.dataset.cursor = cursor;
  }
  if (heard.size > 5000) heard.clear();
}

function tell(detail) {
  document.dispatchEvent(new CustomEvent("live", { detail }));
}

function show(state) {
  root.dataset.live = state;
  if (status) status.textContent = status.dataset[state] ?? "";
}

if (document.body.dataset.cursor) {
  connect();
  addEventListener("online", () => (tries = 0));
}
