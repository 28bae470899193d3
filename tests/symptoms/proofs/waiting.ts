import {
  connectTcp,
  listenTcp,
  readToEnd,
  writeAll,
} from "../../../lib/net/mod.ts";
import type { Proof } from "./proof.ts";
import { bytes, isPending, Pair, readOnce, text, thrownBy } from "./sockets.ts";

/** More than the buffers of a connection hold. */
const MUCH = new Uint8Array(32 * 1024 * 1024);

export const waiting: Record<string, Proof> = {
  async "both-read"() {
    using pair = await Pair.connect();
    const reads = [pair.client, pair.server].map((conn) => readOnce(conn));
    const pending = await Promise.all(reads.map(isPending));
    return pending.every(Boolean)
      ? "both sides read, and neither read ended"
      : "a read ended";
  },

  async "both-write"() {
    using pair = await Pair.connect();
    const writes = [pair.client, pair.server]
      .map((conn) => writeAll(conn, MUCH));
    const pending = await Promise.all(writes.map(isPending));
    return pending.every(Boolean)
      ? "both sides write, and neither write ended"
      : "a write ended";
  },

  async "no-end"() {
    using pair = await Pair.connect();
    await pair.client.write(bytes("hello"));
    const all = (await readOnce(pair.server))!.length;
    const next = await isPending(readOnce(pair.server));
    return `all ${all} bytes came, and the next read() did ${
      next ? "not end" : "end"
    }`;
  },

  async "reply-lost"() {
    using pair = await Pair.connect();
    await pair.client.write(new Uint8Array(1000));
    // Some of it is read, so that the rest is known to have come.
    await readOnce(pair.server, 1);
    await pair.server.write(MUCH);
    pair.server.close();
    const error = await thrownBy(() => readToEnd(pair.client));
    return error instanceof Deno.errors.ConnectionReset
      ? "the server wrote its reply and closed; the client got a reset"
      : String(error);
  },

  async "one-client-only"() {
    using listener = listenTcp();
    const serving = (async () => {
      for await (const conn of listener) {
        using _conn = conn;
        const question = await readOnce(conn);
        if (question !== null) await conn.write(question);
      }
    })().catch(() => {});
    using silent = await connectTcp(listener.addr.port);
    using second = await connectTcp(listener.addr.port);
    await second.write(bytes("hello"));
    const answer = readOnce(second);
    const held = await isPending(answer);
    await silent.closeWrite();
    await answer;
    listener.close();
    await serving;
    return held ? "a silent client held up the second one" : "it was served";
  },

  async "one-failure-ends-all"() {
    using pair = await Pair.connect();
    const uncaught = Promise.withResolvers<Error>();
    const hear = (event: PromiseRejectionEvent) => {
      event.preventDefault();
      uncaught.resolve(event.reason);
    };
    globalThis.addEventListener("unhandledrejection", hear);
    try {
      const handle = async () => {
        while (true) await pair.server.write(bytes("tick"));
      };
      handle();
      pair.client.close();
      const { name } = await uncaught.promise;
      return /ConnectionReset|BrokenPipe/.test(name)
        ? "one client's reset became an uncaught error"
        : name;
    } finally {
      globalThis.removeEventListener("unhandledrejection", hear);
    }
  },

  async "dead-connection"() {
    using listener = listenTcp();
    const code = `Deno.connect({ port: ${listener.addr.port} })
      .then((conn) => conn.read(new Uint8Array(1)))`;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["eval", code],
      stdout: "null",
      stderr: "null",
    }).spawn();
    try {
      using server = await listener.accept();
      child.kill("SIGSTOP");
      await server.write(bytes("are you there?"));
      return await isPending(readOnce(server))
        ? "the peer's process stopped; write() succeeded, read() went on waiting"
        : "read() ended";
    } finally {
      child.kill("SIGKILL");
      await child.status;
    }
  },

  async "lost-after-timeout"() {
    using pair = await Pair.connect();
    // A race is over as soon as the timer has won; the read isn't.
    const first = readOnce(pair.server, 6);
    await Promise.race([first, new Promise((resolve) => setTimeout(resolve))]);
    const second = readOnce(pair.server);
    await pair.client.write(bytes("hello world"));
    const got = text((await second)!);
    await first;
    return `after a race with a timer, the program got only "${got}"`;
  },

  async "doesnt-exit"() {
    const code =
      `const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      console.log("listening");
      listener.accept();`;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["eval", code],
      stdout: "piped",
      stderr: "null",
    }).spawn();
    try {
      const reader = child.stdout.getReader();
      await reader.read();
      const runs = await isPending(reader.closed);
      await reader.cancel();
      return runs
        ? "an accept() that waits keeps Deno running"
        : "the program ended";
    } finally {
      child.kill("SIGKILL");
      await child.status;
    }
  },
};
