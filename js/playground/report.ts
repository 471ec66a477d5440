// Shows a report: the answer in a sentence, its code, and the checks, which are folded unless one failed.
import type { Check, Report } from "hookseal/explain";

import { element, put, sentence, text } from "./dom.js";

export function showReport(report: Report): void {
  const { ok, code, status, message, causes, suspicions, checks, advice, form } = report;
  const [first] = causes;
  put("verdict", sentence(ok ? "the delivery is genuine" : (first?.finding ?? message)));
  put("advice", ok ? "There is nothing to do." : sentence(advice));
  element("answer", HTMLElement).className = `callout stack tight ${ok ? "good" : "bad"}`;
  const chip = ok ? text("span", "genuine", "chip good") : text("span", "refused", "chip bad");
  const codes = [...causes.map(({ cause }) => cause), ...(code === null ? [] : [code])].map((one) => text("code", one));
  put("codes", chip, ...codes, text("span", ok ? form : `HTTP ${status}, ${form}`, "faint"));
  put(
    "causes",
    // The first one is the answer already.
    ...causes.slice(1).map(({ cause, finding }) => {
      const box = text("div", "", "callout bad stack tight");
      const title = text("h3", "Also ");
      title.append(text("code", cause));
      box.append(title, text("p", sentence(finding)));
      return box;
    }),
  );
  put(
    "suspicions",
    ...suspicions.map(({ suspicion, finding, fix }) => {
      const box = text("div", "", "callout warn stack tight");
      const title = text("h3", "Suspicion ");
      title.append(text("code", suspicion));
      box.append(title, text("p", `${sentence(finding)} ${sentence(fix)}`));
      return box;
    }),
  );
  const failed = checks.filter(({ outcome }) => outcome === "failed").length;
  const passed = checks.filter(({ outcome }) => outcome === "passed").length;
  put("checks-title", failed === 0 ? `Checks: all ${passed} passed` : `Checks: ${passed} passed, ${failed} failed`);
  element("all-checks", HTMLDetailsElement).open = failed > 0;
  put("checks", ...checks.map(itemOf));
  put("json", JSON.stringify(report, null, 2));
  show(true);
}

export function showError(message: string, advice: string): void {
  put("verdict", sentence(message));
  put("advice", advice);
  element("answer", HTMLElement).className = "callout stack tight bad";
  put("codes", text("span", "not read", "chip bad"));
  for (const id of ["causes", "suspicions", "checks", "json"]) put(id);
  show(false);
}

/** Shows or hides what only a report has. */
function show(isReport: boolean): void {
  for (const details of element("report", HTMLElement).querySelectorAll("details")) details.hidden = !isReport;
  element("share", HTMLElement).hidden = !isReport;
}

function itemOf({ check, outcome, message, facts }: Check): HTMLElement {
  const style = { passed: "good", failed: "bad", skipped: "faint" }[outcome];
  const head = text("div", "", "row");
  head.append(text("span", outcome, `chip ${style}`), text("strong", check.replaceAll("_", " "), "small"));
  const item = text("li", "");
  item.append(head, text("span", message, "small"));
  const times = Object.entries(facts).filter(([name, value]) => isTime(name, value));
  for (const [name, value] of times) {
    const line = text("span", `${name.replaceAll("_", " ")}: `, "small faint");
    const time = text("time", iso(Number(value)));
    time.setAttribute("datetime", iso(Number(value)));
    time.title = `${value} in Unix seconds`;
    line.append(time);
    item.append(line);
  }
  return item;
}

/** The facts that are times, which are in Unix seconds. */
const isTime = (name: string, value: number | null): boolean =>
  (name === "now" || name === "timestamp") && value !== null && Math.abs(value) <= LAST_SECOND;

/** The last second that a `Date` can have. */
const LAST_SECOND = 8.64e12;

export const iso = (seconds: number): string => new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
