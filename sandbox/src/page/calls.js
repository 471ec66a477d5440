// Calls the sandbox, and says what became of it. Every call carries the token.

import { element, setText } from "./dom.js";

const TOKEN_KEY = "hookseal-sandbox-token";

let token = "";

/** Takes the token from the address, where it then does not stay, or from this tab. */
export function findToken() {
  token = location.hash.slice(1) || (sessionStorage.getItem(TOKEN_KEY) ?? "");
  history.replaceState(null, "", location.pathname);
  return token !== "";
}

export function setToken(text) {
  token = text;
}

export function keepToken() {
  sessionStorage.setItem(TOKEN_KEY, token);
}

/**
 * Calls the sandbox, with a body that is JSON already or becomes it. A refusal is thrown as an error with the sandbox's
 * message.
 */
export async function request(path, method = "GET", body = undefined) {
  const options = { method, headers: { "X-Sandbox-Token": token } };
  if (body !== undefined) options.body = typeof body === "string" ? body : JSON.stringify(body);
  const response = await fetch(`/sandbox/${path}`, options);
  const answer = await response.json();
  if (!response.ok) throw Object.assign(new Error(answer.error), { status: response.status });
  return answer;
}

/** Shows a message, which screen readers read out. */
export function say(text) {
  setText("state", text);
}

const LOST = "The sandbox does not respond. Is it running?";

/** Runs an action, and shows the error if it fails. */
export async function attempt(act) {
  try {
    await act();
    // It responds again.
    if (element("state").textContent === LOST) say("");
    return true;
  } catch (error) {
    if (error.status === 401) askForToken();
    // Only `fetch` throws this, if there is no answer.
    else say(error instanceof TypeError && error.status === undefined ? LOST : error.message);
    return false;
  }
}

/** Shows the form for the token. */
export function askForToken() {
  sessionStorage.removeItem(TOKEN_KEY);
  element("sandbox").hidden = true;
  element("entry").hidden = false;
  say("This page needs the sandbox's token.");
}
