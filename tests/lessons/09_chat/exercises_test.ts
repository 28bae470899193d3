import { exercises } from "../../../lessons/09_chat/exercises.ts";
import type { ChatRoomClass } from "../../../lessons/09_chat/types.ts";
import { readLines, SendQueue, writeAll } from "../../../lib/net/mod.ts";
import { escapeControls } from "../../../lib/show/mod.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { wrongAnswers } from "./wrong_answers.ts";

testExercises("chat", exercises, wrongAnswers);

testAccepted<ChatRoomClass>(exercises[0], {
  "with the helpers of lib/net, and control characters escaped": class {
    #members = new Map<Deno.Conn, SendQueue>();
    get size() {
      return this.#members.size;
    }
    async join(conn: Deno.Conn) {
      const queue = new SendQueue(conn);
      this.#members.set(conn, queue);
      queue.ended.then(() => this.#leave(conn));
      try {
        for await (const line of readLines(conn)) {
          const text = `${escapeControls(line)}\n`;
          const bytes = new TextEncoder().encode(text);
          for (const [other, queue] of this.#members) {
            if (other !== conn && !queue.send(bytes)) this.#leave(other);
          }
        }
      } catch {
        // Gone.
      }
      this.#leave(conn);
    }
    #leave(conn: Deno.Conn) {
      this.#members.get(conn)?.drop();
      this.#members.delete(conn);
    }
  },
  "with a chain of promises for each member": class {
    #members = new Map<Deno.Conn, { last: Promise<unknown>; unsent: number }>();
    get size() {
      return this.#members.size;
    }
    async join(conn: Deno.Conn) {
      this.#members.set(conn, { last: Promise.resolve(), unsent: 0 });
      try {
        for await (const line of readLines(conn)) this.#say(line, conn);
      } catch {
        // Gone.
      }
      this.#leave(conn);
    }
    #say(line: string, from: Deno.Conn) {
      const bytes = new TextEncoder().encode(`${line}\n`);
      for (const [conn, member] of [...this.#members]) {
        if (conn === from) continue;
        member.unsent += bytes.length;
        if (member.unsent > 1_048_576) this.#leave(conn);
        member.last = member.last
          .then(() => writeAll(conn, bytes))
          .then(() => member.unsent -= bytes.length)
          .catch(() => this.#leave(conn));
      }
    }
    #leave(conn: Deno.Conn) {
      if (this.#members.delete(conn)) conn.close();
    }
  },
  "with the connection's streams, and its own buffers": class {
    #writers = new Map<
      Deno.Conn,
      { writer: WritableStreamDefaultWriter<Uint8Array>; unsent: number }
    >();
    get size() {
      return this.#writers.size;
    }
    async join(conn: Deno.Conn) {
      const writer = conn.writable.getWriter();
      writer.closed.catch(() => {});
      this.#writers.set(conn, { writer, unsent: 0 });
      let kept: number[] = [];
      try {
        const reader = conn.readable.getReader({ mode: "byob" });
        while (true) {
          const { value, done } = await reader.read(new Uint8Array(4096));
          if (done) break;
          for (const byte of value) {
            if (kept.push(byte) > 65_536 && byte !== 0x0a) throw "too long";
            if (byte !== 0x0a) continue;
            this.#say(new Uint8Array(kept), conn);
            kept = [];
          }
        }
      } catch {
        // Gone.
      }
      this.#leave(conn);
    }
    #say(line: Uint8Array, from: Deno.Conn) {
      for (const [conn, member] of this.#writers) {
        if (conn === from) continue;
        member.unsent += line.length;
        if (member.unsent > 1_048_576) {
          this.#leave(conn);
        } else {
          member.writer.write(line).then(
            () => member.unsent -= line.length,
            () => this.#leave(conn),
          );
        }
      }
    }
    #leave(conn: Deno.Conn) {
      this.#writers.delete(conn);
      conn[Symbol.dispose]();
    }
  },
});
