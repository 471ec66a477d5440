// Nothing wrong is ever timed: what is measured has to tell genuine deliveries from others, before and afterwards.

/** What those that throw say of a signature that is not right. Any other error is one of the bench's. */
const REFUSAL = /^signature_mismatch$|Signature mismatch|No matching signature/;

/** Errs unless the genuine delivery is accepted, and neither of the others. */
export async function check(id, judge, { genuine, forged, changed }) {
  if ((await judge(genuine)) !== true) throw new Error(`${id} does not accept a genuine delivery`);
  for (const delivery of [forged, changed]) {
    if (await accepts(judge, delivery)) throw new Error(`${id} accepts a delivery that is not genuine`);
  }
}

async function accepts(judge, delivery) {
  try {
    return await judge(delivery);
  } catch (error) {
    if (REFUSAL.test(error.code ?? error.message)) return false;
    throw error;
  }
}

/** Gives a delivery to a judge again and again, and tells how often it was accepted. Only promises are awaited. */
export async function repeat(judge, delivery, count) {
  let accepted = 0;
  for (let done = 0; done < count; done++) {
    const verdict = judge(delivery);
    accepted += Number(typeof verdict === "boolean" ? verdict : await verdict);
  }
  return accepted;
}

/** Errs unless all of the genuine deliveries that were timed were accepted. */
export function checkCount(id, accepted, count) {
  if (accepted !== count) throw new Error(`${id}: ${accepted} of ${count} genuine deliveries were accepted`);
}
