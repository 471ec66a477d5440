// Reads the vectors, and compares results with what they expect.
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";

/** The minimum number of vectors that a `Request` must be able to express. */
const LEAST_REQUESTS = 100;

/** All vectors, in the order of their files, from the folder that the caller names or from `vectors`. */
export function readVectors() {
  const folder = process.env.HOOKSEAL_VECTORS ?? "vectors";
  const files = readdirSync(folder).filter((name) => name.endsWith(".json")).sort();
  return files.flatMap((name) => JSON.parse(readFileSync(path.join(folder, name), "utf8")));
}

/**
 * The vectors for explanations, each with the report from the core in Rust. Every other report must be the same JSON.
 */
export function readExplained() {
  const [vectors, reports] = ["causes", "reports-camel"].map((name) =>
    JSON.parse(readFileSync(path.join("vectors", "explain", `${name}.json`), "utf8")),
  );
  return vectors.map((vector) => ({ ...vector, report: reports[vector.name] }));
}

/** The vectors for keys. */
export function readKeys() {
  return JSON.parse(readFileSync(path.join("vectors", "keys", "keys.json"), "utf8"));
}

/** All kinds of vectors. */
export const readAll = () => [...readVectors(), ...readExplained(), ...readKeys()];

/** The differences between results and expectations, one per line; none if all results are as expected. */
export function faultsOf(vectors, played) {
  const lines = [];
  if (vectors.length === 0) lines.push("there are no vectors");
  if (played.length !== vectors.length) lines.push(`${played.length} of ${vectors.length} vectors were played`);
  vectors.forEach(({ name, expect, report }, index) => {
    const { name: other, outcome, faults } = played[index] ?? { faults: [] };
    if (other !== name) lines.push(`${name}: was not played`);
    else if (report !== undefined) lines.push(...faultsOfReport(name, outcome, expect, report));
    else if (!isExpected(outcome, expect)) lines.push(`${name}: ${show(outcome)}, but expected ${show(expect)}`);
    lines.push(...faults.map((fault) => `${name}: ${fault}`));
  });
  const requests = played.filter(({ ways }) => ways.includes("verifyRequest")).length;
  if (requests < LEAST_REQUESTS) lines.push(`only ${requests} vectors were played as a Request`);
  return lines;
}

function* faultsOfReport(name, { ok, ...outcome }, expect, report) {
  if (ok === undefined) return yield `${name}: ${show(outcome)}`;
  const { code, causes, secret_index, about } = expect;
  const found = [ok.code, ok.causes.map(({ cause }) => cause).sort(), ok.secret_index];
  if (show(found) !== show([code, [...causes].sort(), secret_index])) yield `${name}: ${show(found)}, but expected ${show(expect)}`;
  if (about !== undefined && !ok.causes.some(({ scheme }) => scheme === about)) yield `${name}: no cause is about ${about}`;
  const expected = show(JSON.parse(report));
  if (show(ok) !== expected) yield `${name}: reports ${show(ok)}, and the core in Rust ${expected}`;
}

function isExpected(outcome, expect) {
  if (expect.key !== undefined) return show(outcome.ok) === show(expect.key);
  if (expect.error !== undefined) return outcome.error === expect.error;
  return outcome.ok !== undefined && show(sorted(outcome.ok)) === show(sorted(expect.ok));
}

const show = (value) => JSON.stringify(value);
const sorted = (object) => Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1));

/** The file with the results of a runtime, for comparing all runtimes. */
export const outcomesFile = (runtime) => path.join("outcomes", `${runtime}.json`);

/** What must be the same in every runtime: each vector's name and outcome, including messages. */
export function outcomesText(played) {
  const lines = played.map(({ name, outcome }) => show([name, outcome]));
  return `[\n${lines.join(",\n")}\n]\n`;
}
