import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  readLineBatches,
  readLines,
  type ReadLinesOptions,
  writeLine,
} from "../../lib/net/lines.ts";
import type { Reader } from "../../lib/net/read.ts";
import { writeAll } from "../../lib/net/write.ts";
import {
  FakeConn,
  type FakeConnOptions,
} from "../../lib/workbook/kit/fake_conn.ts";
import { tcpPair } from "./net_fixture.ts";

/** The lines of a scripted connection, and the error at their end, if any. */
async function read(script: FakeConnOptions, options?: ReadLinesOptions) {
  const conn = new FakeConn(script);
  const lines: string[] = [];
  try {
    for await (const line of readLines(conn, options)) lines.push(line);
  } catch (error) {
    return { lines, error: error as Error, conn };
  }
  return { lines, error: undefined, conn };
}

const TEXT = "GET\r\n\n\r\nzwölf 😀 Äpfel\r\na\rb\r\r\n\uFEFFmark\nlast";
const LINES = ["GET", "", "", "zwölf 😀 Äpfel", "a\rb\r", "\uFEFFmark", "last"];

for (const readSize of [1, 5, 4096]) {
  Deno.test(`readLines() returns the same lines for reads of ${readSize} bytes`, async () => {
    assertEquals((await read({ incoming: TEXT, readSize })).lines, LINES);
  });

  Deno.test(`readLines() and writeLine() talk over TCP by ${readSize} bytes`, async () => {
    using pair = await tcpPair();
    const sent = Array.from({ length: 300 }, (_, i) => `line ${i}: ä€😀`);
    const source: Reader = {
      read: (buffer) => pair.server.read(buffer.subarray(0, readSize)),
    };
    const target = {
      write: (data: Uint8Array) =>
        pair.client.write(data.subarray(0, readSize)),
    };
    const received = Array.fromAsync(readLines(source));
    for (const line of sent) await writeLine(target, line);
    await pair.client.closeWrite();
    assertEquals(await received, sent);
  });
}

Deno.test("readLines() yields the same lines wherever the reads split them", async () => {
  const size = new TextEncoder().encode(TEXT).length;
  for (let at = 1; at < size; at++) {
    const readSize = [at, Infinity];
    assertEquals((await read({ incoming: TEXT, readSize })).lines, LINES);
  }
});

const ENDS: Record<string, string[]> = {
  "": [],
  "\n": [""],
  "\r\n": [""],
  "\r": ["\r"],
  "a": ["a"],
  "a\n": ["a"],
  "a\n\n": ["a", ""],
  "a\r": ["a\r"],
  "a\nb": ["a", "b"],
};
for (const [incoming, lines] of Object.entries(ENDS)) {
  Deno.test(`readLines() of ${JSON.stringify(incoming)} gives ${JSON.stringify(lines)}`, async () => {
    assertEquals((await read({ incoming })).lines, lines);
  });
}

Deno.test("readLines() yields a line as soon as its end arrives", async () => {
  using pair = await tcpPair();
  const lines = readLines(pair.server);
  await writeAll(pair.client, new TextEncoder().encode("one\ntwo\nth"));
  assertEquals((await lines.next()).value, "one");
  assertEquals((await lines.next()).value, "two");
  const third = lines.next();
  await writeAll(pair.client, new TextEncoder().encode("ree\n"));
  assertEquals((await third).value, "three");
  // Leaving early leaves the connection open.
  await lines.return(undefined);
  await writeLine(pair.server, "bye");
});

for (const readSize of [1, 5, 4096]) {
  for (const end of ["\n", "\r\n", ""]) {
    const named = `with the end ${JSON.stringify(end)}, by ${readSize}`;

    Deno.test(`readLines() takes lines of exactly maxBytes ${named}`, async () => {
      const incoming = `äb${end}`;
      const { lines } = await read({ incoming, readSize }, { maxBytes: 3 });
      assertEquals(lines, ["äb"]);
    });

    Deno.test(`readLines() rejects a line of maxBytes + 1 ${named}`, async () => {
      const incoming = `ok\näbc${end}`;
      const { lines, error } = await read({ incoming, readSize }, {
        maxBytes: 3,
      });
      assertEquals(lines, ["ok"]);
      assert(error instanceof RangeError);
      assertEquals(
        error.message,
        "Cannot read line 2: it is longer than 3 bytes",
      );
    });
  }
}

Deno.test("readLines() counts a \\r that isn't part of the line ending", async () => {
  const script = { incoming: "abc\rd\n", readSize: 1 };
  assertEquals((await read(script, { maxBytes: 5 })).lines, ["abc\rd"]);
  const { error, conn } = await read(script, { maxBytes: 3 });
  assert(error instanceof RangeError);
  // It knows after the "d".
  assertEquals(conn.unread, 1);
});

Deno.test("readLines() with maxBytes 0 accepts only empty lines", async () => {
  const good = await read({ incoming: "\n\r\n" }, { maxBytes: 0 });
  assertEquals(good.lines, ["", ""]);
  const bad = await read({ incoming: "\na" }, { maxBytes: 0 });
  assert(bad.error instanceof RangeError);
});

