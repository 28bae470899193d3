/** The exercises of lesson 23. */
import { type Exercise, exercise } from "../../lib/workbook/kit/mod.ts";
import { checkAcceptUpgrade } from "./checks/accept_upgrade.ts";
import { checkEncodeFrame } from "./checks/encode_frame.ts";
import { checkFrameReader } from "./checks/frame_reader.ts";
import { READ } from "./checks/headings.ts";
import { checkServerSocket } from "./checks/server_socket.ts";
import * as solution from "./solution.ts";
import type {
  AcceptUpgrade,
  EncodeFrame,
  FrameReaderClass,
  ServerSocketClass,
} from "./types.ts";

/** The exercises of the lesson, in order. */
export const exercises = [
  exercise<AcceptUpgrade>({
    id: "23.1",
    pure: true,
    title: "Accept an upgrade",
    passed:
      "It accepts what every browser sends, and rejects the rest with a reason.",
    real: "lib/wire/websocket/accept.ts",
    solution: solution.acceptUpgrade,
    hints: [
      "Firefox sends `Connection: keep-alive, Upgrade`, and Deno sends " +
      "`connection: Upgrade`. Which comparison accepts both, and rejects " +
      "`Connection: no-upgrade`?",
      "Write two helpers. `valueOf(name)` filters the pairs by their names in " +
      "lower case, and joins the values. `listOf(name)` splits that at the " +
      "commas, and trims and lowercases each word. Then it's four ifs. For the " +
      "hash: " +
      '`await crypto.subtle.digest("SHA-1", bytes)` returns an ArrayBuffer.',
      "Most of the code:\n" +
      '    const key = valueOf(request, "sec-websocket-key");\n' +
      "    if (!/^[A-Za-z0-9+/]{22}==$/.test(key)) return { status: 400, … };\n" +
      "    const bytes = new TextEncoder().encode(key + GUID);\n" +
      '    const hash = await crypto.subtle.digest("SHA-1", bytes);\n' +
      "    const accept = new Uint8Array(hash).toBase64();",
    ],
    read: READ.upgrade,
    check: checkAcceptUpgrade,
  }),
  exercise<FrameReaderClass>({
    id: "23.2",
    title: "Read messages",
    passed:
      "It puts messages together however the frames are split, and trusts no " +
      "length.",
    real: "lib/wire/websocket/parser.ts",
    solution: solution.FrameReader,
    hints: [
      "A read brought a ping, and the first nine bytes of a message. What " +
      "must this call return, and what must the object remember for the next " +
      "one? And what if the ping came between two fragments?",
      "Two private methods do most of it: `#take(size)` reads until it has " +
      "that many bytes and keeps the rest (20.1), and `#readHead()` takes one " +
      "byte, checks it, takes the next, checks it, and then the length. Three " +
      "fields hold the unfinished message: its opcode (or null), its " +
      "fragments, and their total size.",
      "Most of the code:\n" +
      "    while (true) {\n" +
      "      const { fin, opcode, size } = await this.#readHead();\n" +
      "      const mask = await this.#take(4);\n" +
      "      const payload = await this.#take(size);\n" +
      "      payload.forEach((byte, i) => payload[i] = byte ^ mask[i % 4]);\n" +
      "      if (opcode >= 8) return controlMessage(opcode, payload);\n" +
      "      this.#opcode ??= opcode;\n" +
      "      this.#fragments.push(payload);\n" +
      "      this.#size += size;\n" +
      "      if (fin) return this.#takeMessage(); // decode, and forget all three\n" +
      "    }",
    ],
    read: READ.frame,
    check: checkFrameReader,
  }),
  exercise<EncodeFrame>({
    id: "23.3",
    pure: true,
    title: "Write a frame",
    passed:
      "Every frame has its shortest length, and its payload is untouched.",
    real: "lib/wire/websocket/frame.ts",
    solution: solution.encodeFrame,
    hints: [
      "A payload has 125 bytes, and another one 126. How long are the two " +
      'frames? And how many bytes does the text "ö" have?',
      "Encode the text first, because you need its size. From that follow the " +
      "bytes of length (0, 2, or 8) and the place where the payload starts. Make " +
      "one array of the right size, and fill it with a DataView and set().",
      "Most of the code:\n" +
      "    const extra = size < 126 ? 0 : size < 65536 ? 2 : 8;\n" +
      "    const start = 2 + extra + (mask === undefined ? 0 : 4);\n" +
      "    const frame = new Uint8Array(start + size);\n" +
      "    const view = new DataView(frame.buffer);\n" +
      "    frame[0] = 0x80 | opcode;\n" +
      "    frame[1] = extra === 0 ? size : extra === 2 ? 126 : 127;\n" +
      "    if (extra === 8) view.setBigUint64(2, BigInt(size));\n" +
      "    frame.set(data, start); // and then XOR this copy with the mask",
    ],
    read: READ.frame,
    check: checkEncodeFrame,
  }),
  exercise<ServerSocketClass>({
    id: "23.4",
    title: "Close a WebSocket",
    passed: "It closes once, in the right order, whatever the client does.",
    solution: solution.ServerSocket,
    hints: [
      "A Close frame can arrive after you've sent one, or before. In both cases, " +
      "how many do you send? Which single field answers that, also for send() " +
      "and for pongs?",
      "Let all frames go through one private #send(), which does nothing once " +
      "a Close frame has been sent. A SendQueue writes them in order. run() " +
      "is a loop around reader.readMessage(), in a try that catches only what " +
      "the reader throws; what onMessage throws needs its own. After the loop: clear the timer, and `await " +
      "queue.close()`, which closes your write side, reads the rest, and " +
      "closes.",
      "Most of the code:\n" +
      '    close(code = 1000, reason = "") {\n' +
      "      if (this.#hasSentClose) return;\n" +
      "      this.#sendClose(code, reason);\n" +
      "      this.#timer = setTimeout(() => this.#queue.drop(), this.#graceMs);\n" +
      "    }\n" +
      "    // in run(), for each message:\n" +
      '    if (message.kind === "close") {\n' +
      "      this.#sendClose(message.code); // 1005: no payload\n" +
      "      return { code: message.code, reason: message.reason };\n" +
      "    }\n" +
      '    if (message.kind === "ping") this.#send(0xa, message.data);\n' +
      '    else if (message.kind !== "pong") await onMessage(message);',
    ],
    read: READ.closing,
    check: checkServerSocket,
  }),
] as Exercise<unknown>[];
