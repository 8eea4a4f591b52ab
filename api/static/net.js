// Requests to our own server. Every failure becomes an Error whose message a person can read.
const csrf = () => document.querySelector('meta[name="csrf"]').content;
const PATIENCE = 20000; // milliseconds

async function send(url, options) {
  let response;
  try {
    response = await fetch(url, {
      credentials: "same-origin",
      signal: AbortSignal.timeout(PATIENCE),
      ...options,
      headers: { "X-Requested-With": "fetch", "X-CSRF-Token": csrf(), ...options.headers },
    });
  } catch { throw new Error(""); }
  const problem = response.headers.get("content-type")?.includes("problem+json");
  if (problem) throw Object.assign(new Error((await response.json()).detail), { status: response.status });
  return response;
}

export async function fetchPart(url, body) {
  return (await send(url, body ? { method: "POST", body } : {})).text();
}

export async function post(url, data) {
  const response = await send(url, { method: "POST", body: JSON.stringify(data), headers: { "Content-Type": "application/json" } });
  // A proxy in between may fail with a page of its own.
  if (!response.ok) throw Object.assign(new Error(""), { status: response.status });
  return response.json();
}
