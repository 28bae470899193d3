/** The exercises of lesson 19. */
import { type Exercise, exercise } from "../../lib/workbook/kit/mod.ts";
import { checkAskLocal } from "./checks/ask_local.ts";
import { checkChoose } from "./checks/choose.ts";
import * as solution from "./solution.ts";
import type { AskLocal, Choose } from "./types.ts";

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  exercise<AskLocal>({
    id: "19.1",
    title: "Ask over a Unix datagram socket",
    passed:
      "The server can answer you, and your path is gone however the call " +
      "ends.",
    real: "lib/net/unix_datagram.ts",
    solution: solution.askLocal,
    hints: [
      "The server answers to the address that the question came from. Where " +
      "does a Unix datagram socket get its address, and what removes that " +
      "file?",
      "Open the socket at its own path, and put everything else into a try " +
      "block that closes and removes in `finally`. Write the conversation as " +
      "one async function: send, then receive until the sender is the server. " +
      "Race it against a promise that a timer rejects.",
      "Most of the code:\n" +
      "    const path = `${server}.me`;\n" +
      "    const socket = Deno.listenDatagram({\n" +
      '      transport: "unixpacket",\n' +
      "      path,\n" +
      "    });\n" +
      "    try {\n" +
      "      return await Promise.race([talk(socket), late.promise]);\n" +
      "    } finally {\n" +
      "      clearTimeout(timer);\n" +
      "      socket.close();\n" +
      "      Deno.removeSync(path);\n" +
      "    }\n" +
      "where talk() sends, and returns the first message whose sender has the " +
      "path `server`.",
    ],
    read: "A path for each socket",
    check: checkAskLocal,
  }),
  exercise<Choose>({
    id: "19.2",
    pure: true,
    title: "Choose a socket",
    passed: "It chooses by what may get lost, what may wait, and which " +
      "machines have to reach it.",
    solution: solution.choose,
    hints: [
      "Which of the five properties excludes the most kinds? Which two can " +
      "contradict each other, and which of them wins?",
      "Write the five rules as five returns, in order. After each return, you " +
      "know that its condition was false, so don't test it again.",
      "Most of the code:\n" +
      "    if (need.latencyBeatsLoss && !need.everyByteMatters) return …;\n" +
      "    if (need.sameMachine) {\n" +
      "      return need.messagesStayWhole || need.manyReceivers ? … : …;\n" +
      "    }\n" +
      "    if (need.manyReceivers && !need.everyByteMatters) return …;\n" +
      "    return …;",
    ],
    read: "Which to take",
    check: checkChoose,
  }),
];
