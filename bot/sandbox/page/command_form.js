// A slash command being filled in: a labelled field per option, with its choices or the bot's suggestions.
import { KIND, readValue } from "./commands.js";
import { el, freshId } from "./dom.js";
import { autocomplete } from "./interactions.js";
import { listbox } from "./listbox.js";
import { choices as known } from "./store.js";

const SUGGEST_AFTER_MS = 150;
const KNOWN_CHOICES = {
  [KIND.BOOLEAN]: () => [{ value: true, label: "True" }, { value: false, label: "False" }],
  [KIND.USER]: known.users,
  [KIND.ROLE]: known.roles,
  [KIND.MENTIONABLE]: known.mentionables,
  [KIND.CHANNEL]: known.channels,
};

/** `onsend(options, files)`; `oncancel()`. `focus()` goes to the first field that still needs something. */
export function commandForm(command, values, { onsend, oncancel }) {
  const problem = el("p", { class: "failed", role: "alert", id: freshId("problem") });
  const more = el("span", { class: "more-options" });
  const pills = el("div", { class: "pills" });
  const fields = new Map();
  const context = { command, typed: () => typedOptions(fields), submit: () => form.requestSubmit(), problem };

  function add(option, text = "") {
    const field = option.type === KIND.ATTACHMENT ? fileField(option) : textField(option, text, context);
    fields.set(option.name, field);
    pills.insertBefore(field.node, more);
    offer();
    return field;
  }
  function offer() {
    const left = command.options.filter((option) => !fields.has(option.name));
    more.replaceChildren(...left.map((option) => el("button", { type: "button", class: "option-add", title: option.description, onclick: () => add(option).focus() }, `+ ${option.name}`)));
  }

  const send = el("button", { type: "submit", class: "button primary" }, "Send");
  const form = el(
    "form",
    { class: "command-form", "aria-label": `Command /${command.path}` },
    el("div", { class: "command-title" }, el("strong", {}, `/${command.path}`), el("span", { class: "muted" }, command.description)),
    pills,
    problem,
    el("div", { class: "row end" }, el("button", { type: "button", class: "button secondary", onclick: oncancel }, "Cancel"), send),
  );
  pills.append(more);
  for (const option of command.options) if (option.required || option.name in values) add(option, values[option.name]);
  offer();

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const read = readAll(fields);
    problem.textContent = read.problem ?? "";
    if (read.problem) return fields.get(read.at).focus();
    onsend(read.options, read.files);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    oncancel();
  });
  return {
    element: form,
    focus() {
      const open = [...fields.values()].find((field) => field.read().problem);
      (open ?? { focus: () => send.focus() }).focus();
    },
    /** Takes a dropped file where the command has room for one. */
    takeFile(file) {
      const option = command.options.find((candidate) => candidate.type === KIND.ATTACHMENT);
      if (option) (fields.get(option.name) ?? add(option)).take(file);
      return Boolean(option);
    },
  };
}

function readAll(fields) {
  const options = {};
  const files = {};
  for (const [name, field] of fields) {
    const { value, problem, file } = field.read();
    if (problem) return { problem, at: name };
    if (file) files[name] = file;
    else if (value !== undefined) options[name] = value;
  }
  return { options, files };
}

/** What is typed so far, for the bot's suggestions; fields that cannot be read yet are left out. */
function typedOptions(fields) {
  const read = [...fields].map(([name, field]) => [name, field.read().value]);
  return Object.fromEntries(read.filter(([, value]) => value !== undefined));
}

function optionNode(option, id, input, list) {
  const hint = option.description && el("span", { class: "visually-hidden", id: `${id}-d` }, option.description);
  if (hint) input.setAttribute("aria-describedby", `${id}-d`);
  return el("span", { class: "option" }, el("label", { for: id, title: option.description }, option.name), hint, input, list?.element);
}

function fileField(option) {
  const id = freshId("option");
  const input = el("input", { type: "file", id, required: Boolean(option.required) });
  return {
    node: optionNode(option, id, input),
    focus: () => input.focus(),
    take(file) {
      const transfer = new DataTransfer();
      transfer.items.add(file);
      input.files = transfer.files;
    },
    read() {
      const file = input.files[0];
      return file ? { file } : option.required ? { problem: `${option.name}: choose a file` } : {};
    },
  };
}

function textField(option, text, context) {
  const id = freshId("option");
  const input = el("input", { type: "text", id, autocomplete: "off", placeholder: option.description, "aria-required": option.required ? "true" : null });
  input.value = text;
  const suggests = suggestionsFor(option, context);
  let picked = null;
  const list = suggests && listbox({ owner: input, label: option.name, onpick: pick });
  let timer = null;

  function pick(choice) {
    picked = choice;
    input.value = choice.label;
    list.hide();
    context.problem.textContent = "";
  }
  async function suggest() {
    const typed = input.value;
    const choices = await suggests(typed, { typing: document.activeElement === input && typed !== picked?.label });
    if (input.value === typed && document.activeElement === input) list.show(choices);
  }
  if (list) {
    input.addEventListener("focus", suggest);
    input.addEventListener("blur", () => list.hide());
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(suggest, option.autocomplete ? SUGGEST_AFTER_MS : 0);
    });
  }
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (list?.open && (event.key === "Enter" || event.key === "Tab") && list.active && !matchesShown(list, input)) {
      pick(list.active);
      if (event.key === "Enter") event.preventDefault();
    } else if (event.key === "Enter") {
      list?.hide();
      event.preventDefault();
      context.submit();
    } else list?.key(event);
  });
  return {
    node: optionNode(option, id, input, list),
    focus: () => input.focus(),
    read: () => (picked && picked.label === input.value ? { value: picked.value } : readValue(fixed(option), input.value)),
  };
}

/** Once a value stands in the field, Enter sends the command instead of choosing the value again. */
const matchesShown = (list, input) => input.value !== "" && list.active.label === input.value;

/** Options whose values Discord knows (a user, True) are chosen by name, as choices are. */
function fixed(option) {
  const named = KNOWN_CHOICES[option.type]?.();
  return named ? { ...option, choices: named.map((choice) => ({ name: choice.label, value: choice.value })) } : option;
}

/** A function from what is typed to options of the list, or null where anything may be typed. */
function suggestionsFor(option, { command, typed }) {
  if (option.autocomplete) {
    return async (text) => {
      const { choices, failed } = await autocomplete(command.path, { ...typed(), [option.name]: text }, option.name);
      if (failed) return [];
      return choices.map((choice) => ({ value: choice.value, label: choice.name }));
    };
  }
  const choices = option.choices?.map((choice) => ({ value: choice.value, label: choice.name })) ?? KNOWN_CHOICES[option.type]?.();
  if (!choices) return null;
  return async (text, { typing }) => choices.filter((choice) => !typing || choice.label.toLowerCase().includes(text.toLowerCase()));
}
