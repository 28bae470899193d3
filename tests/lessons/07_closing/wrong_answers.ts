/** Wrong answers to the exercises of lesson 7, and what must be said of each. */
import { closeQuietly, readToEnd, writeAll } from "../../../lib/net/mod.ts";
import type { WrongAnswer } from "../gates.ts";
import * as solution from "../../../lessons/07_closing/solution.ts";

type AskAndHear = (
  conn: Deno.Conn,
  question: Uint8Array,
) => Promise<Uint8Array>;
type CloseGracefully = (
  conn: Deno.Conn,
  options?: { graceMs?: number },
) => Promise<void>;

/** Wrong answers to 7.1. */
export const askAndHearMistakes: WrongAnswer<AskAndHear>[] = [
  {
    name: "closes instead of ending its side",
    async attempt(conn, question) {
      await writeAll(conn, question);
      conn.close();
      return await readToEnd(conn);
    },
    diagnosis: /close\(\) ends both directions/,
  },
  {
    name: "closes, and takes the failure for an empty answer",
    async attempt(conn, question) {
      await writeAll(conn, question);
      conn.close();
      return await readToEnd(conn).catch(() => new Uint8Array());
    },
    diagnosis: /close\(\) ends both directions/,
  },
  {
    name: "ends its side by a stream, which closes both",
    async attempt(conn, question) {
      const writer = conn.writable.getWriter();
      await writer.write(question);
      await writer.close();
      return await readToEnd(conn);
    },
    diagnosis: /close\(\) ends both directions/,
  },
  {
    name: "never ends its side",
    async attempt(conn, question) {
      await writeAll(conn, question);
      return await readToEnd(conn);
    },
    diagnosis: /waits for its end.*closeWrite\(\)/s,
  },
  {
    name: "reads once",
    async attempt(conn, question) {
      await writeAll(conn, question);
      await conn.closeWrite();
      const buffer = new Uint8Array(64 * 1024);
      const count = await conn.read(buffer);
      return buffer.slice(0, count ?? 0);
    },
    diagnosis: /one read\(\) gives what has come so far/,
  },
  {
    name: "takes a read that does not fill the buffer for the last",
    async attempt(conn, question) {
      await writeAll(conn, question);
      await conn.closeWrite();
      const buffer = new Uint8Array(64 * 1024);
      const bytes: number[] = [];
      let count: number | null;
      do {
        count = await conn.read(buffer);
        bytes.push(...buffer.subarray(0, count ?? 0));
      } while (count === buffer.length);
      return new Uint8Array(bytes);
    },
    diagnosis: /one read\(\) gives what has come so far/,
  },
  {
    name: "ends its side before all is written",
    async attempt(conn, question) {
      await conn.write(question);
      await conn.closeWrite();
      return await readToEnd(conn);
    },
    diagnosis: /end your side only when all of the question is written/,
  },
  {
    name: "keeps views of a buffer that it uses again",
    async attempt(conn, question) {
      await writeAll(conn, question);
      await conn.closeWrite();
      const buffer = new Uint8Array(1024);
      const pieces: Uint8Array<ArrayBuffer>[] = [];
      for (
        let count = await conn.read(buffer);
        count !== null;
        count = await conn.read(buffer)
      ) {
        pieces.push(buffer.subarray(0, count));
      }
      return new Uint8Array(await new Blob(pieces).arrayBuffer());
    },
    diagnosis: /a view of the buffer/,
  },
  {
    name: "takes null for an error",
    async attempt(conn, question) {
      await writeAll(conn, question);
      await conn.closeWrite();
      const buffer = new Uint8Array(1024);
      const bytes: number[] = [];
      while (bytes.length === 0 || bytes.length % 1024 === 0) {
        const count = await conn.read(buffer);
        if (count === null) throw new Error("connection lost");
        bytes.push(...buffer.subarray(0, count));
      }
      return new Uint8Array(bytes);
    },
    diagnosis: /null is no failure/,
  },
  {
    name: "returns half an answer after a reset",
    async attempt(conn, question) {
      await writeAll(conn, question);
      await conn.closeWrite();
      const bytes: number[] = [];
      const buffer = new Uint8Array(1024);
      try {
        for (
          let count = await conn.read(buffer);
          count !== null;
          count = await conn.read(buffer)
        ) {
          bytes.push(...buffer.subarray(0, count));
        }
      } catch {
        // Takes what there is.
      }
      return new Uint8Array(bytes);
    },
    diagnosis: /half an answer/,
  },
  {
    name: "does not await the sending",
    async attempt(conn, question) {
      (async () => {
        await writeAll(conn, question);
        await conn.closeWrite();
      })();
      return await readToEnd(conn);
    },
    diagnosis:
      /A write has failed, and nobody awaits it.*Await the sending too/s,
  },
  {
    name: "awaits the sending only when it has heard the answer",
    async attempt(conn, question) {
      const sending = writeAll(conn, question).then(() => conn.closeWrite());
      const answer = await readToEnd(conn);
      await sending;
      return answer;
    },
    diagnosis:
      /A write has failed, and nobody awaits it.*Await the sending too/s,
  },
  {
    name: "does not await the end of its side",
    async attempt(conn, question) {
      await writeAll(conn, question);
      conn.closeWrite();
      return await readToEnd(conn);
    },
    diagnosis: /closeWrite\(\) has failed, and nobody awaits it/,
  },
  {
    name: "has no answer where nothing is asked",
    async attempt(conn, question) {
      if (question.length === 0) return new Uint8Array();
      return await solution.askAndHear(conn, question);
    },
    diagnosis: /the end of your question, be it empty/,
  },
  {
    name: "takes the answer for text",
    async attempt(conn, question) {
      const answer = await solution.askAndHear(conn, question);
      return new TextEncoder().encode(new TextDecoder().decode(answer));
    },
    diagnosis: /Not every byte is text/,
  },
  {
    name: "does not mind that the question could not be sent",
    async attempt(conn, question) {
      try {
        await writeAll(conn, question);
        await conn.closeWrite();
      } catch {
        // Hopes for an answer.
      }
      return await readToEnd(conn);
    },
    diagnosis: /a question that was never asked/,
  },
  {
    name: "closes in the end",
    async attempt(conn, question) {
      using _closed = conn;
      await writeAll(conn, question);
      await conn.closeWrite();
      return await readToEnd(conn);
    },
    diagnosis: /whoever called it closes it/,
  },
];

