/** Wrong answers to the exercises of lesson 3, and what must be said of each. */
import type { WrongAnswer } from "../gates.ts";
import { writeAll } from "../../../lib/net/mod.ts";

type Echo = (conn: Deno.Conn) => Promise<void>;
type Exchange = (conn: Deno.Conn, data: Uint8Array) => Promise<Uint8Array>;

/** Wrong answers to 3.1. */
export const echoMistakes: WrongAnswer<Echo>[] = [
  {
    name: "reads once only",
    async attempt(conn) {
      const buffer = new Uint8Array(1024);
      const count = await conn.read(buffer);
      if (count !== null) await writeAll(conn, buffer.subarray(0, count));
    },
    diagnosis: /returned while the peer was still sending/,
  },
  {
    name: "sends the whole buffer, whatever was read",
    async attempt(conn) {
      const buffer = new Uint8Array(1024);
      while (await conn.read(buffer) !== null) await writeAll(conn, buffer);
    },
    diagnosis: /buffer\.subarray\(0, count\)/,
  },
  {
    name: "sends the whole of a one-byte longer buffer after a short read",
    async attempt(conn) {
      const buffer = new Uint8Array(7);
      for (
        let count = await conn.read(buffer);
        count !== null;
        count = await conn.read(buffer)
      ) {
        await writeAll(conn, count > 5 ? buffer.subarray(0, count) : buffer);
      }
    },
    diagnosis: /buffer\.subarray\(0, count\)/,
  },
  {
    name: "sends back half of what came",
    attempt: echoOf((bytes) => bytes.subarray(0, bytes.length / 2)),
    diagnosis: /\(3 have\).*Some of the bytes came back, and not all/s,
  },
  {
    name: "does something to the bytes",
    attempt: echoOf(asText((text) => text.toUpperCase())),
    diagnosis: /An echo does nothing to them/,
  },
  {
    name: "sends everything twice",
    attempt: echoOf((bytes) => new Uint8Array([...bytes, ...bytes])),
    diagnosis: /Send each byte that was read once/,
  },
  {
    name: "drops the line end",
    attempt: echoOf(asText((text) => text.trimEnd())),
    diagnosis: /\(5 have\).*a line end is a byte like any other/s,
  },
  {
    name: "ignores how much write took",
    async attempt(conn) {
      const buffer = new Uint8Array(1024);
      for (
        let count = await conn.read(buffer);
        count !== null;
        count = await conn.read(buffer)
      ) {
        await conn.write(buffer.subarray(0, count));
      }
    },
    diagnosis: /write\(\) says how many it took/,
  },
  {
    name: "never tests for null",
    async attempt(conn) {
      const buffer = new Uint8Array(1024);
      while (true) {
        const count = await conn.read(buffer);
        await writeAll(conn, buffer.subarray(0, count ?? 0));
        // Stands for the endless loop, which would never let the test go on.
        if (count === null) await new Promise(() => {});
      }
    },
    diagnosis: /read\(\) gives null/,
  },
  {
    name: "takes 0 for the end, and null for an error",
    async attempt(conn) {
      const buffer = new Uint8Array(1024);
      for (let count: number | null = 1; count !== 0;) {
        count = await conn.read(buffer);
        if (count === null) throw new Error("connection lost");
        await writeAll(conn, buffer.subarray(0, count));
      }
    },
    diagnosis: /null.*is how a stream ends/s,
  },
  {
    name: "answers only after the end",
    async attempt(conn) {
      const pieces: Uint8Array[] = [];
      const buffer = new Uint8Array(1024);
      for (
        let count = await conn.read(buffer);
        count !== null;
        count = await conn.read(buffer)
      ) {
        pieces.push(buffer.slice(0, count));
      }
      for (const piece of pieces) await writeAll(conn, piece);
    },
    diagnosis: /as it comes/,
  },
  {
    name: "takes the bytes for text",
    async attempt(conn) {
      const buffer = new Uint8Array(1024);
      for (
        let count = await conn.read(buffer);
        count !== null;
        count = await conn.read(buffer)
      ) {
        const text = new TextDecoder().decode(buffer.subarray(0, count));
        await writeAll(conn, new TextEncoder().encode(text));
      }
    },
    diagnosis: /not every byte is text/,
  },
  {
    name: "closes the connection, by a pipe",
    async attempt(conn) {
      await conn.readable.pipeTo(conn.writable);
    },
    diagnosis: /whoever called it closes it/,
  },
  {
    name: "forgets to await the write",
    async attempt(conn) {
      const buffer = new Uint8Array(1024);
      for (
        let count = await conn.read(buffer);
        count !== null;
        count = await conn.read(buffer)
      ) {
        // The next read overwrites what this write has not sent yet.
        writeAll(conn, buffer.subarray(0, count));
      }
    },
    diagnosis: /not (?:sent|come) back|await/,
  },
];

