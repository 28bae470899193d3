import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { writeAll } from "../../lib/net/mod.ts";
import { Collector } from "../../lib/workbook/kit/collector.ts";
import { FakeConn } from "../../lib/workbook/kit/fake_conn.ts";
import { Trial } from "../../lib/workbook/kit/trial.ts";
import { pattern, tcpPair } from "../lib/net_fixture.ts";

Deno.test("Collector keeps all that comes, in order, in whatever pieces", async () => {
  const data = pattern(10_000);
  const conn = new FakeConn({ incoming: data, readSize: 7 });
  const collector = new Collector(conn, new Trial(""));
  assertEquals(await collector.end(), data);
  assertEquals([collector.length, collector.ended], [10_000, true]);
});

Deno.test("Collector waits for so many bytes, and gives what came besides", async () => {
  await using pair = await tcpPair();
  const collector = new Collector(pair.client, new Trial(""));
  const waiting = collector.atLeast(4);
  await writeAll(pair.server, pattern(3));
  assertEquals(await collector.atLeast(3), pattern(3));
  await writeAll(pair.server, pattern(6).subarray(3));
  assertEquals((await waiting).subarray(0, 4), pattern(4));
  assertEquals(await collector.atLeast(6), pattern(6));
  assertEquals(collector.ended, false);
});

Deno.test("Collector gives less than was asked for when the stream ends", async () => {
  const collector = new Collector(
    new FakeConn({ incoming: "abc" }),
    new Trial(""),
  );
  assertEquals((await collector.atLeast(4)).length, 3);
  assertEquals(
    (await new Collector(new FakeConn(), new Trial("")).end()).length,
    0,
  );
});

Deno.test("Collector throws at the end what reading threw, and keeps what came", async () => {
  const reset = new Deno.errors.ConnectionReset("gone");
  let reads = 0;
  const collector = new Collector({
    read(buffer) {
      buffer[0] = 7;
      return reads++ === 0 ? Promise.resolve(1) : Promise.reject(reset);
    },
  }, new Trial(""));
  assertStrictEquals(await assertRejects(() => collector.end()), reset);
  assertEquals([...await collector.atLeast(2)], [7]);
});

Deno.test("Collector gives bytes that later ones don't change", async () => {
  const conn = new FakeConn({ incoming: "abcd", readSize: 2 });
  const collector = new Collector(conn, new Trial(""));
  const first = await collector.atLeast(2);
  const copy = first.slice();
  await collector.end();
  assertEquals(first, copy);
});

Deno.test("Collector tells its trial of each piece, so that slow isn't stalled", async () => {
  const trial = new Trial("");
  let told = 0;
  trial.progress = () => void told++;
  const conn = new FakeConn({ incoming: pattern(10), readSize: 2 });
  await new Collector(conn, trial).end();
  assertEquals(told, 5);
});
