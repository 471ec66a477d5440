// Plays the vectors that are posted to it, in workerd.
import * as verifying from "hookseal";
import * as explaining from "hookseal/explain";

import { play } from "./play.mjs";

const hookseal = { ...verifying, ...explaining };

export default {
  async fetch(request) {
    return Response.json(await play(await request.json(), hookseal));
  },
};
