// Pictures and files. Nothing is asked of another host: what is not the page's own shows as a link.
import { el, outsideLink } from "./dom.js";

const UNITS = ["bytes", "kB", "MB", "GB"];

export function sizeText(bytes) {
  if (bytes == null) return "";
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
  const value = bytes / 1000 ** power;
  return `${power && value < 100 ? value.toFixed(1) : Math.round(value)} ${UNITS[power]}`;
}

const isOwn = (address) => Boolean(address) && new URL(address, location.href).origin === location.origin;

/** The address of a media item; `attachment://name` is looked up in its message. */
export function mediaUrl(media, message) {
  const address = media?.url ?? "";
  if (!address.startsWith("attachment://")) return address;
  const name = address.slice("attachment://".length);
  return (message.attachments ?? []).find((attachment) => attachment.filename === name)?.url ?? "";
}

/** A picture with its description; a video or what is not ours becomes a link. */
export function mediaNode(address, item, kind) {
  const label = item.description ?? "";
  if (!isOwn(address)) return address ? outsideLink(address, { class: kind }, label || address) : el("span", { class: kind }, label);
  const size = { width: item.media?.width || null, height: item.media?.height || null };
  const picture = el("img", { src: address, alt: label, loading: "lazy", ...size });
  return el("a", { class: kind, href: address, target: "_blank", rel: "noopener", "aria-label": label || "Picture" }, picture);
}

export function fileNode(attachment) {
  const size = sizeText(attachment.size);
  const name = attachment.title ?? attachment.filename;
  const link = isOwn(attachment.url)
    ? el("a", { href: attachment.url, download: attachment.filename, class: "file-name" }, name)
    : el("span", { class: "file-name" }, name);
  return el("div", { class: "file" }, el("span", { class: "file-icon", "aria-hidden": "true" }), el("div", {}, link, el("div", { class: "muted" }, size)));
}

export function attachmentNode(attachment) {
  const picture = attachment.content_type?.startsWith("image/");
  if (!picture || !isOwn(attachment.url)) return fileNode(attachment);
  return el("div", { class: "gallery of-1" }, mediaNode(attachment.url, { description: attachment.description ?? attachment.filename }, "gallery-item"));
}
