// Message components, v1 rows and v2 layout: https://discord.com/developers/docs/components/reference
import { colour, el, outsideLink } from "./dom.js";
import { fileNode, mediaNode, mediaUrl } from "./media.js";
import { richText } from "./rich.js";
import { selectNode } from "./selects.js";

const RENDER = {
  1: row, 2: button, 3: selectNode, 5: selectNode, 6: selectNode, 7: selectNode, 8: selectNode,
  9: section, 10: textDisplay, 11: thumbnail, 12: gallery, 13: file, 14: separator, 17: container,
};

/** Nodes of a list of components. `context` holds message, names, and `act(component, fields)` that answers a promise. */
export function componentNodes(components, context) {
  return (components ?? []).map((component) => {
    const render = RENDER[component.type];
    return render ? render(component, context) : el("p", { class: "muted" }, `(a component of kind ${component.type})`);
  });
}

function row(component, context) {
  return el("div", { class: "row" }, componentNodes(component.components, context));
}

const BUTTON_STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link", 6: "premium" };

function button(component, context) {
  const emoji = component.emoji?.name && el("span", { "aria-hidden": component.label ? "true" : null }, component.emoji.name);
  const inside = [emoji, component.label];
  if (component.style === 5) {
    const arrow = el("span", { "aria-hidden": "true", class: "outward" }, "↗");
    const attributes = { class: "button link" };
    if (component.disabled) return el("button", { type: "button", disabled: true, ...attributes }, inside, arrow);
    return outsideLink(component.url, attributes, inside, arrow, el("span", { class: "visually-hidden" }, " (opens a new tab)"));
  }
  return el(
    "button",
    {
      type: "button",
      class: `button ${BUTTON_STYLES[component.style] ?? "secondary"}`,
      "data-custom-id": component.custom_id,
      disabled: Boolean(component.disabled),
      onclick: (event) => press(event.currentTarget, component, context),
    },
    inside,
  );
}

async function press(element, component, context) {
  if (element.getAttribute("aria-busy") === "true") return;
  element.setAttribute("aria-busy", "true");
  try {
    await context.act(component, {});
  } finally {
    element.removeAttribute("aria-busy");
  }
}

function container(component, context) {
  const node = el(
    "div",
    { class: component.spoiler ? "container spoilered" : "container" },
    componentNodes(component.components, context),
  );
  if (component.accent_color != null) {
    node.classList.add("accented");
    node.dataset.accent = colour(component.accent_color);
    node.style.setProperty("--accent-bar", colour(component.accent_color));
  }
  return node;
}

function textDisplay(component, context) {
  return el("div", { class: "text" }, richText(component.content, context.names));
}

function section(component, context) {
  return el(
    "div",
    { class: "section" },
    el("div", { class: "section-text" }, componentNodes(component.components, context)),
    el("div", { class: "section-accessory" }, component.accessory && componentNodes([component.accessory], context)),
  );
}

function thumbnail(component, context) {
  return mediaNode(mediaUrl(component.media, context.message), component, "thumbnail");
}

function gallery(component, context) {
  const items = component.items ?? [];
  return el(
    "div",
    { class: `gallery of-${Math.min(items.length, 4)}` },
    items.map((item) => mediaNode(mediaUrl(item.media, context.message), item, "gallery-item")),
  );
}

function file(component, context) {
  const address = mediaUrl(component.file, context.message);
  const name = component.name ?? component.file?.url?.split("/").at(-1) ?? "file";
  return fileNode({ filename: name, size: component.size, url: address });
}

function separator(component) {
  const kind = `separator spacing-${component.spacing ?? 1}`;
  return component.divider === false ? el("div", { class: kind }) : el("hr", { class: kind });
}
