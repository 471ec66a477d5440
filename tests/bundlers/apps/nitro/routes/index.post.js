import { defineHandler } from "nitro/h3";

import { receive } from "../receive.js";

export default defineHandler((event) => receive(event.req));
