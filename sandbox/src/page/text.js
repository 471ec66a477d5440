// Untrusted text on a page.

/** Characters that are invisible or change how other text is displayed, as in a terminal (cli/src/escape.rs). */
export const HIDDEN =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800\ufff9-\ufffb]|(?! )\p{Zs}/gu;

/** The text with its invisible characters escaped. */
export function visible(text) {
  const escape = (character) => `\\u{${character.codePointAt(0).toString(16)}}`;
  return String(text).replaceAll("\\", "\\\\").replace(HIDDEN, escape);
}
