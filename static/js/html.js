// The one place where text from our own server becomes elements (Trusted Types policy "steady").

const policy = globalThis.trustedTypes?.createPolicy("steady", {
  createHTML: (text) => text,
  createScript: () => "",
}) ?? { createHTML: (text) => text, createScript: () => "" };

export const trusted = policy;

export function parsed(text) {
  // Parsed apart from the page, scripts in it never run.
  return new DOMParser().parseFromString(policy.createHTML(text), "text/html");
}

export async function fetched(address, headers = {}) {
  const asked = { headers: { "X-Live": "1", ...headers }, credentials: "same-origin" };
  const answer = await fetch(address, asked);
  if (!answer.ok || answer.redirected) throw new Error(`${answer.status} ${address}`);
  return parsed(await answer.text());
}
