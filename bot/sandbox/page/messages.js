// One message as an element.
import { el } from "./dom.js";
import { componentNodes } from "./components.js";
import { embedNode } from "./embeds.js";
import { attachmentNode } from "./media.js";
import { richText } from "./rich.js";
import { isMine, namesFor, store } from "./store.js";
import { hourOf, stamp } from "./times.js";

const EPHEMERAL = 1 << 6;
const LOADING = 1 << 7;
const SILENT = 1 << 12;
const MENU_COMMAND = 23;
const GROUPED_FOR_MS = 7 * 60 * 1000;

export const isEphemeral = (message) => Boolean(message.flags & EPHEMERAL);
export const isLoading = (message) => Boolean(message.flags & LOADING);
const authorName = (message) =>
  namesFor(message).user(message.author.id)?.name ?? message.author.global_name ?? message.author.username;

/** Whether `message` goes under the name that stands above it already. */
export function continues(message, before) {
  if (!before || message.author.id !== before.author.id || usedBy(message) || message.message_reference) return false;
  if (isEphemeral(message) || isEphemeral(before)) return false;
  const apart = Date.parse(message.timestamp) - Date.parse(before.timestamp);
  return apart < GROUPED_FOR_MS && sameDay(message, before);
}

export const sameDay = (a, b) => new Date(a.timestamp).toDateString() === new Date(b.timestamp).toDateString();

/** An answer that came after a "thinking" was edited too, but no person would call it so. */
const isEdited = (message) => message.edited_timestamp && !usedBy(message);

const usedBy = (message) => message.interaction_metadata?.type === 2;

/** `actions`: act(message, component, fields), dismiss(message), menu(message, at), failure(message). */
export function messageNode(message, { grouped, actions }) {
  const classes = ["message", grouped && "grouped", isEphemeral(message) && "ephemeral", isMine(message) && "mine"];
  const name = authorName(message);
  return el(
    "article",
    { class: classes.filter(Boolean).join(" "), "aria-label": `Message from ${name}`, oncontextmenu: (event) => contextMenu(event, message, actions) },
    grouped ? hourOf(message.timestamp) : avatar(message.author.id, name),
    el(
      "div",
      { class: "message-body" },
      usedLine(message),
      replyLine(message),
      el(
        "div",
        { class: grouped ? "head visually-hidden" : "head" },
        el("span", { class: "author" }, name),
        message.author.bot && el("span", { class: "badge" }, "App"),
        stamp(message.timestamp),
        message.flags & SILENT ? el("span", { class: "muted" }, "sent silently") : null,
      ),
      isLoading(message) ? thinking(name) : contentNodes(message, actions),
      isEdited(message) && el("span", { class: "edited" }, "(edited)"),
      failureLine(actions.failure(message)),
      isEphemeral(message) && ephemeralNote(message, actions),
    ),
    el("div", { class: "tools" }, moreButton(message, name, actions)),
  );
}

export function avatar(id, name) {
  const node = el("div", { class: "avatar", "aria-hidden": "true" }, [...name][0]?.toUpperCase() ?? "?");
  node.style.setProperty("--hue", String(Number(BigInt(id) % 12n) * 30));
  if (id === store.bot?.id) node.classList.add("bot");
  return node;
}

function contentNodes(message, actions) {
  const context = {
    message,
    names: namesFor(message),
    act: (component, fields) => actions.act(message, component, fields),
  };
  return el(
    "div",
    { class: "content" },
    message.content && el("div", { class: "text" }, richText(message.content, context.names)),
    (message.flags & (1 << 15) ? [] : (message.attachments ?? [])).map(attachmentNode),
    (message.embeds ?? []).map((embed) => embedNode(embed, context)),
    componentNodes(message.components, context),
  );
}

function usedLine(message) {
  if (!usedBy(message) || message.message_reference) return null;
  const used = message.interaction_metadata;
  const command = message.interaction?.name ?? used.name;
  const user = namesFor(message).user(used.user.id)?.name ?? used.user.username;
  const called = message.type === MENU_COMMAND ? command : command && `/${command}`;
  return el("div", { class: "used" }, el("span", { class: "used-by" }, user), " used ", el("span", { class: "mention" }, called ?? "a command"));
}

/** What the message answers: another message, or the card whose button was pressed. */
function replyLine(message) {
  const id = message.message_reference?.message_id;
  const to = message.referenced_message ?? (store.messages.get(message.channel_id) ?? []).find((other) => other.id === id);
  if (!to) return null;
  const beginning = contentNodes(to, {}).querySelector(".text, .file")?.textContent.split("\n")[0];
  return el("div", { class: "used reply" }, el("span", { class: "visually-hidden" }, "Reply to "), el("span", { class: "used-by" }, authorName(to)), el("a", { href: `#m-${to.id}` }, beginning || "a message"));
}

function thinking(name) {
  return el("p", { class: "thinking" }, el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")), `${name} is thinking…`);
}

const failureLine = (text) => text && el("p", { class: "failed" }, text);

function ephemeralNote(message, actions) {
  return el(
    "div",
    { class: "ephemeral-note" },
    el("span", { class: "eye", "aria-hidden": "true" }),
    "Only you can see this · ",
    el("button", { type: "button", class: "linkish", onclick: () => actions.dismiss(message) }, "Dismiss message"),
  );
}

function moreButton(message, name, actions) {
  return el("button", { type: "button", class: "more", "aria-haspopup": "menu", "aria-label": `More for the message from ${name}`, onclick: (event) => actions.menu(message, event.currentTarget) }, "⋯");
}

function contextMenu(event, message, actions) {
  // The browser's own menu stays for links and for text that was picked out.
  if (event.target.closest("a, input, textarea") || !getSelection().isCollapsed) return;
  event.preventDefault();
  const keyboard = event.clientX === 0 && event.clientY === 0;
  actions.menu(message, keyboard ? event.currentTarget : { x: event.clientX, y: event.clientY });
}

/** A message in one line of plain words, for a screen reader. */
export function spoken(message) {
  if (isLoading(message)) return `${authorName(message)} is thinking`;
  const text = contentNodes(message, {}).textContent.replace(/\s+/g, " ").trim();
  const says = text.length > 200 ? `${text.slice(0, 199)}…` : text;
  return `${isEphemeral(message) ? "Only for you, " : ""}${authorName(message)}: ${says}`;
}
