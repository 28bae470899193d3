/** The exercise of lesson 9. */
import { type Exercise, exercise } from "../../lib/workbook/kit/mod.ts";
import { checkChatRoom } from "./checks/chat_room.ts";
import * as solution from "./solution.ts";
import type { ChatRoomClass } from "./types.ts";

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  exercise<ChatRoomClass>({
    id: "9.1",
    title: "A room for many",
    passed:
      "Each member has a send queue with a limit, so a slow one delays nobody.",
    real: "lib/net/send_queue.ts",
    solution: solution.ChatRoom,
    hints: [
      "Ann's line goes to bob and to dot, but dot doesn't read. Which of your " +
      "`await`s makes bob wait for dot?",
      "Give each member a queue, and a loop that writes what's in the queue. " +
      "Passing on a line means pushing it to every other queue, which takes no " +
      "time. Count the bytes that are unsent. When there are too many, take " +
      "the member out and close its connection, which ends its read, too.",
      "Nearly the code:\n" +
      "    #send(member: Member, line: Uint8Array): void {\n" +
      "      member.unsentBytes += line.length;\n" +
      "      if (member.unsentBytes > MAX) return this.#drop(member);\n" +
      "      member.queue.push(line);\n" +
      "      if (!member.isWriting) this.#writeQueue(member);\n" +
      "    }\n" +
      "#writeQueue() writes line after line until the queue is empty, subtracts " +
      "what was written from unsentBytes, and drops the member if a write " +
      "fails. join() reads lines, sends each to all others, and drops its " +
      "member at the end, whatever that end was.",
    ],
    read: "A line to all others",
    check: checkChatRoom,
  }),
];
