/** Wrong answers to the exercises of lesson 4, and what must be said of each. */
import type { WrongAnswer } from "../gates.ts";

type ReadExact = (conn: Deno.Conn, size: number) => Promise<Uint8Array>;
type WriteAll = (conn: Deno.Conn, data: Uint8Array) => Promise<void>;

const shared = new Uint8Array(1024 * 1024);

/** Wrong answers to 4.1. */
export const readExactMistakes: WrongAnswer<ReadExact>[] = [
  {
    name: "reads once, and returns what came",
    async attempt(conn, size) {
      const data = new Uint8Array(size);
      const count = await conn.read(data);
      if (count === null) throw new Deno.errors.UnexpectedEof();
      return data.subarray(0, count);
    },
    diagnosis: /be it one byte/,
  },
  {
    name: "reads once, and ignores how much came",
    async attempt(conn, size) {
      const data = new Uint8Array(size);
      await conn.read(data);
      return data;
    },
    diagnosis: /was never filled/,
  },
  {
    name: "puts every piece at the start",
    async attempt(conn, size) {
      const data = new Uint8Array(size);
      for (let filled = 0; filled < size;) {
        const count = await conn.read(data.subarray(0, size - filled));
        filled += count ?? fail();
      }
      return data;
    },
    diagnosis: /behind the ones before it/,
  },
  {
    name: "takes the end for success",
    async attempt(conn, size) {
      const data = new Uint8Array(size);
      let filled = 0;
      while (filled < size) {
        const count = await conn.read(data.subarray(filled));
        if (count === null) break;
        filled += count;
      }
      return data.subarray(0, filled);
    },
    diagnosis: /The caller takes what you return for the whole/,
  },
  {
    name: "returns null at the end",
    async attempt(conn, size) {
      const data = new Uint8Array(size);
      for (let filled = 0; filled < size;) {
        const count = await conn.read(data.subarray(filled));
        if (count === null) return null as unknown as Uint8Array;
        filled += count;
      }
      return data;
    },
    diagnosis: /The caller takes what you return for the whole/,
  },
  {
    name: "takes null for 0 bytes",
    async attempt(conn, size) {
      const data = new Uint8Array(size);
      for (let filled = 0; filled < size;) {
        const count = await conn.read(data.subarray(filled));
        filled += count ?? 0;
        // Stands for the endless loop, which would never let the test go on.
        if (count === null) await new Promise(() => {});
      }
      return data;
    },
    diagnosis: /now and every time/,
  },
  {
    name: "throws an error of another class",
    async attempt(conn, size) {
      const data = new Uint8Array(size);
      for (let filled = 0; filled < size;) {
        const count = await conn.read(data.subarray(filled));
        if (count === null) throw new Error("too short");
        filled += count;
      }
      return data;
    },
    diagnosis: /from other failures by the class/,
  },
  {
    name: "returns views of one buffer that it reads into again",
    async attempt(conn, size) {
      for (let filled = 0; filled < size;) {
        filled += await conn.read(shared.subarray(filled, size)) ?? fail();
      }
      return shared.subarray(0, size);
    },
    diagnosis: /views of one buffer/,
  },
  {
    name: "reads past the size, and drops what is too much",
    async attempt(conn, size) {
      const data = new Uint8Array(size + 4096);
      for (let filled = 0; filled < size;) {
        filled += await conn.read(data.subarray(filled)) ?? fail();
      }
      return data.slice(0, size);
    },
    diagnosis: /no more room than is still due/,
  },
  {
    name: "returns the whole of a longer buffer",
    async attempt(conn, size) {
      const data = new Uint8Array(Math.max(size, 1024));
      for (let filled = 0; filled < size;) {
        filled += await conn.read(data.subarray(filled, size)) ?? fail();
      }
      return data;
    },
    diagnosis: /of `size` bytes and no longer/,
  },
  {
    name: "reads before it asks whether enough is there",
    async attempt(conn, size) {
      const data: number[] = [];
      const one = new Uint8Array(1);
      do {
        if (await conn.read(one) === null) fail();
        data.push(one[0]);
      } while (data.length < size);
      return new Uint8Array(data);
    },
    diagnosis: /asked for 0 bytes/,
  },
  {
    name: "takes the bytes for text",
    async attempt(conn, size) {
      const decoder = new TextDecoder();
      let text = "";
      for (let received = 0; received < size;) {
        const buffer = new Uint8Array(size - received);
        const count = await conn.read(buffer) ?? fail();
        text += decoder.decode(buffer.subarray(0, count), { stream: true });
        received += count;
      }
      return new TextEncoder().encode(text);
    },
    diagnosis: /Not every byte is/,
  },
  {
    name: "closes the connection",
    async attempt(conn, size) {
      const data = new Uint8Array(size);
      for (let filled = 0; filled < size;) {
        filled += await conn.read(data.subarray(filled)) ?? fail();
      }
      conn.close();
      return data;
    },
    diagnosis: /readExact\(\) closed the connection/,
  },
  {
    name: "waits for the end of the stream",
    async attempt(conn, size) {
      let data = new Uint8Array();
      const buffer = new Uint8Array(4096);
      for (
        let count = await conn.read(buffer);
        count !== null;
        count = await conn.read(buffer)
      ) {
        data = Uint8Array.from([...data, ...buffer.subarray(0, count)]);
      }
      if (data.length < size) fail();
      return data.subarray(0, size);
    },
    diagnosis: /no more room than is still due/,
  },
];

