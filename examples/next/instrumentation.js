// Next.js calls this once, when the server starts: without a secret it must not.
export function register() {
  if (process.env.NEXT_RUNTIME === "nodejs" && !process.env.WEBHOOK_SECRET) {
    throw new Error("WEBHOOK_SECRET is not set");
  }
}
