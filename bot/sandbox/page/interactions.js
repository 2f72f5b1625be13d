// Doing something to the bot, and what a person sees until it answers.
import { Refused, sendInteraction } from "./api.js";
import { openModal } from "./modal.js";
import { store } from "./store.js";

export const FAILED = "This interaction failed";
export const NO_ANSWER = "The application did not respond";

/** Send an interaction as the person of the page. Answers the text to show if it failed, null otherwise. */
export async function interact(body, files, { failed = FAILED } = {}) {
  let answer;
  try {
    answer = await sendInteraction({ user: store.me.id, channel_id: store.channelId, ...body }, files);
  } catch (error) {
    return error instanceof Refused ? error.message : failed;
  }
  if (answer.outcome === "failed") return failed;
  if (answer.outcome === "modal") openModal(answer.modal, (values, modalFiles) => submit(answer, values, modalFiles));
  return null;
}

const submit = (answer, values, files) =>
  interact({ kind: "modal", interaction_id: answer.interaction_id, values }, files, { failed: "Something went wrong. Try again." });

/** The choices the bot offers for what is typed so far. */
export async function autocomplete(name, options, focused) {
  try {
    const body = { kind: "autocomplete", user: store.me.id, channel_id: store.channelId, name, options, focused };
    return { choices: (await sendInteraction(body)).choices ?? [] };
  } catch {
    return { choices: [], failed: true };
  }
}