/** An echo that is right, but for what it does to the bytes. */
function echoOf(change: (bytes: Uint8Array) => Uint8Array): Echo {
  return async (conn) => {
    const buffer = new Uint8Array(1024);
    for (
      let count = await conn.read(buffer);
      count !== null;
      count = await conn.read(buffer)
    ) {
      await writeAll(conn, change(buffer.subarray(0, count)));
    }
  };
}

/** What is done to bytes by way of their text. */
function asText(change: (text: string) => string) {
  return (bytes: Uint8Array) =>
    new TextEncoder().encode(change(new TextDecoder().decode(bytes)));
}

/** Wrong answers to 3.2. */
export const exchangeMistakes: WrongAnswer<Exchange>[] = [
  {
    name: "sends everything before it reads",
    async attempt(conn, data) {
      await writeAll(conn, data);
      return await receive(conn, data.length);
    },
    diagnosis: /reads while it still sends/,
  },
  {
    name: "writes and reads 1 MiB by turns, which the kernel's buffers hold",
    async attempt(conn, data) {
      const answer = new Uint8Array(data.length);
      for (let at = 0; at < data.length; at += 1024 * 1024) {
        const piece = data.subarray(at, at + 1024 * 1024);
        await writeAll(conn, piece);
        answer.set(await receive(conn, piece.length), at);
      }
      return answer;
    },
    diagnosis: /262144 bytes.*reads while it still sends/s,
  },
  {
    name: "returns after the first read",
    async attempt(conn, data) {
      const sending = writeAll(conn, data);
      const answer = new Uint8Array(data.length);
      const count = data.length === 0 ? 0 : await conn.read(answer);
      sending.catch(() => {});
      return answer.subarray(0, count ?? 0);
    },
    diagnosis: /one read\(\) gives what has come so far/,
  },
  {
    name: "returns a buffer with a part unfilled",
    async attempt(conn, data) {
      const sending = writeAll(conn, data);
      const answer = new Uint8Array(data.length);
      if (data.length > 0) await conn.read(answer);
      sending.catch(() => {});
      return answer;
    },
    diagnosis: /one read\(\) gives what has come so far/,
  },
  {
    name: "puts every piece at the start of the answer",
    async attempt(conn, data) {
      const answer = new Uint8Array(data.length);
      const sending = writeAll(conn, data);
      for (let received = 0; received < data.length;) {
        received += await conn.read(answer) ?? data.length;
      }
      await sending;
      return answer;
    },
    diagnosis: /behind the one before it/,
  },
  {
    name: "ignores how much write took",
    async attempt(conn, data) {
      const [answer] = await Promise.all([
        receive(conn, data.length),
        data.length > 0 ? conn.write(data) : undefined,
      ]);
      return answer;
    },
    diagnosis: /write\(\) says how many it took/,
  },
  {
    name: "ends its side to learn the end of the answer",
    async attempt(conn, data) {
      const [answer] = await Promise.all([
        receive(conn, data.length),
        writeAll(conn, data).then(() => conn.closeWrite()),
      ]);
      return answer;
    },
    diagnosis: /stays open for the next exchange/,
  },
  {
    name: "returns what it sent, when as many bytes have come back",
    async attempt(conn, data) {
      await Promise.all([receive(conn, data.length), writeAll(conn, data)]);
      return data;
    },
    diagnosis: /Return what read\(\) gave/,
  },
  {
    name: "returns a buffer that is longer than the answer",
    async attempt(conn, data) {
      const [answer] = await Promise.all([
        receive(conn, data.length),
        writeAll(conn, data),
      ]);
      return new Uint8Array([...answer, 0, 0, 0]);
    },
    diagnosis: /Return as many bytes as were sent/,
  },
  {
    name: "returns what it has when the server ends early",
    async attempt(conn, data) {
      const answer = new Uint8Array(data.length);
      const sending = writeAll(conn, data);
      let received = 0;
      while (received < data.length) {
        const count = await conn.read(answer.subarray(received));
        if (count === null) break;
        received += count;
      }
      await sending;
      return answer.subarray(0, received);
    },
    diagnosis: /an answer that is too short/,
  },
  {
    name: "waits for a byte where none was sent",
    async attempt(conn, data) {
      const sending = writeAll(conn, data);
      const answer = new Uint8Array(data.length + 1);
      let received = 0;
      do {
        received += await conn.read(answer.subarray(received)) ??
          fail("ended early");
      } while (received < data.length);
      await sending;
      return answer.subarray(0, data.length);
    },
    diagnosis: /nothing to wait for/,
  },
];

/** Reads as many bytes as the answer has, and does it right. */
async function receive(conn: Deno.Conn, size: number): Promise<Uint8Array> {
  const answer = new Uint8Array(size);
  for (let received = 0; received < size;) {
    received += await conn.read(answer.subarray(received)) ??
      fail("ended early");
  }
  return answer;
}

function fail(message: string): never {
  throw new Error(message);
}
