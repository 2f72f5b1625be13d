// A first walk through the page, six steps; shown once, and again from the header.
import { byId, el, replaceChildren } from "./dom.js";
import { store } from "./store.js";

const SEEN = "tour-seen";
const CARD = "#log .container:has(.primary)";
const LOCAL = {
  beginning: "A bot, a Paperless-ngx and a Discord run on this machine. Nothing here leaves it, and all of it is gone when you stop the demo.",
  world: "Let an upload fail, take the server down, or fail a thousand tasks at once, and see what the bot makes of it.",
};
const steps = ({ own, about }) => [
  ["#lamps", "A small world", own ? `A bot and a Discord run on this machine. ${about.slice(0, 2).join(" ")}` : LOCAL.beginning],
  ["#chat", "The channel", "Tasks that fail in Paperless appear here as cards, seconds later. Each says what failed, and why."],
  ["#person", "Who you are", "Ben has the role that may acknowledge. Cleo has none: try her too. Open a second window to be two people at once."],
  [CARD, "Acknowledge", "As Ben, press Acknowledge on a card. It is acknowledged in Paperless as well, and the card says who did it."],
  ["#composer", "Commands", "Type / here: /tasks active, /tasks summary, or /tasks run. What concerns only you is shown only to you."],
  ["#world", "Play the world", own ? "Cut the bot's connection, limit its rate or stop it, and see that nothing is lost and nothing is told twice." : LOCAL.world],
];

export function createTour({ reveal }) {
  const box = byId("tour");
  let step = 0;
  let origin = null;

  function show(index) {
    step = index;
    const all = steps(store.place);
    const [target, title, text] = all[step];
    const marked = mark(target);
    reveal(target);
    // Where there is little room, not in front of what it speaks of.
    box.classList.toggle("high", marked.getBoundingClientRect().top > innerHeight / 2);
    const last = step === all.length - 1;
    replaceChildren(
      box,
      el("p", { class: "muted" }, `Step ${step + 1} of ${all.length}`),
      el("h2", { id: "tour-title" }, title),
      el("p", {}, text),
      el(
        "div",
        { class: "row end" },
        el("button", { type: "button", class: "button secondary", onclick: end }, last ? "Close" : "Skip the tour"),
        step > 0 && el("button", { type: "button", class: "button secondary", onclick: () => show(step - 1) }, "Back"),
        !last && el("button", { type: "button", class: "button primary next", onclick: () => show(step + 1) }, "Next"),
      ),
    );
    box.hidden = false;
    box.focus();
  }
  function end() {
    unmark();
    reveal(null);
    box.hidden = true;
    localStorage.setItem(SEEN, "1");
    (origin ?? byId("composer-input")).focus();
    origin = null;
  }
  box.addEventListener("keydown", (event) => { if (event.key === "Escape") end(); });
  byId("tour-again").addEventListener("click", ({ currentTarget: button }) => {
    // Not into the drawer, which is closed then.
    origin = button.closest("#channels") ? byId("channels-toggle") : button;
    show(0);
  });
  return { offer: () => { if (!localStorage.getItem(SEEN)) show(0); } };
}

function unmark() {
  for (const old of document.querySelectorAll(".toured")) old.classList.remove("toured");
}

/** The newest that fits, or the chat where there is none. */
function mark(target) {
  unmark();
  const newest = [...document.querySelectorAll(target)].at(-1) ?? byId("chat");
  newest.classList.add("toured");
  newest.scrollIntoView({ block: "nearest" });
  return newest;
}
