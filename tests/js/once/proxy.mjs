// A proxy that counts round trips and breaks connections off.
import { once } from "node:events";
import net from "node:net";

/** Passes on to a server, and can break a connection off after it has passed on what was asked. */
export class Proxy {
  /** When this is in what is asked, the connection ends before the answer. */
  cut = "";
  cuts = 0;
  /** How often something was asked after an answer: each time is a round trip. */
  asked = 0;
  #server;
  #isDown = false;
  /** The pairs of sockets that are open, each with whether nothing is passed on any more. */
  #pairs = new Set();

  static async to(port) {
    const proxy = new Proxy();
    proxy.#server = net.createServer((client) => proxy.#pass(client, net.connect(port, "127.0.0.1")));
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get port() {
    return this.#server.address().port;
  }

  /** Nothing is passed on any more by the connections that are open now. */
  silence() {
    for (const pair of this.#pairs) pair.isSilent = true;
  }

  /** Connections are broken off, and new ones are refused, until it is up again. */
  setDown(isDown) {
    this.#isDown = isDown;
    if (isDown) for (const { end } of this.#pairs) end();
  }

  close() {
    this.#server.close();
    for (const { end } of this.#pairs) end();
  }

  #pass(client, server) {
    if (this.#isDown) {
      client.on("error", () => {}).destroy();
      server.on("error", () => {}).destroy();
      return;
    }
    let isWaiting = false;
    const pair = { isSilent: false, end };
    this.#pairs.add(pair);
    const pairs = this.#pairs;
    function end() {
      pairs.delete(pair);
      client.destroy();
      server.destroy();
    }
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on("error", end).on("close", end);
    }
    client.on("data", (data) => {
      if (pair.isSilent) return;
      if (!isWaiting) this.asked++;
      isWaiting = true;
      const isCut = this.cut !== "" && data.includes(this.cut);
      if (isCut) {
        this.cut = "";
        this.cuts++;
        // The server has done what it was asked once it answers.
        server.removeAllListeners("data");
        server.once("data", end);
      }
      server.write(data);
    });
    server.on("data", (data) => {
      if (pair.isSilent) return;
      isWaiting = false;
      client.write(data);
    });
  }
}
