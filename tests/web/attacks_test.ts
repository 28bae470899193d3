import { assert, assertEquals, assertMatch } from "@std/assert";
import { connectTcp, readToEnd, writeAll } from "../../lib/net/mod.ts";
import { testWithFiles } from "../lib/net_fixture.ts";
import { useCopy } from "../workbook/workbook_copy.ts";
import { ApiTab } from "./api.ts";
import { startWeb } from "./start_web.ts";

const copy = useCopy();
const encode = (text: string) => new TextEncoder().encode(text);

testWithFiles(
  1000,
  "the server answers while 500 clients are silent, slow, or don't read",
  async () => {
    await using started = await startWeb(copy());
    const { host, port } = new URL(started.url);
    const head = `GET / HTTP/1.1\r\nHost: ${host}\r\n`;
    const clients = await Promise.all(
      Array.from({ length: 500 }, async (_, i) => {
        const conn = await connectTcp(Number(port));
        const sends = [
          "", // Nothing.
          head, // Half a request.
          `${head}\r\n`.repeat(20), // It asks, and doesn't read.
          `${head.replace("/", `/events?tab=slow-tab-${i}`)}\r\n`, // Events.
          `${
            head.replace("GET /", "POST /api/run")
          }Content-Length: 1000000000000\r\n\r\n{`,
        ][i % 5];
        await writeAll(conn, encode(sends)).catch(() => {});
        return conn;
      }),
    );
    const page = await fetch(started.url);
    assertEquals(page.status, 200);
    await page.body?.cancel();
    // There are 100 pages at most, so another one is rejected, once all of
    // these are open.
    for (let tab = 0, status = 200; status !== 503; tab++) {
      const late = await fetch(`${started.url}events?tab=one-more-${tab}`);
      status = late.status;
      await late.body?.cancel();
    }
    for (const conn of clients) conn.close();
    await using tab = await ApiTab.open(started.url);
    assertEquals(await tab.post("api/stop", { tab: tab.tab }), 200);
  },
);

Deno.test("the server rejects what is too large, or isn't HTTP, and goes on", async () => {
  await using started = await startWeb(copy());
  const { host, port } = new URL(started.url);
  const requests = [
    `GET /${"x".repeat(1_000_000)} HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: ${host}\r\nX: ${"x".repeat(1_000_000)}\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: ${host}\r\n${"X: y\r\n".repeat(100_000)}\r\n`,
    `GET / HTTP/9.9\r\nHost: ${host}\r\n\r\n`,
    `POST /api/run HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 1\r\n` +
    "Content-Length: 2\r\n\r\n{}",
    "\x16\x03\x01\x00\xa3\x01",
  ];
  for (const request of requests) {
    using conn = await connectTcp(Number(port));
    const answering = readToEnd(conn).catch(() => new Uint8Array());
    await writeAll(conn, encode(request)).catch(() => {});
    await conn.closeWrite().catch(() => {});
    const answer = new TextDecoder().decode(await answering);
    if (answer !== "") assertMatch(answer, /^HTTP\/1\.1 (?!200)/);
  }
  const page = await fetch(started.url);
  assertEquals(page.status, 200);
  assert((await page.text()).length > 1000);
});
