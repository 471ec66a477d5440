// Next.js calls this once, when the server starts: without a secret it must not. An error that is thrown here would only
// be logged.
export function register() {
  if (process.env.NEXT_RUNTIME === "nodejs" && !process.env.WEBHOOK_SECRET) {
    console.error("WEBHOOK_SECRET is not set");
    process.exit(1);
  }
}