for (const maxBytes of [0, 100, 65536, 1_000_000]) {
  Deno.test(`readLines() holds no more than ${maxBytes} bytes and one read of an endless line`, async () => {
    let largest = 0;
    let given = 0;
    const source: Reader = {
      read(buffer) {
        largest = Math.max(largest, buffer.buffer.byteLength);
        given += buffer.fill(120).length;
        return Promise.resolve(buffer.length);
      },
    };
    await assertRejects(
      () => readLines(source, { maxBytes }).next(),
      RangeError,
    );
    const oneRead = 16 * 1024;
    assert(largest <= maxBytes + 1 + oneRead, `${largest}`);
    assert(given <= maxBytes + 1 + oneRead, `${given}`);
  });
}

Deno.test("readLines() reads lines of 1 MB if maxBytes allows it", async () => {
  const line = "ä".repeat(500_000);
  const { lines } = await read({
    incoming: `${line}\n${line}\nx`,
    readSize: 5000,
  }, { maxBytes: 1_000_000 });
  assertEquals(lines.map(({ length }) => length), [500_000, 500_000, 1]);
  assert(lines[0] === line && lines[1] === line);
});

const NOT_UTF8: Record<string, number[]> = {
  "a byte that never occurs": [0xff],
  "half a character at the end of a line": [0x61, 0xc3],
  "an overlong form": [0xc0, 0x80],
  "half a surrogate pair": [0xed, 0xa0, 0x80],
};
for (const [name, bytes] of Object.entries(NOT_UTF8)) {
  for (const end of [[], [10, 0x61, 10]]) {
    Deno.test(`readLines() rejects ${name} with TypeError${end.length ? "" : ", also in the last line"}`, async () => {
      const incoming = new Uint8Array([0x6f, 0x6b, 10, ...bytes, ...end]);
      const { lines, error } = await read({ incoming, readSize: 1 });
      assertEquals(lines, ["ok"]);
      assert(error instanceof TypeError);
      assertEquals(error.message, "Cannot read line 2: it is not UTF-8");
      assert(error.cause instanceof Error);
    });
  }
}

Deno.test("readLines() reports a reset after the lines before it", async () => {
  const { lines, error } = await read({ incoming: "one\ntw", then: "reset" });
  assertEquals(lines, ["one"]);
  assert(error instanceof Deno.errors.ConnectionReset);
});

Deno.test("readLines() rejects a source that returns 0 bytes forever", async () => {
  const { error } = await read({ incoming: "a", readSize: 0 });
  assertEquals(
    error?.message,
    "Cannot read: 100 reads in a row returned 0 bytes",
  );
});

Deno.test("readLineBatches() yields the lines of each read together", async () => {
  const readSize = [5, 1, 6, Infinity];
  const conn = new FakeConn({ incoming: "a\r\n\nb\ncd\ne\nf\ng", readSize });
  const batches = await Array.fromAsync(readLineBatches(conn));
  assertEquals(batches, [["a", ""], ["b"], ["cd", "e"], ["f"], ["g"]]);
});

Deno.test("readLineBatches() doesn't read again before you ask for the next batch", async () => {
  const conn = new FakeConn({ incoming: "a\nb\nc\n", readSize: 2 });
  const batches = readLineBatches(conn);
  assertEquals(conn.reads, 0);
  for (let reads = 1; reads <= 3; reads++) {
    await batches.next();
    await new Promise((resolve) => setTimeout(resolve));
    assertEquals(conn.reads, reads);
  }
});

for (
  const [name, bad, ErrorClass] of [
    ["isn't UTF-8", [0xff], TypeError],
    ["is too long", [97, 97, 97], RangeError],
  ] as const
) {
  Deno.test(`readLineBatches() yields the lines before one that ${name}, and then rejects`, async () => {
    const incoming = new Uint8Array([97, 10, 98, 13, 10, ...bad, 10, 99, 10]);
    const batches = readLineBatches(new FakeConn({ incoming }), {
      maxBytes: 2,
    });
    assertEquals((await batches.next()).value, ["a", "b"]);
    const error = await assertRejects(() => batches.next(), ErrorClass);
    assert(error.message.startsWith("Cannot read line 3:"), error.message);
  });
}

for (const maxBytes of [-1, NaN]) {
  Deno.test(`readLines() rejects with RangeError for maxBytes ${maxBytes}`, async () => {
    const { error, conn } = await read({ incoming: "a\n" }, { maxBytes });
    assert(error instanceof RangeError);
    assertEquals(conn.reads, 0);
  });
}

for (const writeSize of [1, 5, 4096]) {
  Deno.test(`writeLine() holds for writes of ${writeSize} bytes`, async () => {
    const conn = new FakeConn({ writeSize });
    await writeLine(conn, "zwölf");
    await writeLine(conn, "");
    assertEquals(new TextDecoder().decode(conn.written), "zwölf\n\n");
    if (writeSize > 5) assertEquals(conn.writes, 2);
  });
}

for (const line of ["a\nb", "a\n", "a\rb", "a\r\n"]) {
  Deno.test(`writeLine() rejects ${JSON.stringify(line)} and writes nothing`, async () => {
    const conn = new FakeConn();
    const error = await assertRejects(() => writeLine(conn, line), TypeError);
    assertEquals(
      error.message,
      `Cannot write a line that contains a line ending: ${
        JSON.stringify(line)
      }`,
    );
    assertEquals(conn.writes, 0);
  });
}

Deno.test("writeLine() rejects with BrokenPipe if the peer has closed", async () => {
  const conn = new FakeConn({ writeSize: 2, breakAt: 3 });
  await assertRejects(() => writeLine(conn, "hello"), Deno.errors.BrokenPipe);
});
