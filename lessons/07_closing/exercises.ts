/** The exercises of lesson 7. */
import { type Exercise, exercise } from "../../lib/workbook/kit/mod.ts";
import { checkAskAndHear } from "./checks/ask_and_hear.ts";
import { checkCloseGracefully } from "./checks/close_gracefully.ts";
import * as solution from "./solution.ts";
import type { AskAndHear, CloseGracefully } from "./types.ts";

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  exercise<AskAndHear>({
    id: "7.1",
    title: "Ask, half-close, and read the answer",
    passed:
      "closeWrite() ends your direction and leaves the other one open for the answer.",
    real: "lib/net/read.ts",
    solution: solution.askAndHear,
    hints: [
      "The server reads until read() returns null. Which of your calls makes " +
      "that happen, and still lets you read?",
      "Do three things, one after the other: write until everything is written, " +
      "close your write side, and read until null, keeping a copy of each piece.",
      "Most of the code:\n" +
      "    // after the loop that writes\n" +
      "    await conn.closeWrite();\n" +
      "    // and then, in a loop\n" +
      "    const count = await conn.read(buffer);\n" +
      "    if (count === null) break;\n" +
      "    pieces.push(buffer.slice(0, count));",
    ],
    read: "Each direction has its own end",
    check: checkAskAndHear,
  }),
  exercise<CloseGracefully>({
    id: "7.2",
    title: "Close without losing anything",
    passed:
      "It ends its direction, drains the input, and gives up at the deadline, so no RST destroys what you wrote.",
    real: "lib/net/close_gracefully.ts",
    solution: solution.closeGracefully,
    hints: [
      "What do you have to read before close(), so that the kernel doesn't send " +
      "an RST? And how can you end a read() that's waiting for a silent peer?",
      "Set a timer that closes the connection: a waiting read() then throws " +
      "Interrupted. Close your write side, read until null, and catch any error. " +
      "In `finally`, clear the timer and close the connection, unless it's " +
      "already closed.",
      "Most of the code:\n" +
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
    read: "Closing gracefully",
    check: checkCloseGracefully,
  }),
];
