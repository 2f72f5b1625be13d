// The list of messages: kept in order, grouped, with the line where the unread begin.
import { byId, el } from "./dom.js";
import { continues, messageNode, sameDay, spoken } from "./messages.js";
import { store } from "./store.js";
import { format } from "./times.js";

const NEAR_BOTTOM = 90;

export function createLog(actions) {
  const list = byId("log");
  const scroller = byId("scroller");
  const nodes = new Map();
  let unreadFrom = null;
  let pinned = true;
  let missed = 0;

  const shown = () => (store.messages.get(store.channelId) ?? []).filter((message) => !store.dismissed.has(message.id));
  const nearBottom = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_BOTTOM;
  const toBottom = () => { scroller.scrollTop = scroller.scrollHeight; };

  function build(message, before) {
    const item = nodes.get(message.id) ?? el("li", { id: `m-${message.id}`, tabindex: -1, class: "entry" });
    nodes.set(message.id, item);
    const newDay = !before || !sameDay(message, before);
    const marked = message.id === unreadFrom;
    const grouped = continues(message, before) && !marked;
    item.classList.toggle("spaced", !grouped);
    item.replaceChildren(
      ...[
        newDay && el("div", { class: "divider" }, el("span", {}, format(Date.parse(message.timestamp) / 1000, "D"))),
        marked && el("div", { class: "divider new" }, el("span", {}, "New")),
        messageNode(message, { grouped, actions }),
      ].filter(Boolean),
    );
    reach(item);
    return item;
  }

  function reset() {
    nodes.clear();
    pinned = true;
    const messages = shown();
    list.replaceChildren(...messages.map((message, index) => build(message, messages[index - 1])));
    byId("empty").hidden = messages.length > 0;
    rove();
    countMissed(0);
    toBottom();
  }

  /** Draw one message again, and the next one, whose grouping may have changed. */
  function draw(id, { isNew }) {
    const messages = shown();
    const at = messages.findIndex((message) => message.id === id);
    if (at < 0) return;
    if (isNew && !pinned && unreadFrom === null) unreadFrom = id;
    const focused = focusWithin(id);
    const item = build(messages[at], messages[at - 1]);
    if (!item.isConnected) {
      const next = messages.slice(at + 1).map((message) => nodes.get(message.id)).find((node) => node?.isConnected);
      list.insertBefore(item, next ?? null);
    }
    if (messages[at + 1] && isNew) build(messages[at + 1], messages[at]);
    byId("empty").hidden = true;
    refocus(item, focused);
    rove();
    if (pinned) toBottom();
    else if (isNew) countMissed(missed + 1);
  }

  function remove(id) {
    const item = nodes.get(id);
    if (!item) return;
    const held = item.contains(document.activeElement);
    const neighbour = item.nextElementSibling ?? item.previousElementSibling;
    item.remove();
    nodes.delete(id);
    const messages = shown();
    const next = messages.find((message) => nodes.get(message.id) === neighbour);
    if (next) build(next, messages[messages.indexOf(next) - 1]);
    rove();
    if (held) (neighbour ?? byId("composer-input")).focus();
    byId("empty").hidden = messages.length > 0;
  }

  function countMissed(number) {
    missed = number;
    const button = byId("jump");
    button.hidden = pinned;
    button.textContent = missed ? `${missed} new message${missed === 1 ? "" : "s"} ↓` : "Jump to the newest ↓";
  }

  /** The Tab key stops at one message and at what is in it, of however many; arrows move between them. */
  function stopAt(item) {
    const before = list.querySelector(":scope > [tabindex='0']");
    if (!item || item === before) return;
    item.tabIndex = 0;
    reach(item);
    if (!before) return;
    before.tabIndex = -1;
    reach(before);
  }
  function reach(item) {
    for (const part of item.querySelectorAll("a, button, pre")) part.tabIndex = item.tabIndex;
  }
  function rove() {
    if (!list.contains(document.activeElement)) stopAt(list.lastElementChild);
  }
  function moveTo(item) {
    stopAt(item);
    item?.focus();
  }
  list.addEventListener("focusin", (event) => stopAt(event.target.closest("li.entry")));
  list.addEventListener("keydown", (event) => {
    const item = event.target.closest("li.entry");
    if (event.target !== item) return;
    const to = { ArrowUp: item.previousElementSibling, ArrowDown: item.nextElementSibling, Home: list.firstElementChild, End: list.lastElementChild }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    moveTo(to);
  });
  scroller.addEventListener("scroll", () => {
    pinned = nearBottom();
    countMissed(pinned ? 0 : missed);
  });
  const size = new ResizeObserver(() => { if (pinned) toBottom(); });
  size.observe(list);
  size.observe(scroller);
  byId("jump").addEventListener("click", () => { pinned = true; toBottom(); moveTo(list.lastElementChild); });
  byId("chat").addEventListener("keydown", (event) => { if (event.key === "Escape" && !event.defaultPrevented) markRead(); });

  /** Everything above is read, and the newest should be seen: the person wrote, or pressed Escape. */
  function markRead() {
    const old = unreadFrom;
    unreadFrom = null;
    pinned = true;
    if (old) draw(old, { isNew: false });
    toBottom();
  }

  return {
    reset, draw, remove, markRead,
    redraw: (id) => draw(id, { isNew: false }),
    /** Of a channel that is about to be drawn: what nobody looked at begins with this message. */
    beginUnread(id) { unreadFrom = id; },
    /** From here on messages count as unread: the person looks elsewhere. */
    leave() { if (unreadFrom === null) pinned = false; },
    /** The person looks here again; what came meanwhile stays below its line. */
    back() { if (unreadFrom === null) pinned = nearBottom(); },
    say: (message) => { byId("announcer").textContent = spoken(message); },
  };
}

/** What in the message had the focus: a button's custom id, or the message itself. */
function focusWithin(id) {
  const item = byId(`m-${id}`);
  if (!item?.contains(document.activeElement)) return null;
  return { customId: document.activeElement.dataset.customId };
}

function refocus(item, focused) {
  if (!focused) return;
  const same = [...item.querySelectorAll("[data-custom-id]")].find((node) => node.dataset.customId === focused.customId);
  (same ?? item).focus({ preventScroll: true });
}
