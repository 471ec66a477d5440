// Where the built site is.
import path from "node:path";

import { ROOT } from "../lib/pages.mjs";

export const BUILT = path.resolve(process.env.HOOKSEAL_SITE_BUILT ?? path.join(ROOT, "target/site/html"));
