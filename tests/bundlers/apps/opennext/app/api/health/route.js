// A second route. With only one, Turbopack puts its imports of `hookseal/explain` into the route's own chunk, and OpenNext
// searches for imports of entry points only in chunks named `[externals]`: "No such module", and 500.
export const GET = () => Response.json({ ok: true });
