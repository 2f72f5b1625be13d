// Everything the page asks of its server. A plain header on each request, which a foreign page could not set unasked.

const HEADERS = { "X-Sandbox-Page": "1" };

export class Refused extends Error {}

async function ask(path, options = {}) {
  const response = await fetch(path, { ...options, headers: { ...HEADERS, ...options.headers } });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(answer.message ?? `The page's server answered ${response.status}`);
  return answer;
}

const post = (path, body) =>
  ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

function postFiles(path, body, files) {
  const form = new FormData();
  form.append("payload_json", JSON.stringify(body));
  for (const [name, file] of Object.entries(files)) form.append(name, file, file.name);
  return ask(path, { method: "POST", body: form });
}

export const getState = (userId) => ask(userId ? `/api/state?user=${userId}` : "/api/state");
export const getMessages = (channelId, userId) => ask(`/api/channels/${channelId}/messages?user=${userId}`);
export const getTasks = () => ask("/api/paperless");
export const getActivity = () => ask("/api/activity");
export const playWorld = (action, body) => post(`/api/world/${action}`, body);
export const sendMessage = (channelId, body, files) => postFiles(`/api/channels/${channelId}/messages`, body, files);

/** A command, press, choice, modal or autocomplete; answers once the bot has responded, or failed to. */
export function sendInteraction(body, files = {}) {
  return Object.keys(files).length ? postFiles("/api/interactions", body, files) : post("/api/interactions", body);
}

/** Live events for one person. `on` has a function per event; `on.connected(again)` after each (re)connection. */
export function listen(userId, on) {
  const source = new EventSource(`/api/events?user=${userId}`);
  let connections = 0;
  source.onopen = () => on.connected(connections++ > 0);
  source.onerror = () => on.disconnected();
  for (const name of ["message", "request", "ledger", "status", "commands"]) {
    source.addEventListener(name, (event) => on[name](JSON.parse(event.data)));
  }
  return () => source.close();
}
