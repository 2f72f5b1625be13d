// What the bot did: its requests to Paperless and to Discord, and its ledger, as they happen. Quiet polls are counted, not listed.
import { byId, el, replaceChildren } from "./dom.js";
import { sizeText } from "./media.js";
import { format, timeElement } from "./times.js";

const KEPT = 60;
const LOOKED_BACK = 3; // a poll may ask two questions, over and over
const STATES = { backlog: "from before", seen: "to be told" };
const COUNTERS = [
  ["polls", "Polls"],
  ["paperless", "To Paperless"],
  ["posts", "Posts"],
  ["discord", "To Discord"],
  ["edits", "Edits"],
  ["refused", "Errors"],
];

export function drawCounts(counts) {
  replaceChildren(byId("counts"), COUNTERS.map(([name, label]) => el("div", {}, el("dt", {}, label), el("dd", { "data-count": name }, (counts[name] ?? 0).toLocaleString("en")))));
}

/** `request` is `{to, method, path, status, bytes, at, says}`; one that asks the same joins the line it repeats. */
export function addRequest(request) {
  const list = byId("activity");
  const key = `${request.to} ${request.method} ${request.path.split("?")[0]} ${request.says} ${request.status}`;
  const before = [...list.children].slice(0, LOOKED_BACK).find((node) => node.dataset.key === key);
  before?.remove();
  list.prepend(line(request, key, Number(before?.dataset.times ?? 0) + 1));
  while (list.children.length > KEPT) list.lastElementChild.remove();
}

function line(request, key, times) {
  const failed = !request.status || request.status >= 400;
  const status = request.status || "no answer";
  return el(
    "li",
    { "data-key": key, "data-times": times, class: failed ? "request bad" : "request" },
    el("span", { class: `to ${request.to}` }, request.to === "discord" ? "Discord" : "Paperless"),
    el("span", { class: "says" }, request.says, times > 1 && el("span", { class: "times" }, ` × ${times.toLocaleString("en")}`)),
    el("span", { class: "muted" }, `${format(request.at, "T")} · ${status}${request.bytes ? ` · ${sizeText(request.bytes)}` : ""}`),
    el("code", { class: "path" }, `${request.method} ${request.path}`),
  );
}

/** `lines` are `{name, times, at, state, says}`, newest first; `counts` are failures by state. */
export function drawLedger({ lines, counts }) {
  const total = Object.entries(counts).map(([state, count]) => `${count.toLocaleString("en")} ${STATES[state] ?? state}`).join(", ");
  byId("ledger-total").textContent = total || "Nothing yet.";
  replaceChildren(byId("ledger"), lines.map((line) => el(
    "li",
    { class: `remembered ${line.state}` },
    el("span", { class: "remembered-name" }, line.name, line.times > 1 && el("span", { class: "times" }, ` × ${line.times.toLocaleString("en")}`)),
    el("span", { class: "muted" }, line.says, " · ", timeElement(line.at, "R")),
  )));
}
