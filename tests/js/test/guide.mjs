// The quick start of the sender's guide, "Webhook Events", word for word except for the verifier's import.

export const PATH = "/webhooks/contio";

/** The guide's program as TypeScript, which exports its `app`. */
export const quickStart = (verifiers) => `
import express from 'express';
import { WebhookVerifier } from '${verifiers}';

const app = express();
const verifier = new WebhookVerifier(process.env.WEBHOOK_SECRET!);

app.post('/webhooks/contio',
  express.raw({ type: 'application/json' }),
  (req, res) => {
    const signature = req.headers['x-contio-signature'] as string;
    const timestamp = req.headers['x-contio-timestamp'] as string;

    if (!verifier.verifySignature(req.body, signature, timestamp).isValid) {
      return res.status(401).json({ error: 'Invalid signature' });
    }

    const event = JSON.parse(req.body.toString());
    processWebhookAsync(event); // Process async, respond fast

    res.status(200).json({ received: true });
});

// What the guide leaves to its readers.
declare function processWebhookAsync(event: unknown): void;
export { app };
`;
