// Explains a failed attempt, in its place: first what the sandbox knows, then, with the endpoint's secret, what
// hookseal finds out.

import { attempt, request, say } from "./calls.js";
import { button, make, sentence } from "./dom.js";

let schemes = [];
let ownScheme = "";

export function setSchemes(names, own) {
  schemes = names.includes(own) ? names : [own, ...names];
  ownScheme = own;
}

/** Adds the button that explains an attempt to its actions, and returns where the explanation will be. */
export function explainButton(id, number, actions) {
  const place = make("div", "stack tight");
  place.hidden = true;
  const path = `deliveries/${encodeURIComponent(id)}/attempts/${number}/explain`;
  const opener = button(
    "small",
    async () => {
      if (!place.hidden) {
        place.hidden = true;
        opener.setAttribute("aria-expanded", "false");
        return;
      }
      await attempt(async () => {
        place.replaceChildren(answer(await request(path, "POST", {})), ownValues(path, `${id}-${number}`));
        place.hidden = false;
        opener.setAttribute("aria-expanded", "true");
        place.firstChild.focus();
      });
    },
    "Explain",
  );
  opener.setAttribute("aria-expanded", "false");
  actions.append(opener);
  return place;
}

/** The answer first, and the details folded. */
function answer({ summary, advice, received }) {
  const shown = make("div", `callout stack tight ${received?.ok ? "warn" : "bad"}`);
  shown.tabIndex = -1;
  shown.append(make("p", "", make("strong", "", summary)), make("p", "", advice));
  const report = received;
  if (report !== null && !report.ok) {
    for (const { cause, finding } of report.causes) {
      shown.append(make("p", "small", `${sentence(finding)} `, make("code", "", cause)));
    }
    for (const { finding, fix } of report.suspicions) {
      shown.append(make("p", "small", `${sentence(finding)} ${sentence(fix)}`));
    }
    const checks = make("details");
    const list = make("ul", "small");
    for (const { check, outcome, message } of report.checks) {
      const style = { passed: "good", failed: "bad" }[outcome] ?? "faint";
      list.append(make("li", "", make("span", style, outcome), ` ${check.replaceAll("_", " ")}: ${message}`));
    }
    checks.append(make("summary", "", "All checks"), list);
    shown.append(checks);
  }
  return shown;
}

/** The form for what the endpoint verifies with. */
function ownValues(path, name) {
  const form = make("form", "stack tight");
  const attributes = { type: "password", required: true, autocomplete: "off", id: `secret-${name}` };
  const secret = Object.assign(make("input"), attributes);
  const scheme = Object.assign(make("select"), { id: `scheme-${name}` });
  scheme.append(...schemes.map((one) => new Option(one)));
  scheme.value = ownScheme;
  const result = make("div");
  form.append(
    field(secret, "Secret that your endpoint verifies with", " (it is not stored)"),
    field(scheme, "Scheme that it verifies"),
    make("div", "row", Object.assign(make("button", "", "Explain with these"), { type: "submit" })),
    result,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(async () => {
      const found = await request(path, "POST", { secret: secret.value, scheme: scheme.value });
      result.replaceChildren(answer(found));
      result.firstChild.focus();
      say("");
    });
  });
  return form;
}

function field(input, text, note = "") {
  const label = make("label", "", text, make("span", "note", note));
  label.htmlFor = input.id;
  const made = make("div", "field");
  made.append(label, input);
  return made;
}
