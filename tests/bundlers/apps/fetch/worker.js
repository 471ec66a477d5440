// A worker: a module whose `fetch` responds to requests.
import { receive } from "./receive.js";

export default { fetch: receive };
