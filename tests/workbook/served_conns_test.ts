import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { FakeConn, ServedConns, Trial } from "../../lib/workbook/kit/mod.ts";

/** Runs something with ports of a trial, and closes them. */
async function withConns(
  run: (conns: ServedConns) => Promise<void>,
): Promise<void> {
  const trial = new Trial("");
  try {
    await run(new ServedConns(trial));
  } finally {
    await trial.cleanUp();
  }
}

Deno.test("ServedConns gives Deno.connect() the check's own connection, once", async () => {
  const original = Deno.connect;
  await withConns(async (conns) => {
    const conn = new FakeConn();
    const served = await conns.serve(conn);
    const { port } = served;
    assertStrictEquals(await Deno.connect({ port }), conn as Deno.TcpConn);
    using second = await Deno.connect({ port });
    assertEquals(await second.read(new Uint8Array(1)), null);
    assertEquals(served.clients, 2);
  });
  assertStrictEquals(Deno.connect, original);
});

Deno.test("ServedConns passes the bytes on to a client with a real socket, and hears it", async () => {
  await withConns(async (conns) => {
    const conn = new FakeConn({ incoming: "hello", readSize: 2 });
    const served = await conns.serve(conn);
    const client = connect(served.port, "127.0.0.1");
    client.write("hi");
    assertEquals(await text(client), "hello");
    await served.closed;
    assertEquals([served.request, conn.bytesWritten, conn.closed], [
      "hi",
      2,
      true,
    ]);
  });
});

Deno.test("ServedConns resets the connection of a client with a real socket, too", async () => {
  await withConns(async (conns) => {
    const { port, ...served } = await conns.serve(
      new FakeConn({ incoming: "hel", then: "reset" }),
    );
    const client = connect(port, "127.0.0.1");
    await assertRejects(() => text(client), Error, "ECONNRESET");
    await served.closed;
  });
});
