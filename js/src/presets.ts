// What the schemes of `hookseal/schemes` are made by.
import { defineScheme, schemeInternals } from "./main.js";
import type { Scheme } from "./options.js";

const { definitions, full, invalidScheme } = schemeInternals;

/** A scheme from its textual form, which the core wrote. Nothing reads it before a verifier is made with it. */
export function preset(name: string, text: string): Scheme {
  const scheme = Object.freeze({ name }) as Scheme;
  definitions.set(scheme, {
    get engine() {
      return full();
    },
    words: `=${text}`,
  });
  return scheme;
}

/** Stands for the URL in the texts of schemes that sign it. */
const PLACE = "https://hookseal.invalid/";

/** A scheme whose sender signs its URL. The core has the same rule, for schemes that it makes itself. */
export function withUrl(text: string, url: string): Scheme {
  if (typeof url !== "string" || url.length > 240 || !/^https?:\/\/[!-~]+$/.test(url)) {
    throw invalidScheme(
      "the URL that the sender signs begins with https:// or http:// and is visible ASCII of at most 240 bytes; copy it " +
        "from the sender's settings",
    );
  }
  const signed = JSON.stringify(url.replace(/[{}]/g, (brace) => (brace === "{" ? "{lbrace}" : "{rbrace}")));
  return defineScheme(text.replace(PLACE, () => signed.slice(1, -1)));
}
