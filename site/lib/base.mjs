// Where the site is published. Its links work only there: below this path of this host.
const path = process.env.HOOKSEAL_SITE_BASE ?? "/";

/** Begins and ends with a slash. */
export const BASE = `/${path}/`.replaceAll(/\/+/g, "/");

/** The host, if it is known: only the map of the site for search engines needs it. */
export const HOST = process.env.HOOKSEAL_SITE_HOST;
