/** The exercises of lesson 13. */
import { type Exercise, exercise } from "../../lib/workbook/kit/mod.ts";
import { checkAsk } from "./checks/ask.ts";
import { checkSendMessage } from "./checks/send_message.ts";
import * as solution from "./solution.ts";

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  exercise({
    id: "13.1",
    title: "Ask a server, and accept only its answer",
    passed:
      "It compares the whole address, so a stranger's message can't pass " +
      "for the answer.",
    real: "lib/net/udp.ts",
    solution: solution.ask,
    hints: [
      "Any program that knows your port can send to it, even before you've " +
      "asked. What does receive() return besides the message?",
      "Send once. Then receive in a loop, until a message comes from the " +
      "server's address. Each address is a new object, so compare its " +
      "properties.",
      "Most of the code:\n" +
      "    await socket.send(question, server);\n" +
      "    while (true) {\n" +
      "      const [message, from] = await socket.receive();\n" +
      "      if (/* the hostname and the port of `from` are the server's */) {\n" +
      "        return message;\n" +
      "      }\n" +
      "    }",
    ],
    read: "Anyone can send to your port",
    check: checkAsk,
  }),
  exercise({
    id: "13.2",
    title: "Send it whole, or not at all",
    passed: "It rejects a message that's too long before it sends anything.",
    real: "lib/net/udp.ts",
    solution: solution.sendMessage,
    hints: [
      "65,535 is the largest number that fits into the length field. What does " +
      "that length include, besides your bytes?",
      "Compare first, and throw before you send anything. There's nothing to " +
      "loop over: one send() is one datagram, and sends all of it or fails.",
      "Most of the code:\n" +
      "    if (message.length > 65_507) {\n" +
      "      throw new RangeError(/* with message.length and 65507 in it */);\n" +
      "    }\n" +
      "    await socket.send(message, to);",
    ],
    read: "How long a message can be",
    check: checkSendMessage,
  }),
];
