// Where a person writes: plain messages with files, or a slash command with completion.
import { sendMessage } from "./api.js";
import { commandForm } from "./command_form.js";
import { matching, slashCommands, typedCommand } from "./commands.js";
import { byId, el, replaceChildren } from "./dom.js";
import { interact, NO_ANSWER } from "./interactions.js";
import { phone } from "./layout.js";
import { listbox } from "./listbox.js";
import { sizeText } from "./media.js";
import { store } from "./store.js";

export function createComposer({ notice, onsent }) {
  const input = byId("composer-input");
  const plain = byId("composer-plain");
  const slot = byId("composer-command");
  const picker = byId("composer-files");
  const list = listbox({ owner: input, label: "Commands", onpick: (option) => begin(option.command, {}) });
  byId("composer-list").append(list.element);
  let form = null;
  let files = [];

  const available = () => slashCommands(store.commands);
  const shown = (text) => matching(available(), text).map((command) => ({ command, value: command.path, label: `/${command.path}`, description: command.description }));

  function begin(command, values) {
    list.hide();
    write("");
    form = commandForm(command, values, { onsend: (options, chosen) => send(command, options, chosen), oncancel: end });
    replaceChildren(slot, form.element);
    plain.hidden = true;
    slot.hidden = false;
    for (const file of files.splice(0)) form.takeFile(file);
    drawFiles();
    form.focus();
  }
  function end() {
    form = null;
    slot.hidden = true;
    replaceChildren(slot);
    plain.hidden = false;
    input.focus();
  }
  async function send(command, options, chosen) {
    end();
    const name = `/${command.path}`;
    onsent();
    notice({ text: `Sending ${name} …`, pending: true });
    const failed = await interact({ kind: "command", name: command.path, options }, chosen, { failed: NO_ANSWER });
    notice(failed ? { text: `${name}: ${failed}` } : null);
  }
  async function sendPlain() {
    const content = input.value.trim();
    if (!content && files.length === 0) return;
    const named = Object.fromEntries(files.map((file, index) => [`files[${index}]`, file]));
    write("");
    files = [];
    drawFiles();
    onsent();
    try {
      await sendMessage(store.channelId, { user: store.me.id, content: withIds(content) }, named);
    } catch (error) {
      write(content);
      notice({ text: `Not sent: ${error.message}` });
    }
  }
  function enter() {
    const text = input.value;
    if (!text.startsWith("/")) return sendPlain();
    const typed = typedCommand(available(), text.trimEnd());
    const complete = typed && typed.command.options.every((option) => !option.required || option.name in typed.values);
    if (complete && Object.keys(typed.values).length === 0) {
      list.hide();
      write("");
      return send(typed.command, {}, {});
    }
    const chosen = list.open ? list.active?.command : typed?.command;
    if (chosen) return begin(chosen, typed?.values ?? {});
    return notice({ text: `There is no command ${text.trim()}` });
  }
  function drawFiles() {
    const remove = (file) => { files = files.filter((other) => other !== file); drawFiles(); input.focus(); };
    replaceChildren(byId("composer-attached"), files.map((file) => el("li", {}, `${file.name} (${sizeText(file.size)}) `, el("button", { type: "button", class: "linkish", "aria-label": `Remove ${file.name}`, onclick: () => remove(file) }, "Remove"))));
  }
  function attach(dropped) {
    const left = [...dropped].filter((file) => !form?.takeFile(file));
    files.push(...left);
    drawFiles();
  }

  /** The field is as high as its text, up to a limit. */
  function grow() {
    input.style.setProperty("height", "auto");
    input.style.setProperty("height", `${input.scrollHeight}px`);
  }
  function write(text) {
    input.value = text;
    grow();
  }
  function suggest(commands) {
    list.show(commands);
    if (list.open) byId("announcer").textContent = `${commands.length} command${commands.length === 1 ? "" : "s"}`;
  }

  input.addEventListener("input", () => {
    grow();
    const text = input.value;
    if (!text.startsWith("/")) return list.hide();
    const typed = typedCommand(available(), text);
    const beyond = typed && text.length > typed.command.path.length + 1;
    if (beyond && typed.command.options.length) return begin(typed.command, typed.values);
    return suggest(shown(text));
  });
  input.addEventListener("blur", () => list.hide());
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      enter();
    } else if (event.key === "Tab" && !event.shiftKey && list.open && list.active) {
      event.preventDefault();
      begin(list.active.command, {});
    } else list.key(event);
  });
  plain.addEventListener("submit", (event) => { event.preventDefault(); enter(); });
  byId("composer-slash").addEventListener("click", () => {
    write("/");
    input.focus();
    suggest(shown("/"));
  });
  byId("composer-attach").addEventListener("click", () => picker.click());
  picker.addEventListener("change", () => { attach(picker.files); picker.value = ""; input.focus(); });
  dropZone(byId("chat"), attach);

  function place({ name }) {
    input.placeholder = phone.matches ? `Message #${name}` : `Message #${name}, or / for a command`;
    input.setAttribute("aria-label", `Message #${name}`);
  }
  phone.addEventListener("change", () => { if (store.channel) place(store.channel); });
  return { place };
}

/** What one types as `@Ben` is sent as a mention, as Discord's app does; within code it stays text. */
function withIds(text) {
  const ids = new Map([...store.everyone.map((user) => [user.name, `<@${user.id}>`]), ...store.roles.map((role) => [role.name, `<@&${role.id}>`])]);
  const mentioned = (part) => part.replace(/(?<!\S)@(\w+)/g, (whole, name) => ids.get(name) ?? whole);
  return text.split(/(`[^`]*`)/).map((part) => (part.startsWith("`") ? part : mentioned(part))).join("");
}

function dropZone(zone, ondrop) {
  const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");
  const over = (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    zone.classList.add("dropping");
  };
  zone.addEventListener("dragenter", over);
  zone.addEventListener("dragover", over);
  zone.addEventListener("dragleave", (event) => { if (!zone.contains(event.relatedTarget)) zone.classList.remove("dropping"); });
  zone.addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    zone.classList.remove("dropping");
    ondrop(event.dataTransfer.files);
  });
}
