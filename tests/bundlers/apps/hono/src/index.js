import { Hono } from "hono";

import { receive } from "../receive.js";

export default new Hono().post("/", (c) => receive(c.req.raw));
