/** The exercises of lesson 13. */
import { type Exercise, exercise } from "../../lib/workbook/kit/mod.ts";
import { checkAsk } from "./checks/ask.ts";
import { checkSendMessage } from "./checks/send_message.ts";
import * as solution from "./solution.ts";

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  exercise({
    id: "13.1",
    title: "Ask one server, accept its answer only",
    passed:
      "It compares the whole address, so nobody else can answer for the server.",
    real: "lib/net/udp.ts",
    solution: solution.ask,
    hints: [
      "Anyone who knows your port can send to it, even before you've asked. What " +
      "comes with each message that tells you who sent it?",
      "Send once. Then receive in a loop, until a message has the server's " +
      "address. An address is an object, and each message brings a new one: " +
      "compare its properties.",
      "Almost the code:\n" +
      "    await socket.send(question, server);\n" +
      "    while (true) {\n" +
      "      const [message, from] = await socket.receive();\n" +
      "      if (/* the hostname and the port of `from` are the server's */) {\n" +
      "        return message;\n" +
      "      }\n" +
      "    }",
    ],
    read: "Anybody can write to you",
    check: checkAsk,
  }),
  exercise({
    id: "13.2",
    title: "All or nothing",
    passed: "It refuses what no datagram can carry, before it sends anything.",
    real: "lib/net/udp.ts",
    solution: solution.sendMessage,
    hints: [
      "65,535 is the largest number that fits into the length field. What does " +
      "that length include, besides your bytes?",
      "Compare first, and throw before you send anything. There's nothing to " +
      "loop over: one send() is one datagram, and sends all of it or fails.",
      "Almost the code:\n" +
      "    if (message.length > 65_507) {\n" +
      "      throw new RangeError(/* with message.length and 65507 in it */);\n" +
      "    }\n" +
      "    await socket.send(message, to);",
    ],
    read: "How long a message may be",
    check: checkSendMessage,
  }),
];
