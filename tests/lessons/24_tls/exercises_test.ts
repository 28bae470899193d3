import { exercises } from "../../../lessons/24_tls/exercises.ts";
import {
  askSecurely,
  clientHello,
  upgrade,
} from "../../../lessons/24_tls/solution.ts";
import type {
  AskSecurely,
  ReadClientHello,
  RecordReaderClass,
  TlsRecord,
  Upgrade,
} from "../../../lessons/24_tls/types.ts";
import { writeAll } from "../../../lib/net/mod.ts";
import { decodeClientHello } from "../../../lib/wire/mod.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { wrongAnswers } from "./wrong_answers.ts";

testExercises("tls", exercises, wrongAnswers);

testAccepted<RecordReaderClass>(exercises[0], {
  "keeps the pieces in a list": class {
    #pieces: Uint8Array[] = [];
    push(bytes: Uint8Array) {
      this.#pieces.push(bytes.slice());
    }
    #take(): number[] {
      return this.#pieces.flatMap((piece) => [...piece]);
    }
    next(): TlsRecord | null {
      const all = this.#take();
      // It rejects a wrong header before the header is complete.
      if (all.length > 0 && (all[0] < 20 || all[0] > 23)) throw new TypeError();
      if (all.length > 1 && all[1] !== 3) throw new TypeError();
      if (all.length < 5) return null;
      const size = all[3] * 256 + all[4];
      if (size > 16640) throw new RangeError();
      if (all.length < 5 + size) return null;
      this.#pieces = [Uint8Array.from(all.slice(5 + size))];
      return {
        type: all[0],
        version: all[1] * 256 + all[2],
        fragment: Uint8Array.from(all.slice(5, 5 + size)),
      };
    }
    end() {
      if (this.#take().length > 0) throw new Deno.errors.UnexpectedEof();
    }
  },
});

testAccepted<ReadClientHello>(exercises[1], {
  "uses the workbook's own decoder": ({ type, fragment }) => {
    if (type !== 22) throw new RangeError();
    try {
      const { serverName, protocols, versions } = decodeClientHello(fragment);
      return { serverName: serverName ?? undefined, protocols, versions };
    } catch (error) {
      throw new RangeError(String(error));
    }
  },
  "adds more to the result": (record) => ({
    ...clientHello(record),
    record,
  }),
});

testAccepted<AskSecurely>(exercises[2], {
  "closes by a timer, and collects numbers": async (
    port,
    question,
    options,
  ) => {
    const { caCerts, hostname, timeoutMs } = options;
    let conn: Deno.Conn | undefined;
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      conn?.[Symbol.dispose]();
    }, timeoutMs);
    try {
      const tcp = conn = await Deno.connect({ port, hostname: "127.0.0.1" });
      const tls = conn = await Deno.startTls(tcp, { hostname, caCerts });
      await tls.handshake();
      let left = question;
      while (left.length > 0) left = left.subarray(await tls.write(left));
      await tls.closeWrite();
      const pieces: number[] = [];
      const buffer = new Uint8Array(1000);
      for (let n; (n = await tls.read(buffer)) !== null;) {
        for (let i = 0; i < n; i++) pieces.push(buffer[i]);
      }
      return Uint8Array.from(pieces);
    } catch (error) {
      throw isLate ? new DOMException("too late", "TimeoutError") : error;
    } finally {
      clearTimeout(timer);
      conn?.[Symbol.dispose]();
    }
  },
  "uses AbortSignal.timeout, and reads conn.readable": async (
    port,
    question,
    { caCerts, hostname, timeoutMs },
  ) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const tcp = await Deno.connect({ port, hostname: "127.0.0.1", signal });
    using conn = await Deno.startTls(tcp, { hostname, caCerts });
    const close = () => conn[Symbol.dispose]();
    signal.addEventListener("abort", close);
    try {
      await writeAll(conn, question);
      await conn.closeWrite();
      return await new Response(conn.readable).bytes();
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener("abort", close);
    }
  },
  "calls the solution with a copy": (port, question, options) =>
    askSecurely(port, question.slice(), { ...options }),
});

testAccepted<Upgrade>(exercises[3], {
  "reads the reply byte by byte": async (conn, { caCerts, hostname }) => {
    try {
      await writeAll(conn, new TextEncoder().encode("STARTTLS\r\n"));
      let reply = "";
      const byte = new Uint8Array(1);
      while (!reply.endsWith("\n")) {
        if (reply.length === 512) throw new Deno.errors.InvalidData("long");
        if (await conn.read(byte) === null) {
          throw new Deno.errors.UnexpectedEof();
        }
        reply += String.fromCharCode(byte[0]);
      }
      if (!/^220 /.test(reply)) throw new Deno.errors.InvalidData(reply);
    } catch (error) {
      conn.close();
      throw error;
    }
    // More bytes in the clear make the handshake fail.
    const tls = await Deno.startTls(conn, { caCerts, hostname });
    try {
      await tls.handshake();
    } catch (error) {
      tls.close();
      throw error;
    }
    return tls;
  },
  "is the solution behind a wrapper": (conn, options) =>
    upgrade(conn, { ...options }),
});
