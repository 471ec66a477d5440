// node inbox/kills.mjs [KILLS] [DRIVER…]: kills a receiver and a worker so many times on each database, by default 200
// times, and prints what happened.
import process from "node:process";

import { startPostgres } from "../once/servers.mjs";
import { kill } from "./killing.mjs";
import { KINDS } from "./places.mjs";

const [kills = "200", ...kinds] = process.argv.slice(2);
const server = await startPostgres();
process.env.POSTGRES_PORT = String(server.port);
for (const kind of kinds.length > 0 ? kinds : KINDS) {
  for (const variant of ["plain", "transaction"]) {
    const { events, starts, lost, effects, twice, resumed } = await kill(kind, variant, Number(kills));
    const written = variant === "transaction" ? `; ${effects} with effects, ${twice.length} of them twice` : "";
    const counts = `${kills} kills of each, ${events} events, ${starts} of them begun, ${lost.length} lost${written}`;
    console.log(`${kind}, ${variant}: ${counts}; work resumed within ${resumed.toFixed(2)} s of a start`);
  }
}
await server.stop();
