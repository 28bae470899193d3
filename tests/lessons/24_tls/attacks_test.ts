/** What hostile clients do to lesson 24's servers: nothing, to the others. */
import { assert, assertEquals } from "@std/assert";
import { CA, SERVER_NAME } from "../../../lessons/24_tls/certificates.ts";
import { FROM_DENO } from "../../../lessons/24_tls/checks/hellos.ts";
import { Relay, type RelayLimits } from "../../../lessons/24_tls/relay.ts";
import { EchoServer } from "../../../lessons/24_tls/servers.ts";
import { RecordReader } from "../../../lessons/24_tls/solution.ts";
import {
  closeQuietly,
  connectTcp,
  readExact,
  readToEnd,
  writeAll,
} from "../../../lib/net/mod.ts";
import { encodeTlsRecord } from "../../../lib/wire/mod.ts";
import { testWithFiles } from "../../lib/net_fixture.ts";
import { peakDuring } from "../../peak_memory.ts";

const HELLO: Uint8Array = encodeTlsRecord({
  contentType: 22,
  version: 0x0301,
  fragment: FROM_DENO.fragment,
});

/** The servers of `--serve`: a relay that looks at what clients offer. */
async function withServers(
  attack: (port: number) => Promise<void>,
  limits: Partial<RelayLimits> = {},
): Promise<void> {
  await using echo = EchoServer.overTls();
  await using relay = new Relay(echo.port, {
    limits: { handshakeMs: 20_000, idleMs: 20_000, graceMs: 100, ...limits },
    watch() {
      const reader = new RecordReader();
      let isKnown = false;
      return ({ from, bytes }) => {
        if (isKnown || from === "server") return;
        reader.push(bytes);
        try {
          isKnown = reader.next() !== null;
        } catch {
          isKnown = true;
        }
      };
    },
  });
  await attack(relay.port);
}

async function assertServes(port: number): Promise<void> {
  const tcp = await connectTcp(port);
  using tls = await Deno.startTls(tcp, {
    hostname: SERVER_NAME,
    caCerts: [CA],
  });
  await writeAll(tls, Uint8Array.of(1, 2, 3));
  assertEquals(await readExact(tls, 3), Uint8Array.of(1, 2, 3));
}

/** Connects clients that send the same, and then nothing. */
function connectAll(
  port: number,
  count: number,
  sends: Uint8Array = new Uint8Array(),
): Promise<Deno.TcpConn[]> {
  return Promise.all(Array.from({ length: count }, async () => {
    const conn = await connectTcp(port);
    await writeAll(conn, sends);
    return conn;
  }));
}

const UNFINISHED: Record<string, Uint8Array> = {
  "send nothing": new Uint8Array(),
  "send half a ClientHello": HELLO.subarray(0, 60),
  "never answer the server": HELLO,
};
for (const [what, bytes] of Object.entries(UNFINISHED)) {
  testWithFiles(
    1200,
    `lesson 24's server answers while 200 clients ${what}, and drops them in time`,
    async () => {
      await withServers(async (port) => {
        const clients = await connectAll(port, 200, bytes);
        const peak = await peakDuring(async () => {
          await assertServes(port);
          // Each is dropped by the server, though it does nothing.
          for (const conn of clients) await readToEnd(conn).catch(() => {});
        });
        for (const conn of clients) closeQuietly(conn);
        assert(peak < 100e6, `${peak} bytes for 200 unfinished handshakes`);
      }, { handshakeMs: 1000 });
    },
  );
}

Deno.test("lesson 24's server drops clients that are silent after the handshake", async () => {
  await withServers(async (port) => {
    const tcp = await connectTcp(port);
    using tls = await Deno.startTls(tcp, {
      hostname: SERVER_NAME,
      caCerts: [CA],
    });
    await tls.handshake();
    // The server ends it, though it does nothing.
    await readToEnd(tls).catch(() => {});
  }, { idleMs: 200 });
});

const GARBAGE: Record<string, Uint8Array> = {
  "plain HTTP": new TextEncoder().encode("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
  "a record that claims to be long": Uint8Array.of(22, 3, 1, 255, 255, 1),
  "an alert first": Uint8Array.of(21, 3, 3, 0, 2, 2, 40),
  "data before the handshake": Uint8Array.of(23, 3, 3, 0, 1, 7),
  "empty records": new Uint8Array(50_000).map((_, i) =>
    [22, 3, 1, 0, 0][i % 5]
  ),
  "a ClientHello cut into records of one byte": cutIntoRecords(HELLO),
  "a ClientHello with its lengths mutated": HELLO.map((byte, i) =>
    i > 8 && i % 7 === 0 ? 255 : byte
  ),
};
Deno.test("lesson 24's server answers after whatever isn't TLS", async () => {
  await withServers(async (port) => {
    for (const bytes of Object.values(GARBAGE)) {
      const clients = await connectAll(port, 10, bytes);
      await assertServes(port);
      for (const conn of clients) closeQuietly(conn);
    }
  });
});

Deno.test("lesson 24's server answers while others don't read what it sends back", async () => {
  await withServers(async (port) => {
    const flooding = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const tcp = await connectTcp(port);
        const tls = await Deno.startTls(tcp, {
          hostname: SERVER_NAME,
          caCerts: [CA],
        });
        const data = new Uint8Array(1024 * 1024);
        const writing = (async () => {
          while (true) await tls.write(data);
        })().catch(() => {});
        return { tls, writing };
      }),
    );
    const peak = await peakDuring(() => assertServes(port));
    for (const { tls } of flooding) closeQuietly(tls);
    await Promise.all(flooding.map(({ writing }) => writing));
    // What is written is a buffer of its own, and on a busy machine many of them
    // wait to be collected.
    assert(peak < 300e6, `${peak} bytes`);
  });
});

/** A handshake message may come in any number of records. */
function cutIntoRecords(record: Uint8Array): Uint8Array {
  return Uint8Array.from(
    [...record.subarray(5)].flatMap((byte) => [22, 3, 1, 0, 1, byte]),
  );
}
