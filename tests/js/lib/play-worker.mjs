// Plays the vectors that are posted to it, in workerd.
import * as hookseal from "hookseal";

import { play } from "./play.mjs";

export default {
  async fetch(request) {
    return Response.json(await play(await request.json(), hookseal));
  },
};
