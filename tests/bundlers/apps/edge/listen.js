// A worker in the older form, which Vercel's runtime takes.
import { receive } from "./receive.js";

addEventListener("fetch", (event) => event.respondWith(receive(event.request)));
