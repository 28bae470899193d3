import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  bindUdp,
  MAX_DATAGRAM_BYTES,
  type UdpSocket,
} from "../../lib/net/udp.ts";
import { pattern } from "./net_fixture.ts";

/** Two sockets that know nothing of each other, closed with `using`. */
function twoSockets(): { a: UdpSocket; b: UdpSocket } & Disposable {
  const a = bindUdp();
  const b = bindUdp();
  return {
    a,
    b,
    [Symbol.dispose]() {
      a.close();
      b.close();
    },
  };
}

Deno.test("bindUdp() takes a free port of the loopback address", () => {
  using socket = bindUdp();
  assertEquals(socket.addr.hostname, "127.0.0.1");
  assert(socket.addr.port > 0);
});

Deno.test("bindUdp() says where it can't bind, with the system's own class", () => {
  using socket = bindUdp();
  const { port } = socket.addr;
  assertThrows(
    () => bindUdp(port),
    Deno.errors.AddrInUse,
    `Cannot bind udp://127.0.0.1:${port}: `,
  );
  assertThrows(
    () => bindUdp(0, { hostname: "192.0.2.77" }),
    Deno.errors.AddrNotAvailable,
    "Cannot bind udp://192.0.2.77:0: ",
  );
  assertThrows(() => bindUdp(65_536), RangeError);
});

Deno.test("DatagramSocket delivers messages whole, from an empty one to the longest", async () => {
  using pair = twoSockets();
  const { a, b } = pair;
  for (const size of [0, 1, 1400, MAX_DATAGRAM_BYTES]) {
    await a.send(pattern(size), b.addr);
    const { bytes, from } = await b.receive({ timeoutMs: 5000 });
    assertEquals(bytes, pattern(size));
    assertEquals(bytes.buffer.byteLength, size);
    assertEquals(from.port, a.addr.port);
  }
});

Deno.test("UdpSocket.send() rejects a message that's one byte too long, and names both sizes", async () => {
  using pair = twoSockets();
  await assertRejects(
    () => pair.a.send(new Uint8Array(65_508), pair.b.addr),
    RangeError,
    "Cannot send 65508 bytes: a datagram holds at most 65507",
  );
});

Deno.test("DatagramSocket.receive() doesn't lose a message after a timeout", async () => {
  using pair = twoSockets();
  const { a, b } = pair;
  for (let round = 0; round < 3; round++) {
    await assertRejects(
      () => b.receive({ timeoutMs: 1 }),
      Deno.errors.TimedOut,
      "Cannot receive: nothing arrived within 1 ms",
    );
  }
  await a.send(new Uint8Array([1]), b.addr);
  await a.send(new Uint8Array([2]), b.addr);
  assertEquals((await b.receive()).bytes[0], 1);
  assertEquals((await b.receive({ timeoutMs: 5000 })).bytes[0], 2);
});

Deno.test("DatagramSocket.receive() accepts only one peer, and counts the others", async () => {
  using pair = twoSockets();
  using stranger = bindUdp();
  const { a, b } = pair;
  await stranger.send(new Uint8Array([1]), b.addr);
  await assertRejects(
    () => b.receive({ timeoutMs: 20, from: a.addr }),
    Deno.errors.TimedOut,
    `nothing from udp://127.0.0.1:${a.addr.port} arrived within 20 ms`,
  );
  await stranger.send(new Uint8Array([2]), b.addr);
  await a.send(new Uint8Array([3]), b.addr);
  const { bytes } = await b.receive({ timeoutMs: 5000, from: a.addr });
  assertEquals(bytes[0], 3);
  assertEquals(b.strangers, 2);
});

Deno.test("DatagramSocket.receive() distinguishes the same port on two hosts", async () => {
  using pair = twoSockets();
  const { a, b } = pair;
  await a.send(new Uint8Array([1]), b.addr);
  const from = { ...a.addr, hostname: "127.0.0.2" };
  // On a busy machine a deadline passes before the socket is looked at.
  while (b.strangers === 0) {
    await assertRejects(
      () => b.receive({ timeoutMs: 20, from }),
      Deno.errors.TimedOut,
    );
  }
  assertEquals(b.strangers, 1);
});

