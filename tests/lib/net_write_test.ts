import { assert, assertEquals, assertRejects } from "@std/assert";
import { readExact } from "../../lib/net/read.ts";
import { writeAll, type Writer } from "../../lib/net/write.ts";
import { pattern, tcpPair } from "./net_fixture.ts";

/** Lets `target` take at most `most` bytes with each write, and counts the writes. */
function stingily(target: Writer, most: number) {
  return {
    writes: 0,
    write(data: Uint8Array) {
      this.writes++;
      return target.write(data.subarray(0, most));
    },
  };
}

for (const most of [1, 5, 4096]) {
  Deno.test(`writeAll() continues where a write of ${most} bytes stopped`, async () => {
    using pair = await tcpPair();
    const data = pattern(9001);
    const target = stingily(pair.client, most);
    const [received] = await Promise.all([
      readExact(pair.server, data.length),
      writeAll(target, data),
    ]);
    assertEquals(received, data);
    assertEquals(target.writes, Math.ceil(data.length / most));
  });
}

Deno.test("writeAll() writes 64 MiB, more than one write takes", async () => {
  using pair = await tcpPair();
  const data = new Uint8Array(64 * 1024 * 1024);
  data[data.length - 1] = 42;
  const target = stingily(pair.client, Infinity);
  const [received] = await Promise.all([
    readExact(pair.server, data.length),
    writeAll(target, data),
  ]);
  assertEquals(received.length, data.length);
  assertEquals(received.at(-1), 42);
  assert(target.writes > 1);
});

Deno.test("writeAll() writes part of a larger buffer", async () => {
  using pair = await tcpPair();
  const data = pattern(100);
  await writeAll(stingily(pair.client, 3), data.subarray(10, 20));
  assertEquals(await readExact(pair.server, 10), data.subarray(10, 20));
});

Deno.test("writeAll() of no bytes doesn't write", async () => {
  using pair = await tcpPair();
  const target = stingily(pair.client, Infinity);
  await writeAll(target, new Uint8Array(0));
  assertEquals(target.writes, 0);
});

Deno.test("writeAll() rejects with WriteZero if a write takes no bytes", async () => {
  let left = 3;
  const target: Writer = {
    write: (data) =>
      Promise.resolve(Math.min(left, data.length)).finally(() => left = 0),
  };
  const error = await assertRejects(
    () => writeAll(target, new Uint8Array(10)),
    Deno.errors.WriteZero,
  );
  assertEquals(
    error.message,
    "Cannot write all: the target took 3 of 10 bytes",
  );
});

Deno.test("writeAll() rejects when the peer closes without reading", async () => {
  using pair = await tcpPair();
  const writing = writeAll(pair.client, new Uint8Array(64 * 1024 * 1024));
  pair.server.close();
  const error = await assertRejects(() => writing, Error);
  assert(
    error instanceof Deno.errors.BrokenPipe ||
      error instanceof Deno.errors.ConnectionReset,
    String(error),
  );
});

Deno.test("writeAll() rejects if its own side closes before it's done", async () => {
  using pair = await tcpPair();
  // Nobody reads, so the first write takes part, and a later one waits.
  const target = stingily(pair.client, Infinity);
  const writing = writeAll({
    write(data) {
      const count = target.write(data);
      if (target.writes === 2) pair.client.close();
      return count;
    },
  }, new Uint8Array(64 * 1024 * 1024));
  const error = await assertRejects(() => writing, Error);
  // Interrupted if the second write waited, else the third finds it closed.
  assert(
    error instanceof Deno.errors.Interrupted ||
      error instanceof Deno.errors.BadResource,
    String(error),
  );
});

Deno.test("writeAll() rejects with BadResource when its own side is closed", async () => {
  using pair = await tcpPair();
  pair.client.close();
  await assertRejects(
    () => writeAll(pair.client, new Uint8Array(1)),
    Deno.errors.BadResource,
  );
});
