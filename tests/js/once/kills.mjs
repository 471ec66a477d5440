// node once/kills.mjs [KILLS] [STORE…]: kills a receiver so many times on each store, by default 200 times, and prints
// what happened.
import { kill, variantsOf } from "./killing.mjs";
import { SQLITE } from "./places.mjs";
import { startPostgres, startRedis } from "./servers.mjs";

const [kills = "200", ...kinds] = process.argv.slice(2);
const servers = [await startRedis("--appendonly", "yes"), await startPostgres()];
Object.assign(process.env, { REDIS_PORT: String(servers[0].port), POSTGRES_PORT: String(servers[1].port) });
for (const kind of kinds.length > 0 ? kinds : [SQLITE, "pg", "postgres", "redis", "ioredis"]) {
  for (const variant of variantsOf(kind)) {
    const { events, starts, lost, again, effects, twice } = await kill(kind, variant, Number(kills));
    const counts = `${events} events, ${starts} starts; ${lost.length} lost, ${again.length} run again after their finish`;
    const written = variant === "transaction" ? `; ${effects} with effects, ${twice.length} of them twice` : "";
    console.log(`${kind}, ${variant}: ${kills} kills, ${counts}${written}`);
  }
}
for (const server of servers) await server.stop();
