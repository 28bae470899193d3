/** The exercises of lesson 2. */
import { type Exercise, exercise } from "../../lib/workbook/kit/mod.ts";
import { checkFetchGreeting } from "./checks/fetch_greeting.ts";
import { checkGreetOnce } from "./checks/greet_once.ts";
import * as solution from "./solution.ts";
import type { FetchGreeting, GreetOnce } from "./types.ts";

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  exercise<GreetOnce>({
    id: "2.1",
    title: "Greet one client",
    passed:
      "It closes the client's socket and leaves the listening socket open for the next client.",
    real: "lib/net/write.ts",
    solution: solution.greetOnce,
    hints: [
      "There are two sockets: the one that listens, and the one that accept() " +
      "returns. Which one do you write to, and which one do you close?",
      "Accept a client, encode the text once, and write until all the bytes are " +
      "taken: write() returns how many it took. If you declare the new socket with " +
      "`using`, it's closed at the end of the block, even after an error.",
      "Most of the code:\n" +
      "    using conn = await listener.accept();\n" +
      "    const bytes = new TextEncoder().encode(greeting);\n" +
      "    let sent = 0;\n" +
      "    while (sent < bytes.length) {\n" +
      "      sent += await conn.write(bytes.subarray(sent));\n" +
      "    }",
    ],
    read: "Accept makes a new socket",
    check: checkGreetOnce,
  }),
  exercise<FetchGreeting>({
    id: "2.2",
    title: "Fetch a greeting",
    passed:
      "It reads until EOF and decodes once, so no character is cut in two.",
    real: "lib/net/read.ts",
    solution: solution.fetchGreeting,
    hints: [
      "How does a client know that the greeting is complete? Does it depend on " +
      "how much has arrived, or on something that read() returns?",
      "Read in a loop until read() returns `null`. Decode the new part of the " +
      "buffer each time, with the same TextDecoder and `stream: true`. Or keep " +
      "copies of the parts and decode them together at the end.",
      "Most of the code:\n" +
      "    using conn = await Deno.connect({ port });\n" +
      "    const count = await conn.read(buffer);\n" +
      "    if (count === null) return text + decoder.decode();\n" +
      "    const part = buffer.subarray(0, count);\n" +
      "    text += decoder.decode(part, { stream: true });",
    ],
    read: "Reading to the end",
    check: checkFetchGreeting,
  }),
];
