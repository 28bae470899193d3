import { assertEquals, assertRejects } from "@std/assert";
import { connectResettable, listenTcp, readToEnd } from "../../lib/net/mod.ts";

Deno.test("connectResettable() connects from the port that it names", async () => {
  using listener = listenTcp();
  using client = await connectResettable(listener.addr.port);
  using server = await listener.accept();
  assertEquals(server.remoteAddr.port, client.port);
});

Deno.test("reset() resets the connection even if nothing is unread", async () => {
  using listener = listenTcp();
  using client = await connectResettable(listener.addr.port);
  using server = await listener.accept();
  const reading = assertRejects(
    () => server.read(new Uint8Array(1)),
    Deno.errors.ConnectionReset,
  );
  client.reset();
  await reading;
});

Deno.test("close() and dispose end the connection in order, and twice is fine", async () => {
  using listener = listenTcp();
  {
    using client = await connectResettable(listener.addr.port);
    client.close();
    client.close();
  }
  using server = await listener.accept();
  assertEquals(await readToEnd(server), new Uint8Array());
});

Deno.test("connectResettable() rejects if no server listens", async () => {
  const listener = listenTcp();
  const { port } = listener.addr;
  listener.close();
  const error = await assertRejects(() => connectResettable(port), Error);
  assertEquals(Object(error).code, "ECONNREFUSED");
});

Deno.test("a later error of the connection doesn't end the program", async () => {
  using listener = listenTcp();
  using client = await connectResettable(listener.addr.port);
  const server = await listener.accept();
  server.close();
  client.close();
});