/** Wrong answers to 4.2. */
export const writeAllMistakes: WrongAnswer<WriteAll>[] = [
  {
    name: "ignores how much the write took",
    async attempt(conn, data) {
      await conn.write(data);
    },
    diagnosis: /Offer the rest again/,
  },
  {
    name: "starts over from byte 0",
    async attempt(conn, data) {
      for (let written = 0; written < data.length;) {
        written += await conn.write(data);
      }
    },
    diagnosis: /byte 0 again/,
  },
  {
    name: "tries the whole again until it is taken at once",
    async attempt(conn, data) {
      while (await conn.write(data) < data.length);
    },
    diagnosis: /writes more than the 10 bytes/,
  },
  {
    name: "starts all writes at once",
    async attempt(conn, data) {
      const parts: Uint8Array[] = [];
      for (let at = 0; at < data.length; at += 4) {
        parts.push(data.subarray(at, at + 4));
      }
      await Promise.all(parts.map((part) => conn.write(part)));
    },
    diagnosis: /Two writes at once/,
  },
  {
    name: "counts what it offered, not what was taken",
    async attempt(conn, data) {
      const SIZE = 1024;
      for (let at = 0; at < data.length; at += SIZE) {
        await conn.write(data.subarray(at, at + SIZE));
      }
    },
    diagnosis: /count what was taken, not what was offered/,
  },
  {
    name: "cuts the front off, and counts against what is left",
    async attempt(conn, data) {
      for (let written = 0; written < data.length;) {
        const count = await conn.write(data);
        data = data.subarray(count);
        written += count;
      }
    },
    diagnosis: /Offer the rest again/,
  },
  {
    name: "takes the second argument of subarray for a length",
    async attempt(conn, data) {
      for (let written = 0; written < data.length;) {
        const left = data.length - written;
        written += await conn.write(data.subarray(written, left));
      }
    },
    diagnosis: /where the part ends, not how long/,
  },
  {
    name: "leaves out the last byte",
    async attempt(conn, data) {
      for (let written = 0; written < data.length - 1;) {
        written += await conn.write(data.subarray(written, data.length - 1));
      }
    },
    diagnosis: /The last byte is missing/,
  },
  {
    name: "does not await the writes",
    attempt(conn, data) {
      conn.write(data);
      return Promise.resolve();
    },
    diagnosis: /returned while a write was still under way/,
  },
  {
    name: "closes the connection behind the data",
    async attempt(conn, data) {
      await solved(conn, data);
      conn.close();
    },
    diagnosis: /writeAll\(\) closed the connection/,
  },
  {
    name: "ends its side behind the data",
    async attempt(conn, data) {
      await solved(conn, data);
      await conn.closeWrite();
    },
    diagnosis: /ended this side/,
  },
  {
    name: "pipes into the connection, which closes it",
    async attempt(conn, data) {
      await new Blob([data.slice()]).stream().pipeTo(conn.writable);
    },
    diagnosis: /A pipe, and closing conn\.writable/,
  },
  {
    name: "keeps the errors of a broken connection quiet",
    async attempt(conn, data) {
      try {
        await solved(conn, data);
      } catch {
        return;
      }
    },
    diagnosis: /kept quiet looks like success/,
  },
  {
    name: "tries again for ever on a broken connection",
    async attempt(conn, data) {
      for (let written = 0; written < data.length;) {
        try {
          written += await conn.write(data.subarray(written));
        } catch {
          // Stands for the endless loop of attempts.
          await new Promise(() => {});
        }
      }
    },
    diagnosis: /trying again does not help/,
  },
  {
    name: "throws an error of its own",
    async attempt(conn, data) {
      try {
        await solved(conn, data);
      } catch {
        throw new Error("could not write");
      }
    },
    diagnosis: /tell failures apart by their class/,
  },
  {
    name: "takes the bytes for text",
    async attempt(conn, data) {
      const text = new TextDecoder().decode(data);
      await solved(conn, new TextEncoder().encode(text));
    },
    diagnosis: /of bytes that are not text/,
  },
];

/** Writes all, and does it right. */
async function solved(conn: Deno.Conn, data: Uint8Array): Promise<void> {
  for (let written = 0; written < data.length;) {
    written += await conn.write(data.subarray(written));
  }
}

function fail(): never {
  throw new Deno.errors.UnexpectedEof("the peer ended too early");
}
