/** The exercises of lesson 3. */
import { type Exercise, exercise } from "../../lib/workbook/kit/mod.ts";
import { checkEcho } from "./checks/echo.ts";
import { checkExchange } from "./checks/exchange.ts";
import * as solution from "./solution.ts";
import type { Echo, Exchange } from "./types.ts";

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  exercise<Echo>({
    id: "3.1",
    title: "Send back what comes",
    passed:
      "It sends back exactly what each read gave, however little each write took.",
    real: "lib/net/write.ts",
    solution: solution.echo,
    hints: [
      "How does `read` say how many bytes came, and how does it say that no " +
      "more will come? Those are two different answers.",
      "Loop: read into a buffer. If that gave `null`, return. Otherwise write " +
      "the part of the buffer that is new. The write may take less than that " +
      "part, so it needs a loop, too.",
      "Nearly the code:\n" +
      "    const count = await conn.read(buffer);\n" +
      "    if (count === null) return;\n" +
      "    let sent = 0;\n" +
      "    while (sent < count) {\n" +
      "      sent += await conn.write(buffer.subarray(sent, count));\n" +
      "    }",
    ],
    read: "A read fills part of a buffer",
    check: checkEcho,
  }),
  exercise<Exchange>({
    id: "3.2",
    title: "Send and receive at once",
    passed:
      "It reads while it writes, so neither side's buffers can fill up and block both.",
    solution: solution.exchange,
    hints: [
      "The server sends back while you send. Where do those bytes wait if you " +
      "don't read them, and what happens when that place is full?",
      "Make two loops, one that writes all of `data` and one that reads as many " +
      "bytes, and let them run at the same time. You know how many bytes come " +
      "back, so you don't need the end of the stream to know that you're done.",
      "Nearly the code:\n" +
      "    const answer = new Uint8Array(data.length);\n" +
      "    await Promise.all([sendAll(), receiveAll()]);\n" +
      "    return answer;\n" +
      "where receiveAll() reads into answer.subarray(received) until received " +
      "is answer.length, and throws if a read gives null.",
    ],
    read: "Both directions at once",
    check: checkExchange,
  }),
];
