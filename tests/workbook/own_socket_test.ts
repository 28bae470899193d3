import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import {
  deliver,
  OwnSocket,
  type Received,
} from "../../lib/workbook/kit/own_socket.ts";
import { Trial } from "../../lib/workbook/kit/trial.ts";

/** Runs a test with a socket that its trial closes at the end. */
async function withSocket(
  run: (socket: OwnSocket) => Promise<void>,
): Promise<void> {
  const trial = new Trial("");
  try {
    await run(new OwnSocket(trial));
  } finally {
    await trial.cleanUp();
  }
}

Deno.test("OwnSocket sends, receives and cuts as Deno's own does", async () => {
  await withSocket(async (socket) => {
    await socket.send(new Uint8Array([1, 2, 3]), socket.addr);
    assertEquals(await socket.receive(), [
      new Uint8Array([1, 2, 3]),
      socket.addr,
    ]);
    await socket.send(new Uint8Array([4, 5, 6]), socket.addr);
    const buffer = new Uint8Array(2);
    const [message] = await socket.receive(buffer);
    assertEquals(message, new Uint8Array([4, 5]));
    assertStrictEquals(message.buffer, buffer.buffer);
  });
});

Deno.test("OwnSocket ends a for await loop when it is closed", async () => {
  await withSocket(async (socket) => {
    await socket.send(new Uint8Array([7]), socket.addr);
    let messages = 0;
    for await (const [message] of socket) {
      messages += message.length;
      socket.close();
    }
    assertEquals([messages, socket.closed], [1, true]);
  });
});

Deno.test("OwnSocket is closed by its trial", async () => {
  let left: OwnSocket | undefined;
  await withSocket((socket) => {
    left = socket;
    return Promise.resolve();
  });
  await assertRejects(() => left!.receive(), Deno.errors.BadResource);
  // That was not the answer's doing.
  assertEquals(left!.closed, false);
});

Deno.test("OwnSocket's loop receives by what a subclass makes of receive()", async () => {
  class Greeter extends OwnSocket {
    override receive(): Promise<Received> {
      return Promise.resolve([new Uint8Array([9]), this.addr]);
    }
  }
  const trial = new Trial("");
  for await (const [message] of new Greeter(trial)) {
    assertEquals(message, new Uint8Array([9]));
    break;
  }
  await trial.cleanUp();
});

const from: Deno.NetAddr = {
  transport: "udp",
  hostname: "192.0.2.1",
  port: 53,
};
for (
  const [name, size, given] of [
    ["cuts what a buffer has no room for", 2, [1, 2]],
    ["fills a buffer that is just as long", 3, [1, 2, 3]],
    ["gives the beginning of a longer buffer", 9, [1, 2, 3]],
  ] as const
) {
  Deno.test(`deliver() ${name}`, () => {
    const buffer = new Uint8Array(size);
    const [message, sender] = deliver(
      [new Uint8Array([1, 2, 3]), from],
      buffer,
    );
    assertEquals(message, new Uint8Array(given));
    assertStrictEquals(message.buffer, buffer.buffer);
    assertEquals(sender, from);
  });
}

Deno.test("deliver() returns a copy of the message where there is no buffer", () => {
  const original = new Uint8Array([1, 2, 3]);
  const [message] = deliver([original, from]);
  assertEquals(message, original);
  message[0] = 7;
  assertEquals(original[0], 1);
});
