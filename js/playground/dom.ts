// Finds and makes parts of the page. Content is always text.

export function element<E extends HTMLElement>(id: string, kind: new () => E): E {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${id}`);
  return found;
}

/** Replaces what an element contains. */
export function put(id: string, ...content: (Node | string)[]): void {
  element(id, HTMLElement).replaceChildren(...content);
}

export function text(tag: string, content: string, style = ""): HTMLElement {
  const created = document.createElement(tag);
  created.textContent = content;
  if (style !== "") created.className = style;
  return created;
}

/** Makes a sentence of a message, which has no capital and no full stop because other places embed it. */
export function sentence(part: string): string {
  return `${part.charAt(0).toUpperCase()}${part.slice(1)}${part.endsWith(".") ? "" : "."}`;
}
