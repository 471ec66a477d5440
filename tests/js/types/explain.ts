// What TypeScript knows of explanations. Nothing here is run. Where an error is expected, TypeScript must find one.
import type { ErrorCode, ErrorStatus } from "hookseal";
import {
  type Cause,
  type CauseCode,
  type Check,
  type ExplainerOptions,
  type Report,
  type Suspicion,
  type SuspicionCode,
  WebhookExplainer,
} from "hookseal/explain";

import { is } from "./is.js";

declare const bytes: Uint8Array;

const options: ExplainerOptions = { scheme: "svix", maxAge: 60, now: 1, otherSecrets: { github: "text", slack: bytes } };
const explainer = new WebhookExplainer(["text", bytes], options);
// @ts-expect-error no scheme has that name
new WebhookExplainer("text", { otherSecrets: { gitlab: "text" } });
// @ts-expect-error there must be one
new WebhookExplainer();

const report: Report = explainer.explain({ "x-contio-signature": "00" }, bytes);
is<typeof report.code, ErrorCode | null>(true);
is<typeof report.status, ErrorStatus | null>(true);
is<typeof report.causes, readonly Cause[]>(true);
is<typeof report.suspicions, readonly Suspicion[]>(true);
for (const { cause, fix, scheme } of report.causes) {
  is<typeof cause, CauseCode>(true);
  is<typeof fix, string>(true);
  is<typeof scheme, string | null>(true);
  // @ts-expect-error there is no such cause
  if (cause === "body_was_eaten") continue;
}
for (const check of report.checks) {
  is<typeof check, Check>(true);
  const age = check.facts["age"];
  is<typeof age, number | null | undefined>(true);
  // @ts-expect-error there is no such outcome
  if (check.outcome === "maybe") continue;
}
const code = report.suspicions[0]?.suspicion;
is<typeof code, SuspicionCode | undefined>(true);
// @ts-expect-error a report is not changed
report.ok = true;
// @ts-expect-error a body that was parsed
explainer.explain({}, { event_type: "x" });
