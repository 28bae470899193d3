/** Wrong answers to the exercises of lesson 2, and what must be said of each. */
import type { WrongAnswer } from "../gates.ts";
import { readToEnd, writeAll } from "../../../lib/net/mod.ts";

type GreetOnce = (listener: Deno.Listener, greeting: string) => Promise<void>;
type FetchGreeting = (port: number) => Promise<string>;

/** Wrong answers to 2.1. */
export const greetOnceMistakes: WrongAnswer<GreetOnce>[] = [
  {
    name: "closes the listener too",
    async attempt(listener, greeting) {
      using _listener = listener;
      using conn = await listener.accept();
      await writeAll(conn, bytesOf(greeting));
    },
    diagnosis: /closed the listener/,
  },
  {
    name: "leaves a for await loop, which closes the listener",
    async attempt(listener, greeting) {
      for await (const conn of listener) {
        await writeAll(conn, bytesOf(greeting));
        conn.close();
        break;
      }
    },
    diagnosis: /for await.*closes it/s,
  },
  {
    name: "leaves the client's socket open",
    async attempt(listener, greeting) {
      const conn = await listener.accept();
      await writeAll(conn, bytesOf(greeting));
    },
    diagnosis: /the client's socket is still open\./,
  },
  {
    name: "ends its side and leaves the socket open",
    async attempt(listener, greeting) {
      const conn = await listener.accept();
      await writeAll(conn, bytesOf(greeting));
      await conn.closeWrite();
    },
    diagnosis: /only its sending half was ended/,
  },
  {
    name: "leaves the socket open when the client leaves early",
    async attempt(listener, greeting) {
      const conn = await listener.accept();
      await writeAll(conn, bytesOf(greeting));
      conn.close();
    },
    diagnosis: /close\(\) behind it is never reached/,
  },
  {
    name: "writes only a part: ignores how much write took",
    async attempt(listener, greeting) {
      using conn = await listener.accept();
      await conn.write(bytesOf(greeting));
    },
    diagnosis: /the rest is not sent unless you write it/,
  },
  {
    name: "does not await its writes",
    async attempt(listener, greeting) {
      using conn = await listener.accept();
      writeAll(conn, bytesOf(greeting));
    },
    diagnosis: /close\(\) ended a write\(\)|await each write/,
  },
  {
    name: "closes while its write is under way",
    async attempt(listener, greeting) {
      const conn = await listener.accept();
      conn.write(bytesOf(greeting));
      conn.close();
    },
    diagnosis: /close\(\) ended a write\(\)|Write first, await each write/,
  },
  {
    name: "does not wait for a client",
    attempt(listener, greeting) {
      listener.accept().then(async (conn) => {
        await writeAll(conn, bytesOf(greeting));
        conn.close();
      });
      return Promise.resolve();
    },
    diagnosis: /before a client had come/,
  },
  {
    name: "sends character codes for bytes",
    async attempt(listener, greeting) {
      using conn = await listener.accept();
      const codes = [...greeting].map((char) => char.charCodeAt(0));
      await writeAll(conn, Uint8Array.from(codes));
    },
    diagnosis: /A character code is not a byte/,
  },
  {
    name: "makes room for as many bytes as there are characters",
    async attempt(listener, greeting) {
      using conn = await listener.accept();
      const bytes = new Uint8Array(greeting.length);
      new TextEncoder().encodeInto(greeting, bytes);
      await writeAll(conn, bytes);
    },
    diagnosis: /more bytes than greeting\.length/,
  },
  {
    name: "stops after as many bytes as there are characters",
    async attempt(listener, greeting) {
      using conn = await listener.accept();
      const bytes = bytesOf(greeting);
      for (let sent = 0; sent < greeting.length;) {
        sent += await conn.write(bytes.subarray(sent));
      }
    },
    diagnosis: /as many bytes as the greeting has characters/,
  },
  {
    name: "takes what write gives for a number of characters",
    async attempt(listener, greeting) {
      using conn = await listener.accept();
      for (let rest = greeting; rest !== "";) {
        rest = rest.slice(await conn.write(bytesOf(rest)));
      }
    },
    diagnosis: /bytes it took, not characters/,
  },
  {
    name: "starts over with each write",
    async attempt(listener, greeting) {
      using conn = await listener.accept();
      const bytes = bytesOf(greeting);
      for (let sent = 0; sent < bytes.length;) sent += await conn.write(bytes);
    },
    diagnosis: /goes on where the last one ended/,
  },
  {
    name: "adds a line end",
    async attempt(listener, greeting) {
      using conn = await listener.accept();
      await writeAll(conn, bytesOf(`${greeting}\n`));
    },
    diagnosis: /no line end/,
  },
  {
    name: "adds a zero, as C does",
    async attempt(listener, greeting) {
      using conn = await listener.accept();
      await writeAll(conn, bytesOf(`${greeting}\0`));
    },
    diagnosis: /no line end, and no \\0/,
  },
  {
    name: "sends its whole buffer, whatever was encoded into it",
    async attempt(listener, greeting) {
      using conn = await listener.accept();
      const bytes = new Uint8Array(3 * greeting.length);
      new TextEncoder().encodeInto(greeting, bytes);
      await writeAll(conn, bytes);
    },
    diagnosis: /send bytes\.subarray\(0, written\)/,
  },
  {
    name: "encodes the text in pieces, which cut characters in two",
    async attempt(listener, greeting) {
      using conn = await listener.accept();
      for (let at = 0; at < greeting.length; at += 1024) {
        await writeAll(conn, bytesOf(greeting.slice(at, at + 1024)));
      }
    },
    diagnosis: /cut one in two before it is encoded/,
  },
  {
    name: "encodes the text unit by unit",
    async attempt(listener, greeting) {
      using conn = await listener.accept();
      for (let at = 0; at < greeting.length; at++) {
        await writeAll(conn, bytesOf(greeting[at]));
      }
    },
    diagnosis: /cut one in two before it is encoded/,
  },
  {
    name: "waits for the client to say something first",
    async attempt(listener, greeting) {
      using conn = await listener.accept();
      await conn.read(new Uint8Array(1024));
      await writeAll(conn, bytesOf(greeting));
    },
    diagnosis: /this one says nothing/,
  },
  {
    name: "waits for the client to close",
    async attempt(listener, greeting) {
      using conn = await listener.accept();
      await writeAll(conn, bytesOf(greeting));
      await readToEnd(conn);
    },
    diagnosis: /it is the server that closes/,
  },
  {
    name: "serves for ever",
    async attempt(listener, greeting) {
      while (true) {
        using conn = await listener.accept();
        await writeAll(conn, bytesOf(greeting));
      }
    },
    diagnosis: /called accept\(\) a second time/,
  },
];

