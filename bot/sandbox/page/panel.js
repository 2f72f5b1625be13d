// The side panel: plays the world around the bot. What there is to do, and in which words, comes from the server.
import { playWorld } from "./api.js";
import { byId, el, freshId, replaceChildren } from "./dom.js";
import { store } from "./store.js";
import { setClock } from "./times.js";

/** `groups` are `{title, actions: [{name, label, hint, fields}]}`; a field is `{name, label, type, value, choices}`.
    `place.about` says what will be done to somebody's own Paperless-ngx. */
export function drawPanel(groups, place) {
  byId("about").hidden = !place.own;
  byId("about").append(...place.about.map((sentence) => el("p", {}, sentence)));
  replaceChildren(byId("world"), groups.map((group, index) => el(
    "details",
    { class: "group", open: index === 0 },
    el("summary", {}, el("h3", {}, group.title)),
    group.actions.map(actionNode),
  )));
}

function actionNode(action) {
  const fields = (action.fields ?? []).map(fieldNode);
  const hintId = freshId("hint");
  const button = el(
    "button",
    { type: "submit", class: `button ${action.danger ? "danger" : "secondary"}`, "data-action": action.name, "aria-describedby": action.hint ? hintId : null },
    action.label,
  );
  const form = el("form", { class: "action" }, fields.map((field) => field.node), button, action.hint && el("p", { class: "hint", id: hintId }, action.hint));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    await play(action, Object.fromEntries(fields.map((field) => [field.name, field.value()])));
    button.removeAttribute("aria-busy");
  });
  return form;
}

async function play(action, values) {
  const status = byId("world-status");
  try {
    status.textContent = (await playWorld(action.name, { user: store.me.id, channel_id: store.channelId, ...values })).message;
    status.classList.remove("failed");
  } catch (error) {
    status.textContent = error.message;
    status.classList.add("failed");
  }
}

function fieldNode(field) {
  const id = freshId("world");
  const input = field.choices
    ? el("select", { id }, field.choices.map((choice) => el("option", { value: choice.value }, choice.label)))
    : el("input", { id, type: field.type ?? "text", min: field.min, max: field.max, maxlength: 200, autocomplete: "off" });
  if (field.value) input.value = field.value;
  return { name: field.name, value: () => input.value, node: el("div", { class: "field" }, el("label", { for: id }, field.label), input) };
}

const LAMPS = { good: "in order", bad: "not in order" };

/** `status.lamps` are `{label, text, state}`: the world at a glance. */
export function drawStatus(status) {
  setClock(status.now);
  replaceChildren(byId("lamps"), status.lamps.map((lamp) => el(
    "li",
    { class: `lamp ${lamp.state}` },
    el("span", { class: "lamp-light", role: "img", "aria-label": LAMPS[lamp.state] ?? lamp.state }),
    el("span", {}, `${lamp.label}: `, el("strong", {}, lamp.text)),
  )));
}
