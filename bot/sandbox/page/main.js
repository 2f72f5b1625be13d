// The page put together: what the server tells goes into the store, and from there to the eye.
import { addRequest, drawCounts, drawLedger } from "./activity.js";
import { getActivity, getMessages, getState, listen, playWorld, Refused } from "./api.js";
import { createComposer } from "./composer.js";
import { messageCommands } from "./commands.js";
import { byId, el, replaceChildren } from "./dom.js";
import { interact } from "./interactions.js";
import { startDrawers, startTheme } from "./layout.js";
import { createLog } from "./log.js";
import { openMenu } from "./menu.js";
import { isEphemeral, isLoading } from "./messages.js";
import { drawPanel, drawStatus } from "./panel.js";
import { dismiss, dropMessage, putMessage, store } from "./store.js";
import { keepFresh } from "./times.js";
import { createTour } from "./tour.js";

const failures = new Map();
const refreshing = new Set();
const openDrawer = startDrawers();
const tour = createTour({ reveal: (target) => openDrawer(target === "#world" || target === "#lamps" ? "panel" : null) });
const log = createLog({ act, dismiss: dismissMessage, menu: messageMenu, failure: (message) => failures.get(message.id) });
const composer = createComposer({ notice, onsent: () => log.markRead() });
let stopListening = () => {};

async function act(message, component, fields) {
  failures.delete(message.id);
  const kind = component.type === 2 ? "press" : "select";
  const failed = await interact({ kind, channel_id: message.channel_id, message_id: message.id, custom_id: component.custom_id, ...fields });
  if (failed) {
    failures.set(message.id, failed);
    byId("announcer").textContent = failed;
  }
  log.redraw(message.id);
}

function dismissMessage(message) {
  dismiss(message.id);
  log.remove(message.id);
}

function messageMenu(message, at) {
  const forMessage = isEphemeral(message) ? [] : messageCommands(store.commands);
  const items = [
    { label: "Copy text", run: () => copyText(message) },
    { label: "Copy message ID", run: () => copy(message.id) },
    forMessage.length && { heading: "Apps" },
    ...forMessage.map((command) => ({ label: command.name, run: () => runMenu(command, message) })),
    isEphemeral(message) && { label: "Dismiss message", run: () => dismissMessage(message) },
    !isEphemeral(message) && mayDelete(message) && { label: "Delete message", danger: true, run: () => remove(message) },
  ];
  openMenu(items.filter(Boolean), at, { label: "Message" });
}

const mayDelete = (message) => store.me.moderator || message.author.id === store.me.id;

async function runMenu(command, message) {
  notice({ text: `Sending ${command.name} …`, pending: true });
  const failed = await interact({ kind: "menu", name: command.name, target_id: message.id });
  notice(failed ? { text: `${command.name}: ${failed}` } : null);
}

async function remove(message) {
  try {
    await playWorld("delete_message", { user: store.me.id, channel_id: message.channel_id, message_id: message.id });
  } catch (error) {
    notice({ text: error.message });
  }
}

function copyText(message) {
  copy(byId(`m-${message.id}`).querySelector(".content")?.innerText ?? "");
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    byId("announcer").textContent = "Copied";
  } catch {
    notice({ text: "The browser did not allow copying" });
  }
}

/** A line above the composer: what is being sent, or what went wrong. */
function notice(what) {
  const box = byId("notice");
  if (!what) return replaceChildren(box);
  const close = el("button", { type: "button", class: "linkish", onclick: () => { notice(null); byId("composer-input").focus(); } }, "Dismiss");
  return replaceChildren(box, el("p", { class: what.pending ? "muted" : "failed" }, what.text), what.pending ? null : close);
}

function onMessage(event) {
  for (const kept of refreshing) kept.push(event);
  showEvent(event);
}

function showEvent({ op, message, channel_id: channelId, id }) {
  if (op === "delete") {
    dropMessage(channelId, id);
    if (channelId === store.channelId) log.remove(id);
    return;
  }
  const wasLoading = (store.messages.get(message.channel_id) ?? []).some((old) => old.id === message.id && isLoading(old));
  const isNew = putMessage(message);
  if (message.channel_id !== store.channelId) return isNew ? countUnread(message) : undefined;
  if (!isNew) failures.delete(message.id);
  const held = byId(`m-${message.id}`)?.contains(document.activeElement);
  log.draw(message.id, { isNew });
  if (message.author.id !== store.me.id && (isNew || wasLoading || held)) log.say(message);
  return undefined;
}

