// Contio's guide, "Manual Verification", word for word except for its types.
import crypto from 'crypto';

export function verifyWebhook(payload, signature, timestamp, secret) {
  const signedPayload = `${timestamp}.${payload.toString()}`;
  const expectedSignature = crypto
    .createHmac('sha256', secret)
    .update(signedPayload)
    .digest('hex');

  return crypto.timingSafeEqual(
    Buffer.from(signature),
    Buffer.from(expectedSignature)
  );
}
