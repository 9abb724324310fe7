// Gives htmx the page's Trusted Types policy, so that it may swap what our server sent.
import { trusted } from "steady/html";

globalThis.htmx?.registerExtension("trusted", {
  init: (api) => api.initSecurity(trusted, refuse, refuse),
});

function refuse() {
  throw new Error("No code is made from text here.");
}
