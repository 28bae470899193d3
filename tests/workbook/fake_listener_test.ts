import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { listenTcp } from "../../lib/net/mod.ts";
import { FakeConn, FakeListener, settle } from "../../lib/workbook/kit/mod.ts";

const { BadResource, Busy, NotConnected } = Deno.errors;

const LISTENERS: [name: string, listen: () => Deno.Listener][] = [
  ["FakeListener", () => new FakeListener()],
  ["a real listener", () => listenTcp()],
];

for (const [name, listen] of LISTENERS) {
  Deno.test(`${name} rejects a second accept() with Busy, and all with BadResource when it's closed`, async () => {
    const listener = listen();
    const first = assertRejects(() => listener.accept(), BadResource);
    await assertRejects(() => listener.accept(), Busy);
    listener.close();
    await first;
    await assertRejects(() => listener.accept(), BadResource);
    for await (const _ of listener);
    listener[Symbol.dispose]();
  });
}

Deno.test("FakeListener gives its clients in order, and an error for one that left", async () => {
  const listener = new FakeListener();
  const conns = [new FakeConn(), new FakeConn()];
  const first = listener.accept();
  listener.connects(conns[0]);
  listener.leaves();
  listener.connects(conns[1]);
  assert(await first === conns[0]);
  await assertRejects(() => listener.accept(), NotConnected);
  assert(await listener.accept() === conns[1]);
  assertEquals(listener.accepted, conns);
  assertEquals(listener.lost, 1);
});

Deno.test("FakeListener notes a second close()", () => {
  const listener = new FakeListener();
  listener.close();
  listener[Symbol.dispose]();
  assert(!listener.closedTwice);
  assertThrows(() => listener.close(), BadResource);
  assert(listener.closedTwice);
});

Deno.test("FakeListener fails until it recovers, and tells a loop from pauses", async () => {
  const listener = new FakeListener();
  listener.failWith(new Error("no files"));
  for (let i = 0; i < 40; i++) {
    await assertRejects(() => listener.accept(), Error, "no files");
    await settle();
  }
  assert(listener.hasFailed && !listener.loopsWithoutPause);
  (async () => {
    while (true) await listener.accept().catch(() => {});
  })();
  while (!listener.loopsWithoutPause) await settle();
  listener.recover();
});