/** Wrong answers to 2.2. */
export const fetchGreetingMistakes: WrongAnswer<FetchGreeting>[] = [
  {
    name: "reads once only",
    async attempt(port) {
      using conn = await Deno.connect({ port });
      const buffer = new Uint8Array(1024);
      const count = await conn.read(buffer);
      return new TextDecoder().decode(buffer.subarray(0, count ?? 0));
    },
    diagnosis: /One read gives what has come so far/,
  },
  {
    name: "takes a read that does not fill the buffer for the last",
    async attempt(port) {
      using conn = await Deno.connect({ port });
      const decoder = new TextDecoder();
      const buffer = new Uint8Array(1024);
      let text = "";
      let count: number | null;
      do {
        count = await conn.read(buffer);
        text += decoder.decode(buffer.subarray(0, count ?? 0), {
          stream: true,
        });
      } while (count === buffer.length);
      return text;
    },
    diagnosis: /less than a full buffer is not the end/,
  },
  {
    name: "decodes the whole buffer",
    async attempt(port) {
      using conn = await Deno.connect({ port });
      const buffer = new Uint8Array(1024);
      let text = "";
      while (await conn.read(buffer) !== null) {
        text += new TextDecoder().decode(buffer);
      }
      return text;
    },
    diagnosis: /buffer\.subarray\(0, count\)/,
  },
  {
    name: "decodes each part by itself",
    async attempt(port) {
      using conn = await Deno.connect({ port });
      const decoder = new TextDecoder();
      let text = "";
      for await (const part of conn.readable) text += decoder.decode(part);
      return text;
    },
    diagnosis: /stream: true/,
  },
  {
    name: "makes a character of each byte",
    async attempt(port) {
      using conn = await Deno.connect({ port });
      let text = "";
      for await (const part of conn.readable) {
        for (const byte of part) text += String.fromCharCode(byte);
      }
      return text;
    },
    diagnosis: /Each byte became a character/,
  },
  {
    name: "keeps views of a buffer that it reads into again",
    async attempt(port) {
      using conn = await Deno.connect({ port });
      const buffer = new Uint8Array(1024);
      const parts: Uint8Array<ArrayBuffer>[] = [];
      for (
        let count = await conn.read(buffer);
        count !== null;
        count = await conn.read(buffer)
      ) {
        parts.push(buffer.subarray(0, count));
      }
      return await new Blob(parts).text();
    },
    diagnosis: /buffer\.slice\(0, count\)/,
  },
  {
    name: "leaves the connection open",
    async attempt(port) {
      const conn = await Deno.connect({ port });
      return new TextDecoder().decode(await readToEnd(conn));
    },
    diagnosis: /its connection is still open/,
  },
  {
    name: "never tests for null",
    async attempt(port) {
      using conn = await Deno.connect({ port });
      const buffer = new Uint8Array(1024);
      // Stands for the endless loop, which would never let the test go on.
      while (await conn.read(buffer) !== null);
      return await new Promise<string>(() => {});
    },
    diagnosis: /read\(\) gives null when the server has ended/,
  },
  {
    name: "takes an empty greeting for a failure",
    async attempt(port) {
      using conn = await Deno.connect({ port });
      const text = new TextDecoder().decode(await readToEnd(conn));
      if (text === "") throw new Error("no greeting");
      return text;
    },
    diagnosis: /An empty greeting is a greeting/,
  },
  {
    name: "connects to a port of its own choice",
    async attempt() {
      using conn = await Deno.connect({ port: 1 });
      return new TextDecoder().decode(await readToEnd(conn));
    },
    diagnosis: /Connect to the port that is given/,
  },
  {
    name: "strips white space",
    async attempt(port) {
      using conn = await Deno.connect({ port });
      return new TextDecoder().decode(await readToEnd(conn)).trim();
    },
    diagnosis: /White space is part of the greeting/,
  },
  {
    name: "strips the line end",
    async attempt(port) {
      using conn = await Deno.connect({ port });
      return new TextDecoder().decode(await readToEnd(conn)).trimEnd();
    },
    diagnosis: /White space is part of the greeting/,
  },
  {
    name: "returns bytes",
    async attempt(port) {
      using conn = await Deno.connect({ port });
      return await readToEnd(conn) as unknown as string;
    },
    diagnosis: /Bytes become text/,
  },
  {
    name: "says something first",
    async attempt(port) {
      using conn = await Deno.connect({ port });
      await conn.write(bytesOf("hello?\n"));
      return new TextDecoder().decode(await readToEnd(conn));
    },
    diagnosis: /sent 7 bytes to the server/,
  },
];

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
