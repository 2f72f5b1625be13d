// What the page knows: one object, filled by the server's answers and events.

export const store = {
  place: null,
  guild: null,
  me: null,
  people: [],
  bot: null,
  roles: [],
  channels: [],
  commands: [],
  channelId: null,
  /** channel id -> messages, oldest first */
  messages: new Map(),
  /** channel id -> ids of the messages nobody looked at, oldest first */
  unread: new Map(),
  dismissed: new Set(JSON.parse(sessionStorage.getItem("dismissed") ?? "[]")),

  get everyone() { return [...this.people, this.bot]; },
  get channel() { return this.channels.find((channel) => channel.id === this.channelId); },
};

/** What of Discord's own can be chosen by name, in a select as for an option: `{value, label}`. */
export const choices = {
  users: () => store.everyone.map((user) => ({ value: user.id, label: user.name })),
  roles: () => store.roles.map((role) => ({ value: role.id, label: `@${role.name}` })),
  mentionables: () => [...choices.users(), ...choices.roles()],
  channels: () => store.channels.map((channel) => ({ value: channel.id, label: `#${channel.name}` })),
};

/** Who an id is, for mentions in `message`. */
export function namesFor(message) {
  const mentioned = message.mentions ?? [];
  return {
    everyone: Boolean(message.mention_everyone),
    user: (id) => store.everyone.find((user) => user.id === id) ?? named(mentioned.find((user) => user.id === id)),
    role: (id) => store.roles.find((role) => role.id === id),
    channel: (id) => store.channels.find((channel) => channel.id === id),
  };
}

const named = (user) => user && { id: user.id, name: user.global_name ?? user.username };

export const isMine = (message) =>
  Boolean(message.mention_everyone) ||
  (message.mentions ?? []).some((user) => user.id === store.me.id) ||
  (message.mention_roles ?? []).some((role) => store.me.roles.includes(role));

/** Snowflakes grow with time; as text they are compared by length first. */
export function olderId(a, b) {
  return a.length === b.length ? a < b : a.length < b.length;
}

export function putMessage(message) {
  const list = store.messages.get(message.channel_id) ?? [];
  const at = list.findIndex((other) => other.id === message.id);
  if (at >= 0) list[at] = message;
  else {
    const before = list.findLastIndex((other) => olderId(other.id, message.id));
    list.splice(before + 1, 0, message);
  }
  store.messages.set(message.channel_id, list);
  return at < 0;
}

export function dropMessage(channelId, id) {
  store.messages.set(channelId, (store.messages.get(channelId) ?? []).filter((message) => message.id !== id));
}

export function dismiss(id) {
  store.dismissed.add(id);
  sessionStorage.setItem("dismissed", JSON.stringify([...store.dismissed].slice(-200)));
}
