/** The exercise of lesson 9. */
import { type Exercise, exercise } from "../../lib/workbook/kit/mod.ts";
import { checkChatRoom } from "./checks/chat_room.ts";
import * as solution from "./solution.ts";
import type { ChatRoomClass } from "./types.ts";

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  exercise<ChatRoomClass>({
    id: "9.1",
    title: "A chat room",
    passed:
      "Each member has a send queue with a limit, so a slow member delays " +
      "nobody.",
    real: "lib/net/send_queue.ts",
    solution: solution.ChatRoom,
    hints: [
      "ann's line goes to dot and to bob, but dot doesn't read. Which `await` " +
      "in your code makes bob wait for dot?",
      "Give each member a queue, and a loop that writes what's in the queue. To " +
      "pass on a line, push it to everyone else's queue: a push doesn't have to " +
      "wait. Count each member's unsent bytes. When there are too many, remove " +
      "the member and close its connection, which ends its read, too.",
      "Most of the code:\n" +
      "    #send(member: Member, line: Uint8Array): void {\n" +
      "      member.unsentBytes += line.length;\n" +
      "      if (member.unsentBytes > MAX) return this.#drop(member);\n" +
      "      member.queue.push(line);\n" +
      "      if (!member.isWriting) this.#writeQueue(member);\n" +
      "    }\n" +
      "#writeQueue() writes line after line until the queue is empty, subtracts " +
      "what each write took from unsentBytes, and drops the member if a write " +
      "fails. join() reads lines, sends each to everyone else, and drops its " +
      "member at the end, even if a read throws.",
    ],
    read: "A line to everyone else",
    check: checkChatRoom,
  }),
];
