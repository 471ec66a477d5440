// Makes and finds parts of a page. Content is always text, so that nothing a sender chose becomes HTML.

import { visible } from "./text.js";

export const element = (id) => document.getElementById(id);

/** An element with this class, and with what it contains: other elements, or text, whose invisible characters show. */
export function make(tag, className = "", ...content) {
  const made = document.createElement(tag);
  if (className !== "") made.className = className;
  made.append(...content.map((part) => (part instanceof Node ? part : visible(part))));
  return made;
}

/** A message as a sentence: it has no capital and no full stop, because other places embed it. */
export const sentence = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** A button with this text, or with these elements. */
export function button(className, act, ...content) {
  const made = make("button", className, ...content);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

/** The names and values of a list of facts, without those that are null. */
export function facts(pairs) {
  return pairs
    .filter(([, value]) => value !== null && value !== undefined)
    .flatMap(([name, value]) => [make("dt", "", name), make("dd", "", value)]);
}

/** Sets the text of an element if it differs, so that screen readers hear changes only. */
export function setText(id, text) {
  const shown = visible(text);
  if (element(id).textContent !== shown) element(id).textContent = shown;
}

/**
 * Shows one element for each item, by its key, in order. Elements whose item is the same stay, and with them the focus,
 * the selection and what is open.
 */
export function reconcile(list, items, keyOf, elementOf) {
  const known = new Map([...list.children].map((child) => [child.dataset.key, child]));
  const shown = items.map((item) => {
    const key = String(keyOf(item));
    const state = JSON.stringify(item);
    const before = known.get(key);
    if (before?.dataset.state === state) return before;
    const made = elementOf(item);
    made.dataset.key = key;
    made.dataset.state = state;
    if (before?.contains(document.activeElement)) {
      const place = [...before.querySelectorAll("button, summary")].indexOf(document.activeElement);
      queueMicrotask(() => made.querySelectorAll("button, summary")[place]?.focus());
    }
    return made;
  });
  shown.forEach((child, at) => {
    if (list.children[at] !== child) list.insertBefore(child, list.children[at] ?? null);
  });
  while (list.children.length > shown.length) list.lastChild.remove();
}