/** Wrong answers to 7.2. */
export const closeGracefullyMistakes: WrongAnswer<CloseGracefully>[] = [
  {
    name: "closes with input unread",
    async attempt(conn) {
      try {
        await conn.closeWrite();
      } finally {
        conn.close();
      }
    },
    diagnosis: /input that nobody has read/,
  },
  {
    name: "waits for ever for a silent peer",
    async attempt(conn) {
      try {
        await conn.closeWrite();
        await readToEnd(conn);
      } catch {
        // Gone.
      } finally {
        conn.close();
      }
    },
    diagnosis: /says nothing and never ends/,
  },
  {
    name: "leaves the socket open after a failed read",
    async attempt(conn, { graceMs = 1000 } = {}) {
      const timer = setTimeout(() => closeQuietly(conn), graceMs);
      try {
        await conn.closeWrite();
        await readToEnd(conn);
        closeQuietly(conn);
      } catch {
        // Thinks that a reset connection needs no close.
      } finally {
        clearTimeout(timer);
      }
    },
    diagnosis: /read\(\) has failed.*still open/s,
  },
  {
    name: "leaves the socket open when its own side cannot be ended",
    async attempt(conn, { graceMs = 1000 } = {}) {
      try {
        await conn.closeWrite();
      } catch {
        return;
      }
      const timer = setTimeout(() => closeQuietly(conn), graceMs);
      await readToEnd(conn).catch(() => {});
      clearTimeout(timer);
      closeQuietly(conn);
    },
    diagnosis: /closeWrite\(\) has failed.*still open/s,
  },
  {
    name: "throws when the peer is gone",
    async attempt(conn, { graceMs = 1000 } = {}) {
      const timer = setTimeout(() => closeQuietly(conn), graceMs);
      try {
        await conn.closeWrite();
        await readToEnd(conn);
      } catch (error) {
        if (error instanceof Deno.errors.ConnectionReset) throw error;
      } finally {
        clearTimeout(timer);
        closeQuietly(conn);
      }
    },
    diagnosis: /what hanging up is for/,
  },
  {
    name: "throws what its own close does to the read",
    async attempt(conn, { graceMs = 1000 } = {}) {
      const timer = setTimeout(() => closeQuietly(conn), graceMs);
      try {
        await conn.closeWrite();
        await readToEnd(conn);
      } finally {
        clearTimeout(timer);
        closeQuietly(conn);
      }
    },
    diagnosis: /your own close\(\) ended/,
  },
  {
    name: "closes twice when the grace is over",
    async attempt(conn, { graceMs = 1000 } = {}) {
      const timer = setTimeout(() => conn.close(), graceMs);
      try {
        await conn.closeWrite();
        await readToEnd(conn);
      } catch {
        // Gone, or interrupted.
      } finally {
        clearTimeout(timer);
        conn.close();
      }
    },
    diagnosis: /a second close\(\) throws BadResource/,
  },
  {
    name: "leaves the timer running",
    async attempt(conn, { graceMs = 1000 } = {}) {
      const draining = conn.closeWrite().then(() => readToEnd(conn));
      const late = new Promise((resolve) => setTimeout(resolve, graceMs));
      await Promise.race([draining, late]).catch(() => {});
      closeQuietly(conn);
    },
    diagnosis:
      /has returned, and a timer of closeGracefully\(\) is still running/,
  },
  {
    name: "leaves the timer running when the peer has reset the connection",
    async attempt(conn, { graceMs = 1000 } = {}) {
      try {
        const timer = setTimeout(() => closeQuietly(conn), graceMs);
        await conn.closeWrite();
        await readToEnd(conn);
        clearTimeout(timer);
      } catch {
        // Gone, or late.
      }
      closeQuietly(conn);
    },
    diagnosis: /read\(\) has failed, and a timer of closeGracefully\(\)/,
  },
  {
    name: "sets its timer when its own side is ended",
    async attempt(conn, { graceMs = 1000 } = {}) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      try {
        await conn.closeWrite();
        timer = setTimeout(() => closeQuietly(conn), graceMs);
        await readToEnd(conn);
      } catch {
        // Gone, or late.
      } finally {
        clearTimeout(timer);
        closeQuietly(conn);
      }
    },
    diagnosis: /set the timer first/,
  },
  {
    name: "takes a grace of 0 for none given",
    async attempt(conn, options = {}) {
      await solution.closeGracefully(conn, {
        graceMs: options.graceMs || 1000,
      });
    },
    diagnosis: /takes it for a grace that was not given/,
  },
  {
    name: "has no grace unless one is given",
    async attempt(conn, options = {}) {
      const { graceMs } = options;
      const timer = setTimeout(() => closeQuietly(conn), graceMs);
      try {
        await conn.closeWrite();
        await readToEnd(conn);
      } catch {
        // Gone, or late.
      } finally {
        clearTimeout(timer);
        closeQuietly(conn);
      }
    },
    diagnosis: /The grace is 1000 ms unless another one is given/,
  },
  {
    name: "cannot do without options",
    async attempt(conn, options) {
      await solution.closeGracefully(conn, { graceMs: options!.graceMs });
    },
    diagnosis: /The options may be left out/,
  },
  {
    name: "always waits for the whole grace",
    async attempt(conn, { graceMs = 1000 } = {}) {
      await conn.closeWrite().catch(() => {});
      const draining = readToEnd(conn).catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, graceMs));
      closeQuietly(conn);
      await draining;
    },
    diagnosis: /do not wait for the grace to pass/,
  },
  {
    name: "drains a fixed number of reads",
    async attempt(conn) {
      try {
        await conn.closeWrite();
        for (let i = 0; i < 10; i++) {
          if (await conn.read(new Uint8Array(1024)) === null) break;
        }
      } catch {
        // Gone.
      } finally {
        closeQuietly(conn);
      }
    },
    diagnosis: /still sending.*null is the only sign/s,
  },
  {
    name: "begins the grace anew with every read",
    async attempt(conn, { graceMs = 1000 } = {}) {
      const buffer = new Uint8Array(1024);
      try {
        await conn.closeWrite();
        for (let count: number | null = 0; count !== null;) {
          const timer = setTimeout(() => closeQuietly(conn), graceMs);
          count = await conn.read(buffer).finally(() => clearTimeout(timer));
        }
      } catch {
        // Gone, or interrupted.
      } finally {
        closeQuietly(conn);
      }
    },
    diagnosis: /from the call on.*not from the last byte/s,
  },
  {
    name: "never ends its own side",
    async attempt(conn, { graceMs = 1000 } = {}) {
      const timer = setTimeout(() => closeQuietly(conn), graceMs);
      await readToEnd(conn).catch(() => {});
      clearTimeout(timer);
      closeQuietly(conn);
    },
    diagnosis: /The peer waits for the end of your side/,
  },
];
