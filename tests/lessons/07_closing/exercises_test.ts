import { exercises } from "../../../lessons/07_closing/exercises.ts";
import type {
  AskAndHear,
  CloseGracefully,
} from "../../../lessons/07_closing/types.ts";
import { closeQuietly, readToEnd, writeAll } from "../../../lib/net/mod.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { wrongAnswers } from "./wrong_answers.ts";

testExercises("closing", exercises, wrongAnswers);

testAccepted<AskAndHear>(exercises[0], {
  "with the helpers of lib/net": async (conn, question) => {
    await writeAll(conn, question);
    await conn.closeWrite();
    return await readToEnd(conn);
  },
  "with reads that start while it's still writing": async (
    conn,
    question,
  ) => {
    const [answer] = await Promise.all([
      readToEnd(conn),
      (async () => {
        await writeAll(conn, question);
        await conn.closeWrite();
      })(),
    ]);
    return answer;
  },
  "with a growing buffer, and small pieces": async (conn, question) => {
    for (let at = 0; at < question.length; at += 50_000) {
      await writeAll(conn, question.subarray(at, at + 50_000));
    }
    await conn.closeWrite();
    let answer = new Uint8Array(8);
    let length = 0;
    while (true) {
      if (length === answer.length) {
        const larger = new Uint8Array(answer.length * 2);
        larger.set(answer);
        answer = larger;
      }
      const count = await conn.read(answer.subarray(length));
      if (count === null) return answer.slice(0, length);
      length += count;
    }
  },
});

testAccepted<CloseGracefully>(exercises[1], {
  "with a race": async (conn, { graceMs = 1000 } = {}) => {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, graceMs);
    async function drain(): Promise<void> {
      try {
        await conn.closeWrite();
        await readToEnd(conn);
      } catch {
        // The peer is gone, or the connection is closed.
      }
    }
    await Promise.race([drain(), late.promise]);
    clearTimeout(timer);
    closeQuietly(conn);
  },
  "with an abort signal, and reads that start before it ends its direction":
    async (
      conn,
      { graceMs = 1000 } = {},
    ) => {
      const grace = new AbortController();
      const timer = setTimeout(() => grace.abort(), graceMs);
      grace.signal.addEventListener("abort", () => closeQuietly(conn));
      await Promise.allSettled([readToEnd(conn), conn.closeWrite()]);
      clearTimeout(timer);
      closeQuietly(conn);
    },
});
