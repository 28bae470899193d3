/** The exercises of lesson 7, and how an answer to each is checked. */
import { type Exercise, exercise } from "../../lib/workbook/kit/mod.ts";
import { checkAskAndHear } from "./checks/ask_and_hear.ts";
import { checkCloseGracefully } from "./checks/close_gracefully.ts";
import * as solution from "./solution.ts";
import type { AskAndHear, CloseGracefully } from "./types.ts";

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  exercise<AskAndHear>({
    id: "7.1",
    title: "Ask, close your side, and read the answer",
    passed:
      "closeWrite() ends your side and leaves the other one open for the answer.",
    real: "lib/net/read.ts",
    solution: solution.askAndHear,
    hints: [
      "The server reads until it gets null. Which of your calls gives it that, " +
      "and still lets you read?",
      "Three parts, one after the other: write until everything is written; " +
      "close your side; read until null, and keep a copy of each piece.",
      "Almost the code:\n" +
      "    // after the loop that writes\n" +
      "    await conn.closeWrite();\n" +
      "    // and then, in a loop\n" +
      "    const count = await conn.read(buffer);\n" +
      "    if (count === null) break;\n" +
      "    pieces.push(buffer.slice(0, count));",
    ],
    read: "Two streams, two ends",
    check: checkAskAndHear,
  }),
  exercise<CloseGracefully>({
    id: "7.2",
    title: "Close without losing anything",
    passed:
      "It ends its side, drains the input, and gives up at the deadline, so nothing is lost to an RST.",
    real: "lib/net/close_gracefully.ts",
    solution: solution.closeGracefully,
    hints: [
      "What must you read before close(), so that the system sends no RST? And " +
      "what can end a read() that waits for a silent peer?",
      "Set a timer that closes the connection: a read() that's waiting then " +
      "throws Interrupted. Close your side, read until null, and catch whatever " +
      "is thrown. In `finally`, clear the timer, and close unless that's done.",
      "Almost the code:\n" +
      "    const timer = setTimeout(() => conn[Symbol.dispose](), graceMs);\n" +
      "    try {\n" +
      "      await conn.closeWrite();\n" +
      "      while (await conn.read(buffer) !== null);\n" +
      "    } catch {\n" +
      "      // the peer is gone, or the time is up: close\n" +
      "    } finally {\n" +
      "      clearTimeout(timer);\n" +
      "      conn[Symbol.dispose](); // may run twice\n" +
      "    }",
    ],
    read: "To hang up politely",
    check: checkCloseGracefully,
  }),
];
