// The tree of markdown.js as elements.
import { el, outsideLink } from "./dom.js";
import { parse, parseInline } from "./markdown.js";
import { timeElement } from "./times.js";

/** Nodes of a markdown text. `names` answers who an id is: {user, role, channel}(id). */
export function richText(text, names) {
  return parse(text).map((block) => blockNode(block, names));
}

/** Nodes of a text that may hold no blocks, such as an embed's title. */
export function richLine(text, names) {
  return inlineNodes(parseInline(String(text)), names);
}

const BLOCK_NODES = {
  // The page's own headings are h1 and h2: a message's start below them.
  heading: (b, names) => el(`h${b.level + 2}`, { class: `md-h${b.level}` }, inlineNodes(b.children, names)),
  subtext: (b, names) => el("div", { class: "md-subtext" }, inlineNodes(b.children, names)),
  quote: (b, names) => el("blockquote", {}, b.children.map((child) => blockNode(child, names))),
  code: (b) => el("pre", { tabindex: 0, role: "region", "aria-label": "Code" }, el("code", {}, b.text)),
  lists: (b, names) => el("div", {}, b.lists.map((list) => listNode(list, names))),
  text: (b, names) => el("div", { class: "md-text" }, inlineNodes(b.children, names)),
};

const blockNode = (block, names) => BLOCK_NODES[block.type](block, names);

function listNode(list, names) {
  const items = list.items.map((item) =>
    el("li", {}, inlineNodes(item.children, names), item.inner.map((inner) => listNode(inner, names))),
  );
  return list.start === null ? el("ul", {}, items) : el("ol", { start: list.start }, items);
}

const INLINE_NODES = {
  plain: (p) => p.text,
  inlineCode: (p) => el("code", {}, p.text),
  time: (p) => timeElement(p.unix, p.style, { class: "md-time" }),
  user: (p, names) => el("span", { class: "mention" }, `@${names.user(p.id)?.name ?? "unknown-user"}`),
  role: (p, names) => el("span", { class: "mention" }, `@${names.role(p.id)?.name ?? "unknown-role"}`),
  channel: (p, names) => el("span", { class: "mention" }, `#${names.channel(p.id)?.name ?? "unknown"}`),
  command: (p) => el("span", { class: "mention" }, `/${p.name}`),
  everyone: (p, names) => (names.everyone ? el("span", { class: "mention" }, p.text) : p.text),
  link: (p, names) => outsideLink(p.address, {}, inlineNodes(p.children, names)),
  strong: (p, names) => el("strong", {}, inlineNodes(p.children, names)),
  underline: (p, names) => el("u", {}, inlineNodes(p.children, names)),
  em: (p, names) => el("em", {}, inlineNodes(p.children, names)),
  strike: (p, names) => el("s", {}, inlineNodes(p.children, names)),
  spoiler: (p, names) => spoilerNode(inlineNodes(p.children, names)),
};

const inlineNodes = (pieces, names) => pieces.map((piece) => INLINE_NODES[piece.type](piece, names));

function spoilerNode(children) {
  const hidden = el("span", { class: "spoiler-text", "aria-hidden": "true" }, children);
  const button = el(
    "button",
    { type: "button", class: "spoiler", "aria-expanded": "false", "aria-label": "Spoiler, show", onclick: () => {
      const open = button.getAttribute("aria-expanded") === "false";
      button.setAttribute("aria-expanded", String(open));
      hidden.setAttribute("aria-hidden", String(!open));
      if (open) button.removeAttribute("aria-label");
      else button.setAttribute("aria-label", "Spoiler, show");
    } },
    hidden,
  );
  return button;
}
