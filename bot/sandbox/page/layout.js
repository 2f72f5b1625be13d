// Theme, and the drawers that hold channels, panel and what has no room above where the window is narrow.
import { byId } from "./dom.js";

const THEME = "theme";
const darkWanted = matchMedia("(prefers-color-scheme: dark)");
export const phone = matchMedia("(max-width: 720px)");

export function startTheme() {
  const button = byId("theme");
  const apply = () => {
    const theme = localStorage.getItem(THEME) ?? (darkWanted.matches ? "dark" : "light");
    document.documentElement.dataset.theme = theme;
    button.textContent = theme === "dark" ? "Light theme" : "Dark theme";
  };
  button.addEventListener("click", () => {
    localStorage.setItem(THEME, document.documentElement.dataset.theme === "dark" ? "light" : "dark");
    apply();
  });
  darkWanted.addEventListener("change", apply);
  apply();
}

/** `openDrawer(name)` shows one of the drawers, null closes them. */
export function startDrawers() {
  const drawers = { channels: byId("channels-toggle"), panel: byId("panel-toggle") };

  function openDrawer(name) {
    for (const [id, toggle] of Object.entries(drawers)) {
      byId(id).classList.toggle("open", id === name);
      toggle.setAttribute("aria-expanded", String(id === name));
    }
    byId("shade").hidden = name === null;
  }
  const isOpen = (name) => byId(name).classList.contains("open");
  for (const [name, toggle] of Object.entries(drawers)) {
    toggle.addEventListener("click", () => {
      openDrawer(isOpen(name) ? null : name);
      if (isOpen(name)) byId(name).querySelector("button, summary, a")?.focus();
    });
  }
  document.addEventListener("keydown", (event) => {
    const open = Object.keys(drawers).find(isOpen);
    if (event.key !== "Escape" || !open || event.defaultPrevented) return;
    openDrawer(null);
    drawers[open].focus();
  });
  byId("shade").addEventListener("click", () => openDrawer(null));
  phone.addEventListener("change", placeButtons);
  placeButtons();
  return openDrawer;
}

function placeButtons() {
  const buttons = [byId("tour-again"), byId("theme")];
  if (phone.matches) byId("drawer-end").append(...buttons);
  else byId("person-hint").after(...buttons);
}
