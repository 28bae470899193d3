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
    title: "Send back what arrives",
    passed:
      "It sends back exactly what each read returned, however little each write took.",
    real: "lib/net/write.ts",
    solution: solution.echo,
    hints: [
      "How does read() tell you how many bytes have arrived, and how does it " +
      "tell you that no more will arrive? Those are two different results.",
      "In a loop, read into a buffer. If read() returned `null`, return. " +
      "Otherwise, write the part of the buffer that's new. A write may take " +
      "only some of it, so that needs a loop, too.",
      "Most of the code:\n" +
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
      "The server echoes while you're still sending. Where do those bytes " +
      "wait until you read them, and what happens when that place is full?",
      "Write two loops, one that writes all of `data` and one that reads as many " +
      "bytes, and run them at the same time. You know how many bytes come " +
      "back, so you don't need the end of the stream to know that you're done.",
      "Most of the code:\n" +
      "    const answer = new Uint8Array(data.length);\n" +
      "    await Promise.all([sendAll(), receiveAll()]);\n" +
      "    return answer;\n" +
      "Here, receiveAll() reads into answer.subarray(received) until received " +
      "is answer.length, and throws if a read returns null.",
    ],
    read: "Both directions at once",
    check: checkExchange,
  }),
];
