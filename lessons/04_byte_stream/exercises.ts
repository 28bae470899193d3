/** The exercises of lesson 4. */
import { type Exercise, exercise } from "../../lib/workbook/kit/mod.ts";
import { checkReadExact } from "./checks/read_exact.ts";
import { checkWriteAll } from "./checks/write_all.ts";
import * as solution from "./solution.ts";
import type { ReadExact, WriteAll } from "./types.ts";

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  exercise<ReadExact>({
    id: "4.1",
    title: "Read exactly as many bytes as you need",
    passed:
      "It asks for no more than it still needs, so what follows stays in the socket.",
    real: "lib/net/read.ts",
    solution: solution.readExact,
    hints: [
      "One read() returns whatever has arrived so far. How do you know when you " +
      "have all `size` bytes, and how many may the next read() take at most?",
      "Make an array of `size` bytes and count how many are filled. While some " +
      "are missing, read into the part that's still free: " +
      "`data.subarray(filled)` is a view of just that part. If read() returns " +
      "`null` before the array is full, throw.",
      "Most of the code:\n" +
      "    const data = new Uint8Array(size);\n" +
      "    let filled = 0;\n" +
      "    while (filled < size) {\n" +
      "      const count = await conn.read(data.subarray(filled));\n" +
      "      if (count === null) throw new Deno.errors.UnexpectedEof();\n" +
      "      filled += count;\n" +
      "    }\n" +
      "    return data;",
    ],
    read: "Read until you have enough",
    check: checkReadExact,
  }),
  exercise<WriteAll>({
    id: "4.2",
    title: "Write until every byte is taken",
    passed: "It starts each write where the last one stopped.",
    real: "lib/net/write.ts",
    solution: solution.writeAll,
    hints: [
      "A write() of 10 bytes returned 4. Which bytes do you still have to " +
      "write, and how do you know when you're done?",
      "Count the bytes taken so far. While some are left, offer the rest of " +
      "`data`, which is `data.subarray(written)`. Await each write(): only " +
      "then do you know where the next one begins.",
      "Most of the code:\n" +
      "    let written = 0;\n" +
      "    while (written < data.length) {\n" +
      "      written += await conn.write(data.subarray(written));\n" +
      "    }",
    ],
    read: "Write until everything is taken",
    check: checkWriteAll,
  }),
];
