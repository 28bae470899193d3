/** The exercises of lesson 15. */
import { type Exercise, exercise } from "../../lib/workbook/kit/mod.ts";
import { checkCall } from "./checks/call.ts";
import { checkOnceOnly } from "./checks/once_only.ts";
import * as solution from "./solution.ts";
import type { Call, OnceOnlyClass } from "./types.ts";

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  exercise<Call>({
    id: "15.1",
    title: "Ask again, and recognize the answer",
    passed:
      "Each call has its own number, so a late answer can't pass for the " +
      "answer to the next question.",
    solution: solution.call,
    hints: [
      "An answer may arrive late, after you've asked something else. What must " +
      "it contain so that you notice, and where does the server get that from?",
      "Run two loops at once. One receives until it has the answer, and ignores " +
      "all other datagrams; start it once per call. The other one sends, waits " +
      "for the answer or the timer, whichever comes first, and sends again.",
      "Most of the code; receiveAnswer() is a loop around socket.receive():\n" +
      "    const answer = receiveAnswer(socket, server, number);\n" +
      "    answer.catch(() => {}); // After a timeout, nothing awaits it.\n" +
      "    for (let attempt = 1; attempt <= attempts; attempt++) {\n" +
      "      await socket.send(question, server);\n" +
      "      const late = Promise.withResolvers<null>();\n" +
      "      const timer = setTimeout(() => late.resolve(null), timeoutMs);\n" +
      "      const data = await Promise.race([answer, late.promise]);\n" +
      "      clearTimeout(timer);\n" +
      "      if (data !== null) return data;\n" +
      "    }\n" +
      "    throw new Deno.errors.TimedOut(…);",
    ],
    read: "Ask again",
    check: checkCall,
  }),
  exercise<OnceOnlyClass>({
    id: "15.2",
    pure: true,
    title: "Do nothing twice",
    passed: "A repeat gets the same answer, and the work is done only once.",
    solution: solution.OnceOnly,
    hints: [
      "How does a server recognize a repeat? (Two clients may both use number " +
      "7.) And what does a client need when it repeats its question?",
      "Keep a Map from sender and number, joined into one string, to the " +
      "answer, and look there first. A Map keeps its keys in insertion order, " +
      "so the first key is the oldest.",
      "Most of the code:\n" +
      "    const key = `${from.hostname} ${from.port} ${number}`;\n" +
      "    const known = this.#answers.get(key);\n" +
      "    if (known !== undefined) return known;\n" +
      "    const data = this.#perform(request.subarray(4));\n" +
      "    const answer = /* a new array: 4 bytes of the request, then data */;\n" +
      "    this.#answers.set(key, answer);\n" +
      "    if (this.#answers.size > this.#maxRemembered) {\n" +
      "      const [oldest] = this.#answers.keys();\n" +
      "      this.#answers.delete(oldest);\n" +
      "    }\n" +
      "    return answer;",
    ],
    read: "Answer once",
    check: checkOnceOnly,
  }),
];
