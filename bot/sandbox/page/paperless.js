// The newest tasks of the local Paperless-ngx, and the button that dismisses one, as its web interface has it.
import { getTasks, playWorld } from "./api.js";
import { byId, el, replaceChildren } from "./dom.js";
import { startTheme } from "./layout.js";
import { keepFresh, setClock, timeElement } from "./times.js";

const EVERY_MS = 2000;
let shown = "";

async function draw() {
  let answer;
  try {
    answer = await getTasks();
  } catch {
    byId("summary").textContent = "The server does not answer.";
    return;
  }
  setClock(answer.now);
  byId("summary").textContent = answer.up
    ? `${answer.total.toLocaleString("en")} tasks in all, ${answer.open.toLocaleString("en")} failed ones not dismissed.`
    : "The server is down.";
  const text = JSON.stringify(answer.tasks);
  if (text === shown) return;
  shown = text;
  const rows = byId("tasks").children;
  const at = [...rows].findIndex((row) => row.contains(document.activeElement));
  replaceChildren(byId("tasks"), answer.tasks.map(rowNode));
  // Whoever dismisses by keyboard goes on with the next.
  if (at >= 0) [...rows].slice(at).map((row) => row.querySelector("button")).find(Boolean)?.focus();
}

function rowNode(task) {
  const finished = ["failure", "revoked", "success"].includes(task.status);
  const dismiss = el("button", { type: "button", class: "button secondary", onclick: () => dismissTask(task) }, "Dismiss");
  return el(
    "tr",
    { class: task.acknowledged ? `${task.status} dismissed` : task.status },
    el("td", {}, task.name),
    el("td", {}, task.status, task.acknowledged && " (dismissed)"),
    el("td", {}, timeElement(task.at, "R")),
    el("td", {}, task.result),
    el("td", {}, finished && !task.acknowledged && dismiss),
  );
}

async function dismissTask(task) {
  await playWorld("acknowledge", { id: task.id });
  await draw();
}

startTheme();
keepFresh();
draw();
setInterval(draw, EVERY_MS);