Deno.test("DatagramSocket.receive() lets only one call wait", async () => {
  using pair = twoSockets();
  const { a, b } = pair;
  const first = b.receive();
  await assertRejects(() => b.receive(), Deno.errors.Busy);
  await a.send(new Uint8Array([1]), b.addr);
  assertEquals((await first).bytes[0], 1);
});

Deno.test("DatagramSocket.receive() rejects times that a timer can't wait", async () => {
  using socket = bindUdp();
  for (const timeoutMs of [-1, NaN, Infinity, 2 ** 31]) {
    await assertRejects(() => socket.receive({ timeoutMs }), RangeError);
  }
});

Deno.test("DatagramSocket rejects a waiting receive when it's closed, and later calls", async () => {
  const socket = bindUdp();
  const { addr } = socket;
  const waiting = socket.receive();
  socket.close();
  await assertRejects(() => waiting, Deno.errors.Interrupted);
  await assertRejects(() => socket.receive(), Deno.errors.BadResource);
  await assertRejects(
    () => socket.send(new Uint8Array(1), addr),
    Deno.errors.BadResource,
  );
  socket.close();
});

Deno.test("DatagramSocket yields messages in a loop that ends when it's closed", async () => {
  using pair = twoSockets();
  const { a, b } = pair;
  await a.send(new Uint8Array([1]), b.addr);
  await a.send(new Uint8Array([2]), b.addr);
  const seen: number[] = [];
  for await (const { bytes } of b) {
    seen.push(bytes[0]);
    if (seen.length === 2) b.close();
  }
  assertEquals(seen, [1, 2]);
});

Deno.test("DatagramSocket stays open when you leave the loop", async () => {
  using pair = twoSockets();
  const { a, b } = pair;
  await a.send(new Uint8Array([1]), b.addr);
  await a.send(new Uint8Array([2]), b.addr);
  for await (const { bytes } of b) {
    assertEquals(bytes[0], 1);
    break;
  }
  assertEquals((await b.receive()).bytes[0], 2);
});

/** Whether a message to a group comes back on this machine's loopback interface. */
async function hasMulticast(): Promise<boolean> {
  try {
    using member = bindUdp(0, { hostname: "239.255.77.1" });
    using sender = bindUdp();
    await member.join("239.255.77.1");
    await sender.join("239.255.77.1");
    const to = { ...member.addr, hostname: "239.255.77.1" };
    await sender.send(new Uint8Array(1), to);
    await member.receive({ timeoutMs: 500 });
    return true;
  } catch {
    return false;
  }
}

Deno.test({
  name: "UdpSocket.join() lets one message reach every member on this machine",
  ignore: !(await hasMulticast()),
  async fn() {
    const group = "239.255.77.2";
    using first = bindUdp(0, { hostname: group });
    const to = { ...first.addr, hostname: group };
    using second = bindUdp(to.port, { hostname: group });
    using sender = bindUdp();
    for (const socket of [first, second, sender]) await socket.join(group);
    await sender.send(new Uint8Array([7]), to);
    for (const member of [first, second]) {
      const { bytes, from } = await member.receive({ timeoutMs: 5000 });
      assertEquals(bytes, new Uint8Array([7]));
      assertEquals(from.hostname, "127.0.0.1");
    }
  },
});

Deno.test("UdpSocket doesn't send to a group that it hasn't joined on the loopback interface", async () => {
  using socket = bindUdp();
  const to = { ...socket.addr, hostname: "239.255.77.3" };
  await assertRejects(
    () => socket.send(new Uint8Array(1), to),
    RangeError,
    "Cannot send to 239.255.77.3: join it first, so that nothing leaves",
  );
  await assertRejects(
    () => socket.join("127.0.0.1"),
    RangeError,
    "Cannot join 127.0.0.1: groups are 224.0.0.0 to 239.255.255.255",
  );
});