function countUnread({ channel_id: channelId, id }) {
  store.unread.set(channelId, [...(store.unread.get(channelId) ?? []), id]);
  drawChannels();
}

async function openChannel(channelId, { focus = false } = {}) {
  store.channelId = channelId;
  log.beginUnread(store.unread.get(channelId)?.[0] ?? null);
  store.unread.delete(channelId);
  drawChannels();
  byId("channel-name").textContent = store.channel.name;
  byId("topic").textContent = store.channel.topic ?? "";
  byId("log").setAttribute("aria-label", `Messages in #${store.channel.name}`);
  document.title = `#${store.channel.name} · ${store.guild.name}`;
  composer.place(store.channel);
  openDrawer(null);
  await refresh(channelId);
  if (focus) byId("composer-input").focus();
}

/** Ask for the whole list. What happens while it is under way comes after it once more: the list may be older. */
async function refresh(channelId) {
  const meanwhile = [];
  refreshing.add(meanwhile);
  try {
    store.messages.set(channelId, await getMessages(channelId, store.me.id));
  } finally {
    refreshing.delete(meanwhile);
  }
  if (channelId === store.channelId) log.reset();
  meanwhile.forEach(showEvent);
}

function drawChannels() {
  replaceChildren(byId("channel-list"), store.channels.map((channel) => {
    const unread = store.unread.get(channel.id)?.length ?? 0;
    return el("li", {}, el(
      "button",
      { type: "button", class: unread ? "channel unread" : "channel", "aria-current": channel.id === store.channelId ? "page" : null, onclick: () => openChannel(channel.id, { focus: true }) },
      el("span", { "aria-hidden": "true", class: "hash" }, "#"),
      channel.name,
      unread > 0 && el("span", { class: "count" }, String(unread), el("span", { class: "visually-hidden" }, " unread")),
    ));
  }));
}

/** Two windows are two people: who one is stands in the address. */
async function become(person) {
  stopListening();
  store.me = person;
  byId("person").value = person.id;
  byId("person-hint").textContent = person.hint;
  const address = new URL(location.href);
  address.searchParams.set("as", person.name.toLowerCase());
  history.replaceState(null, "", address);
  failures.clear();
  stopListening = listen(person.id, {
    // Ask for everything again: what happened between two connections was not sent. Skipping no event is
    // worth the one list: the stream is open before the list is asked for.
    connected: () => { byId("offline").hidden = true; start(); },
    disconnected: () => { byId("offline").hidden = false; },
    message: onMessage,
    request: (event) => { addRequest(event.request); drawCounts(event.counts); },
    ledger: drawLedger,
    status: drawStatus,
    commands: (commands) => { store.commands = commands; },
  });
}

async function start() {
  try {
    const [state, activity] = await Promise.all([getState(store.me.id), getActivity()]);
    take(state);
    replaceChildren(byId("activity"));
    activity.requests.forEach(addRequest);
    drawCounts(activity.counts);
    drawLedger(activity.ledger);
    if (store.channelId) await refresh(store.channelId);
    else await openChannel(store.channels[0].id);
    if (!document.documentElement.dataset.ready) tour.offer();
    document.documentElement.dataset.ready = "true";
  } catch (error) {
    if (!(error instanceof Refused)) byId("offline").hidden = false;
    else notice({ text: error.message });
  }
}

function take(state) {
  const first = store.guild === null;
  const { place, guild, people, bot, roles, channels, commands } = state;
  Object.assign(store, { place, guild, people, bot, roles, channels, commands });
  byId("guild").textContent = guild.name;
  byId("tag").textContent = place.tag;
  byId("own").textContent = `Your Paperless-ngx at ${place.tag}`;
  byId("own").hidden = !place.own;
  drawStatus(state.status);
  if (first) drawPanel(state.world, place);
}

async function open() {
  startTheme();
  keepFresh();
  const state = await getState();
  take(state);
  replaceChildren(byId("person"), store.people.map((person) => el("option", { value: person.id }, person.label)));
  byId("person").addEventListener("change", (event) => become(store.people.find((person) => person.id === event.target.value)));
  const wanted = new URL(location.href).searchParams.get("as");
  await become(store.people.find((person) => person.name.toLowerCase() === wanted) ?? store.people[0]);
  document.addEventListener("visibilitychange", () => (document.hidden ? log.leave() : log.back()));
}

open();
