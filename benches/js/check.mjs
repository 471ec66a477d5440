// Nothing incorrect is ever timed: each implementation must distinguish genuine deliveries, before and after measuring.

/** The errors that mean a wrong signature. Any other error is a fault of the bench. */
const REFUSAL = /^signature_mismatch$|Signature mismatch|No matching signature/;

/** Throws unless the genuine delivery is accepted and both others are refused. */
export async function check(id, verify, { genuine, forged, changed }) {
  if ((await verify(genuine)) !== true) throw new Error(`${id} does not accept a genuine delivery`);
  for (const delivery of [forged, changed]) {
    if (await accepts(verify, delivery)) throw new Error(`${id} accepts a delivery that is not genuine`);
  }
}

async function accepts(verify, delivery) {
  try {
    return await verify(delivery);
  } catch (error) {
    if (REFUSAL.test(error.code ?? error.message)) return false;
    throw error;
  }
}

/** Verifies a delivery repeatedly, and returns how often it was accepted. Awaits only promises. */
export async function repeat(verify, delivery, count) {
  let accepted = 0;
  for (let done = 0; done < count; done++) {
    const verdict = verify(delivery);
    accepted += Number(typeof verdict === "boolean" ? verdict : await verdict);
  }
  return accepted;
}

/** Throws unless all timed deliveries, which are genuine, were accepted. */
export function checkCount(id, accepted, count) {
  if (accepted !== count) throw new Error(`${id}: ${accepted} of ${count} genuine deliveries were accepted`);
}
