// Embeds: https://discord.com/developers/docs/resources/message#embed-object
import { colour, el, outsideLink } from "./dom.js";
import { mediaNode, mediaUrl } from "./media.js";
import { richLine, richText } from "./rich.js";
import { timeElement } from "./times.js";

export function embedNode(embed, context) {
  const { names, message } = context;
  const title = embed.title && richLine(embed.title, names);
  const node = el(
    "div",
    { class: "embed" },
    embed.author?.name && el("div", { class: "embed-author" }, maybeLink(embed.author.url, embed.author.name)),
    title && el("div", { class: "embed-title" }, maybeLink(embed.url, title)),
    embed.description && el("div", { class: "embed-description" }, richText(embed.description, names)),
    embed.fields?.length > 0 && el("dl", { class: "embed-fields" }, embed.fields.map((field) => fieldNode(field, names))),
    embed.thumbnail && mediaNode(mediaUrl(embed.thumbnail, message), { media: embed.thumbnail }, "thumbnail"),
    embed.image && mediaNode(mediaUrl(embed.image, message), { media: embed.image }, "gallery-item"),
    footer(embed),
  );
  if (embed.color != null) node.style.setProperty("--accent-bar", colour(embed.color));
  return node;
}

const maybeLink = (address, children) => (address ? outsideLink(address, {}, children) : children);

function fieldNode(field, names) {
  return el(
    "div",
    { class: field.inline ? "inline" : null },
    el("dt", {}, richLine(field.name, names)),
    el("dd", {}, richText(field.value, names)),
  );
}

function footer(embed) {
  const parts = [embed.footer?.text, embed.timestamp && timeElement(Date.parse(embed.timestamp) / 1000, "s")].filter(Boolean);
  if (parts.length === 0) return null;
  return el("div", { class: "embed-footer" }, parts.length === 2 ? [parts[0], " • ", parts[1]] : parts);
}
