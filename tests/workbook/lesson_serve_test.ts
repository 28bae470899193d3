import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { readExact, writeAll } from "../../lib/net/mod.ts";
import type { Talk } from "../clients/programs.ts";
import { quietPort } from "../lib/net_fixture.ts";
import { type Outcome, useCopy } from "./workbook_copy.ts";

const copy = useCopy();
const windows = Deno.build.os === "windows";
const noSignals = windows ? " (ignored: Windows has no such signals)" : "";
const hostname = "127.0.0.1";

/** Starts lesson 3's server, and waits until it is up. */
async function serve(...options: string[]): Promise<[Talk, number]> {
  const server = copy().start("lesson", "3", "--serve", ...options);
  const [, port] = await server.expect(/^ *netcat +nc 127\.0\.0\.1 (\d+)$/m);
  await server.expect(/waiting for clients/);
  return [server, Number(port)];
}

async function exchange(conn: Deno.Conn, text: string): Promise<void> {
  const data = new TextEncoder().encode(text);
  await writeAll(conn, data);
  assertEquals(await readExact(conn, data.length), data);
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.test({
    name:
      `lesson 3 --serve serves two clients, and ${signal} ends it with a summary${noSignals}`,
    ignore: windows,
    async fn() {
      const [talk, port] = await serve("--port", String(quietPort()));
      await using server = talk;
      {
        using one = await Deno.connect({ hostname, port });
        using two = await Deno.connect({ hostname, port });
        await exchange(one, "hello\n");
        await exchange(two, "to both\n");
        await exchange(one, "again\n");
      }
      await server.expect(/(client \d at .*: closed its write side[^]*){2}/);
      server.kill(signal);
      const { code, output } = await server.end();
      assertEquals(code, 0);
      assertMatch(output, /ended: 2 clients served, 20 bytes echoed\n$/);
      // Its child is gone too: nobody listens, and the port can be had again.
      await assertRejects(
        () => Deno.connect({ hostname, port }),
        Deno.errors.ConnectionRefused,
      );
      Deno.listen({ hostname, port }).close();
    },
  });
}

Deno.test({
  name: `lesson 3 --serve ends although a client stays${noSignals}`,
  ignore: windows,
  async fn() {
    const [talk, port] = await serve();
    await using server = talk;
    using client = await Deno.connect({ hostname, port });
    await exchange(client, "hello\n");
    server.kill("SIGINT");
    const { code, output } = await server.end();
    assertEquals(code, 0);
    assertMatch(output, /ended: 1 client served, 6 bytes echoed\n$/);
  },
});

Deno.test({
  name:
    `Ctrl-C, which reaches the command and its child, never cuts off the summary${noSignals}`,
  ignore: windows,
  async fn() {
    // The command line passes on the first, so the child gets several.
    for (let round = 0; round < 5; round++) {
      const [talk] = await serve();
      await using server = talk;
      for (let i = 0; i < 3; i++) server.kill("SIGINT");
      const { code, output } = await server.end();
      assertEquals(code, 0);
      assertMatch(output, /ended: 0 clients served, 0 bytes echoed\n$/);
    }
  },
});

Deno.test("lesson 3 --serve --json tells of its clients in events", async () => {
  await using server = copy().start("lesson", "3", "--serve", "--json");
  const [, port] = await server.expect(/"nc 127\.0\.0\.1 (\d+)"/);
  using client = await Deno.connect({ hostname, port: Number(port) });
  await exchange(client, "hello\n");
  await server.expect(
    /{"atMs":[\d.]+,"kind":"note","text":"client 1: 6 by/,
  );
});

/** One line on standard error, and status 2. */
function assertMisused({ code, stderr }: Outcome, answer: RegExp): void {
  assertEquals(code, 2);
  assertMatch(stderr, /^[^\n]+\n$/);
  assertMatch(stderr, answer);
}

Deno.test("lesson 3 --serve says in one line that its port is in use", async () => {
  using listener = Deno.listen({ hostname, port: 0 });
  const port = String(listener.addr.port);
  const outcome = await copy().run("lesson", "3", "--serve", "--port", port);
  assertMisused(outcome, /^that port is in use: choose another with --port, /);
});

/** Why port 1 cannot show what a privileged port is, or an empty string. */
function whyAnyPort(): string {
  try {
    Deno.listen({ hostname, port: 1 }).close();
    return "this user may take any port";
  } catch (error) {
    return error instanceof Deno.errors.PermissionDenied ? "" : `${error}`;
  }
}

const anyPort = whyAnyPort();
Deno.test({
  name: "lesson 3 --serve says in one line that a port is privileged" +
    (anyPort && ` (ignored: ${anyPort})`),
  ignore: anyPort !== "",
  async fn() {
    const outcome = await copy().run("lesson", "3", "--serve", "--port", "1");
    assertMisused(outcome, /^the system doesn't allow that port: .*1024 to/);
  },
});
