import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { connectTcp, listenTcp, writeAll } from "../../lib/net/mod.ts";
import { ShortConn, ShortListener } from "../../lib/workbook/kit/short_conn.ts";

/** A check must not accept with these what Deno's own sockets would not do. */
const listeners: Record<string, (real: Deno.Listener) => Deno.Listener> = {
  "Deno's listener": (real) => real,
  "ShortListener": (real) => new ShortListener(real),
};
const conns: Record<string, (real: Deno.Conn) => Deno.Conn> = {
  "Deno's connection": (real) => real,
  "ShortConn": (real) => new ShortConn(real),
};

for (const [name, wrap] of Object.entries(listeners)) {
  Deno.test(`${name} closes when a for await loop is left early`, async () => {
    using real = listenTcp();
    const listener = wrap(real);
    using _client = await connectTcp(real.addr.port);
    for await (const conn of listener) {
      conn.close();
      break;
    }
    await assertRejects(() => real.accept(), Deno.errors.BadResource);
  });

  Deno.test(`${name} ends a for await loop when it is closed`, async () => {
    using real = listenTcp();
    const listener = wrap(real);
    using _client = await connectTcp(real.addr.port);
    let clients = 0;
    for await (const conn of listener) {
      clients++;
      conn.close();
      listener.close();
    }
    assertEquals(clients, 1);
  });
}

for (const [name, wrap] of Object.entries(conns)) {
  Deno.test(`${name} has one stream, whose reader may bring a buffer`, async () => {
    using listener = listenTcp();
    using client = await connectTcp(listener.addr.port);
    using real = await listener.accept();
    const conn = wrap(real);
    await writeAll(client, new TextEncoder().encode("0123456789"));
    await client.closeWrite();

    const reader = conn.readable.getReader({ mode: "byob" });
    const { value } = await reader.read(new Uint8Array(4), { min: 4 });
    assertEquals(new TextDecoder().decode(value), "0123");
    reader.releaseLock();
    assertEquals(await conn.read(new Uint8Array(3)), 3);

    const again = conn.readable.getReader({ mode: "byob" });
    assertThrows(() => conn.readable.getReader(), TypeError);
    const rest = await again.read(new Uint8Array(9), { min: 9 });
    assertEquals(new TextDecoder().decode(rest.value), "789");
    await assertRejects(() => real.closeWrite(), Deno.errors.BadResource);
  });

  Deno.test(`${name} closes when its stream fails to write`, async () => {
    using listener = listenTcp();
    using client = await connectTcp(listener.addr.port);
    using real = await listener.accept();
    const data = new Blob([new Uint8Array(32 * 1024 * 1024)]);
    const writing = data.stream().pipeTo(wrap(real).writable);
    // Closing with bytes unread resets the connection.
    await client.read(new Uint8Array(1));
    client.close();
    await assertRejects(() => writing);
    await assertRejects(() => real.closeWrite(), Deno.errors.BadResource);
  });
}
