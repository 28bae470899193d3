import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { closeQuietly } from "../../lib/net/close.ts";
import { tcpPair } from "./net_fixture.ts";

Deno.test("closeQuietly() closes a connection, so that the peer sees the end", async () => {
  using pair = await tcpPair();
  closeQuietly(pair.client);
  assertEquals(await pair.server.read(new Uint8Array(1)), null);
});

Deno.test("closeQuietly() does nothing to a connection that is closed", async () => {
  using pair = await tcpPair();
  pair.client.close();
  closeQuietly(pair.client);
  closeQuietly(pair.client);
});

Deno.test("closeQuietly() closes a listener, and does nothing the second time", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted = assertRejects(
    () => listener.accept(),
    Deno.errors.BadResource,
  );
  closeQuietly(listener);
  closeQuietly(listener);
  await accepted;
});

Deno.test("closeQuietly() throws every other error", () => {
  const resource = {
    close() {
      throw new Deno.errors.Busy("in use");
    },
  };
  assertThrows(() => closeQuietly(resource), Deno.errors.Busy, "in use");
});
