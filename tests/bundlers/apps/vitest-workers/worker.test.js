import { SELF } from "cloudflare:test";
import { expect, it } from "vitest";

import deliveries from "./deliveries.json";
import { receive } from "./receive.js";

const post = ({ headers, body }) => new Request("http://localhost/", { method: "POST", headers, body });
const ROUTES = { "in the test": receive, "in the worker": (request) => SELF.fetch(request) };

for (const [where, send] of Object.entries(ROUTES)) {
  it(`accepts a genuine delivery ${where}`, async () => {
    const response = await send(post(deliveries.genuine));
    expect(await response.json()).toMatchObject({ event: "evt-1", signed: "github" });
  });

  it(`refuses a forged delivery ${where}`, async () => {
    const response = await send(post(deliveries.forged));
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({ code: "signature_mismatch", cause: "secret_newline_lost" });
  });
}
