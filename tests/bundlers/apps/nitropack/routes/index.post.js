import { receive } from "../receive.js";

export default defineEventHandler((event) => receive(toWebRequest(event)));
