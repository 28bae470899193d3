/** Wrong answers to the exercises of lesson 23, and the diagnosis of each. */
import { closeGracefully } from "../../../lib/net/mod.ts";
import { CloseError } from "../../../lessons/23_websocket_by_hand/close_error.ts";
import {
  acceptUpgrade,
  encodeFrame,
  FrameReader,
  ServerSocket,
} from "../../../lessons/23_websocket_by_hand/solution.ts";
import type {
  DataMessage,
  FrameOptions,
  MessageReader,
  SocketOptions,
  UpgradeRequest,
} from "../../../lessons/23_websocket_by_hand/types.ts";
import type { WrongAnswers } from "../gates.ts";

// The lines where the solution decides.
const ACCEPT = "hash.toBase64()";
const KEY_TEST = "/^[A-Za-z0-9+/]{22}==$/.test(key)";
const UNMASK = "payload[i] = byte ^ mask[i % 4]";
const MORE = "this.#rest = this.#buffer.slice(0, count);";
const CONTROL = "if (opcode >= CLOSE) return controlMessage(opcode, payload);";
const END = "await this.#queue.close({ graceMs: this.#graceMs });";
const TIMER =
  "this.#timer = setTimeout(() => this.#queue.drop(), this.#graceMs);";

export const wrongAnswers: WrongAnswers = {
  "23.1": [
    {
      name: "doesn't append the GUID",
      replace: ["key + GUID", "key"],
      diagnosis: /Hash the key, as text.*followed by 258EAFA5/,
    },
    {
      name: "decodes the key before it hashes it",
      replace: ["key + GUID", "atob(key) + GUID"],
      diagnosis: /Don't decode the key/,
    },
    {
      name: "returns hexadecimal digits",
      replace: [ACCEPT, "hash.toHex()"],
      diagnosis: /These are hexadecimal digits/,
    },
    {
      name: "encodes the hexadecimal digits in base64",
      replace: [ACCEPT, "btoa(hash.toHex())"],
      diagnosis: /the base64 of hexadecimal digits/,
    },
    {
      name: "returns the accept key of the RFC's example",
      replace: [ACCEPT, '"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="'],
      diagnosis: /Hash the key/,
    },
    {
      name: "leaves the accept key out",
      replace: [`"Sec-WebSocket-Accept": ${ACCEPT}`, ""],
      diagnosis: /`Sec-WebSocket-Accept` is missing/,
    },
    {
      name: "treats names as case-sensitive",
      replace: [
        "name.toLowerCase() === wanted",
        "name.toLowerCase() === wanted && name[0] < 'a'",
      ],
      diagnosis: /Names of fields are case-insensitive/,
    },
    {
      name: "rejects Connection: keep-alive, Upgrade",
      replace: [
        '!listOf(request, "connection").includes("upgrade")',
        'valueOf(request, "connection").toLowerCase() !== "upgrade"',
      ],
      diagnosis: /`Connection` is a list.*Firefox sends/,
    },
    {
      name: "looks for upgrade anywhere in Connection",
      replace: [
        'listOf(request, "connection").includes("upgrade")',
        'valueOf(request, "connection").toLowerCase().includes("upgrade")',
      ],
      diagnosis: /each with the whole word/,
    },
    {
      name: "doesn't trim the words of a list",
      replace: [".map((word) => word.trim())", ""],
      diagnosis: /trim the spaces/,
    },
    {
      name: "treats values as case-sensitive",
      replace: ['.toLowerCase().split(",")', '.split(",")'],
      diagnosis: /are case-insensitive/,
    },
    {
      name: "takes only the first field of a name",
      replace: ['.map(([, value]) => value).join(", ")', '[0]?.[1] ?? ""'],
      diagnosis: /Fields with the same name are one list/,
    },
    {
      name: "accepts any version",
      replace: ['version !== "13"', "false"],
      diagnosis: /You speak version 13 and no other/,
    },
    {
      name: "accepts what parseInt() takes for 13",
      replace: ['version !== "13"', "parseInt(version) !== 13"],
      diagnosis: /Compare the whole value/,
    },
    {
      name: "answers 400 for a plain request",
      attempt: async (request: UpgradeRequest) => {
        const answer = await acceptUpgrade(request);
        return answer.status === 426 ? { status: 400, headers: {} } : answer;
      },
      diagnosis: /so the answer is 426/,
    },
    {
      name: "doesn't say which version it speaks",
      attempt: async (request: UpgradeRequest) => {
        const answer = await acceptUpgrade(request);
        if (answer.status !== 426) return answer;
        return {
          status: 426,
          headers: { Upgrade: "websocket", Connection: "Upgrade" },
        };
      },
      diagnosis: /the answer is 426/,
    },
    {
      name: "accepts any method",
      replace: ['request.method !== "GET"', "false"],
      diagnosis: /A WebSocket begins with GET/,
    },
    {
      name: "accepts get",
      replace: [
        'request.method !== "GET"',
        'request.method.toUpperCase() !== "GET"',
      ],
      diagnosis: /methods are case-sensitive/,
    },
    {
      name: "looks at the method last",
      attempt: async (request: UpgradeRequest) => {
        const answer = await acceptUpgrade({ ...request, method: "GET" });
        return answer.status === 101 ? await acceptUpgrade(request) : answer;
      },
      diagnosis: /the first one is the answer: 405/,
    },
    {
      name: "accepts any key",
      replace: [`!${KEY_TEST}`, "false"],
      diagnosis: /The key is 16 bytes in base64/,
    },
    {
      name: "decodes the key with atob() to test it",
      replace: [`!${KEY_TEST}`, "length16(key) === false"],
      diagnosis: /The key is 16 bytes in base64|is not defined/,
    },
    {
      name: "looks for a key anywhere in the value",
      replace: [KEY_TEST, "/[A-Za-z0-9+/]{22}==/.test(key)"],
      diagnosis: /Test all of it with a regular expression/,
    },
    {
      name: "accepts a key of 17 bytes",
      replace: [KEY_TEST, "/^[A-Za-z0-9+/]{22,23}==?$/.test(key)"],
      diagnosis: /The key is 16 bytes in base64/,
    },
    {
      name: "promises the extension that the client offers",
      attempt: async (request: UpgradeRequest) => {
        const answer = await acceptUpgrade(request);
        const offered = request.headers.find(([name]) =>
          /extensions$/i.test(name)
        );
        if (offered === undefined) return answer;
        return {
          ...answer,
          headers: { ...answer.headers, [offered[0]]: offered[1] },
        };
      },
      diagnosis: /The client only offers these/,
    },
    {
      name: "throws for a request without a key",
      attempt: (request: UpgradeRequest) => {
        const key = request.headers.find(([name]) => /-key$/i.test(name));
        if (key === undefined) throw new TypeError("no key");
        return acceptUpgrade(request);
      },
      diagnosis: /must not end the server/,
    },
    {
      name: "returns only the status",
      attempt: async (request: UpgradeRequest) =>
        (await acceptUpgrade(request)).status,
      diagnosis: /Return an object with `status`/,
    },
  ],
  "23.2": [
    {
      name: "counts a message from 0 again after a ping",
      replace: [
        CONTROL,
        `if (opcode >= CLOSE) this.#size = 0;
      ${CONTROL}`,
      ],
      diagnosis: /go on counting where you were/,
    },
    {
      name: "assumes that the header arrives whole",
      attempt: class extends FrameReader {
        constructor(conn: Deno.Conn, options = {}) {
          let isFirst = true;
          const whole = {
            async read(buffer: Uint8Array) {
              const count = await conn.read(buffer);
              if (isFirst && count === 1) throw new CloseError(1002);
              isFirst = false;
              return count;
            },
          };
          super(whole as Deno.Conn, options);
        }
      },
      diagnosis: /A read may end anywhere/,
    },
    {
      name: "doesn't unmask",
      replace: [UNMASK, "payload[i] = byte"],
      diagnosis: /`masked\[i\] \^ mask\[i % 4\]`/,
    },
    {
      name: "unmasks with the first byte of the key",
      replace: [UNMASK, "payload[i] = byte ^ mask[0]"],
      diagnosis: /`masked\[i\] \^ mask\[i % 4\]`/,
    },
    {
      name: "lets the mask begin again with each read",
      replace: [
        "const payload = await this.#take(size);",
        `const payload = new Uint8Array(size);
        for (let at = 0; at < size;) {
          if (this.#rest.length === 0 && !await this.#readMore()) {
            throw new Deno.errors.UnexpectedEof();
          }
          const part = this.#rest.subarray(0, size - at);
          this.#rest = this.#rest.subarray(part.length);
          // The next line XORs once more.
          part.forEach((byte, i) =>
            payload[at + i] = byte ^ mask[i % 4] ^ mask[(at + i) % 4]
          );
          at += part.length;
        }`,
      ],
      diagnosis:
        /continue the mask where you left off|even if several reads returned it/,
    },
    {
      name: "throws away what follows a frame",
      replace: [
        "const mask = await this.#take(4);",
        "const mask = await this.#take(4); if (this.#rest.length > size) this.#rest = this.#rest.subarray(0, size);",
      ],
      diagnosis: /What you read after the end of a frame is the next one/,
    },
    {
      name: "reads one read for each piece",
      replace: [MORE, `${MORE} if (count < 2) throw new CloseError(1002);`],
      diagnosis: /A read may end anywhere/,
    },
    {
      name: "truncates a 64-bit length to 32 bits",
      replace: ["Number(view.getBigUint64(0))", "view.getUint32(4)"],
      diagnosis: /the upper four count, too/,
    },
    {
      name: "reads the length in little-endian",
      replace: ["view.getUint16(0)", "view.getUint16(0, true)"],
      diagnosis: /in big-endian/,
    },
    {
      name: "accepts a longer form of a length",
      replace: ["size < least || size >= 2 ** 63", "size >= 2 ** 63"],
      diagnosis: /only the shortest is valid/,
    },
    {
      name: "rejects 65536 bytes",
      replace: ["126 : 65536", "126 : 65537"],
      diagnosis: /if they're 127, in the next eight/,
    },
    {
      name: "accepts a frame without a mask",
      replace: ["(second & 0x80) === 0", "false"],
      diagnosis: /A client must mask every frame/,
    },
    {
      name: "ignores the RSV bits",
      replace: ["(first & 0x70) !== 0", "false"],
      diagnosis: /RSV1, RSV2, and RSV3/,
    },
    {
      name: "tests only RSV1",
      replace: ["(first & 0x70) !== 0", "(first & 0x40) !== 0"],
      diagnosis: /Test all three bits/,
    },
    {
      name: "accepts unknown opcodes",
      replace: ["!OPCODES.includes(opcode)", "false"],
      diagnosis: /Nobody knows what this opcode means/,
    },
    {
      name: "lets a control frame end a message",
      replace: [
        CONTROL,
        `if (opcode >= CLOSE) {
        const message = this.#opcode === null ? null : this.#takeMessage();
        return message ?? controlMessage(opcode, payload);
      }`,
      ],
      diagnosis: /Control frames may come between the fragments/,
    },
    {
      name: "forgets the fragments at a control frame",
      replace: [
        CONTROL,
        `if (opcode >= CLOSE) {
        this.#fragments = [];
        return controlMessage(opcode, payload);
      }`,
      ],
      diagnosis: /keep the fragments for the next call/,
    },
    {
      name: "returns a control frame after the message",
      attempt: class {
        #reader: MessageReader;
        #held: unknown[] = [];
        constructor(conn: Deno.Conn, options = {}) {
          this.#reader = new FrameReader(conn, options);
        }
        async readMessage(): Promise<unknown> {
          const held = this.#held.shift();
          if (held !== undefined) return held;
          const message = await this.#reader.readMessage();
          if (message?.kind !== "ping") return message;
          this.#held.push(message);
          return await this.#reader.readMessage() ?? this.#held.shift();
        }
      },
      diagnosis: /as soon as it's complete, in its turn/,
    },
    {
      name: "ignores FIN",
      replace: [
        "if (fin) return this.#takeMessage();",
        "return this.#takeMessage();",
      ],
      diagnosis: /A frame with FIN 0 isn't the whole message/,
    },
    {
      name: "keeps the opcode of the first message",
      replace: [
        "this.#opcode ??= opcode;",
        "this.#opcode ??= this.#buffer.kind ??= opcode;",
      ],
      diagnosis: /when the message is complete, forget that/,
    },
    {
      name: "decodes each fragment",
      replace: [
        "if (size > 0) this.#fragments.push(payload);",
        `if (this.#opcode === TEXT) decode(payload);
        if (size > 0) this.#fragments.push(payload);`,
      ],
      diagnosis: /Decode a text when all its fragments are there/,
    },
    {
      name: "drops a byte order mark",
      replace: ["fatal: true, ignoreBOM: true", "fatal: true"],
      diagnosis: /pass ignoreBOM: true/,
    },
    {
      name: "accepts a text that isn't UTF-8",
      replace: ["fatal: true, ", ""],
      diagnosis: /which throws instead of writing �/,
    },
    {
      name: "throws 1002 for a text that isn't UTF-8",
      replace: ["CloseError(1007", "CloseError(1002"],
      diagnosis: /The code that's due is in a CloseError with 1007/,
    },
    {
      name: "throws TypeError for a text that isn't UTF-8",
      replace: [
        'throw new CloseError(1007, "not UTF-8")',
        'throw new TypeError("not UTF-8")',
      ],
      diagnosis: /Throw a CloseError with the close code/,
    },
    {
      name: "accepts a control frame in fragments",
      replace: ["isControl && !fin", "false"],
      diagnosis: /A control frame must not be fragmented/,
    },
    {
      name: "accepts a long control frame",
      replace: ["isControl && short > 125", "false"],
      diagnosis: /A control frame has at most 125 bytes/,
    },
    {
      name: "waits for a long control frame's length",
      replace: [
        "if (isControl && short > 125)",
        "if (isControl && short > 125) await this.#take(8);\nif (isControl && short > 125)",
      ],
      diagnosis: /don't wait for more/,
    },
    {
      name: "accepts a continuation of nothing",
      replace: [
        "(opcode === 0) === (this.#opcode === null)",
        "opcode !== 0 && this.#opcode !== null",
      ],
      diagnosis: /Remember whether a message is under way/,
    },
    {
      name: "accepts a new message inside another one",
      replace: [
        "(opcode === 0) === (this.#opcode === null)",
        "opcode === 0 && this.#opcode === null",
      ],
      diagnosis: /Remember whether a message is under way/,
    },
    {
      name: "has no limit",
      replace: ["this.#size + size > this.#maxBytes", "false"],
      diagnosis: /Compare the size with the limit as soon as you know it/,
    },
    {
      name: "limits each fragment by itself",
      replace: ["this.#size + size > this.#maxBytes", "size > this.#maxBytes"],
      diagnosis: /all fragments together/,
    },
    {
      name: "limits control frames, too",
      replace: ["!isControl && this.#size + size", "this.#size + size"],
      diagnosis: /without control frames between them/,
    },
    {
      name: "counts all messages of the connection together",
      replace: [
        "this.#fragments = [];\n    this.#size = 0;",
        "this.#fragments = [];",
      ],
      diagnosis: /Start counting again with each message/,
    },
    {
      name: "is off by one at the limit",
      replace: ["size > this.#maxBytes", "size >= this.#maxBytes"],
      diagnosis: /A message of just that size is allowed/,
    },
    {
      name: "compares with the limit when the payload is there",
      attempt: class {
        #reader: MessageReader;
        #maxBytes: number;
        constructor(conn: Deno.Conn, { maxBytes = 1048576 } = {}) {
          this.#reader = new FrameReader(conn, { maxBytes: Infinity });
          this.#maxBytes = maxBytes;
        }
        async readMessage() {
          const message = await this.#reader.readMessage();
          const data = message?.kind === "text"
            ? new TextEncoder().encode(message.text)
            : message?.kind === "binary"
            ? message.data
            : new Uint8Array();
          if (data.length > this.#maxBytes) throw new CloseError(1009);
          return message;
        }
      },
      diagnosis: /before you wait for the payload/,
    },
    {
      name: "returns code 1000 for a Close frame without a code",
      replace: ["code: 1005", "code: 1000"],
      diagnosis: /With no payload, the code is 1005/,
    },
    {
      name: "accepts a Close frame of one byte",
      replace: ["data.length === 0", "data.length < 2"],
      diagnosis: /A close code has two bytes/,
    },
    {
      name: "accepts any close code",
      replace: ["if (!isValid)", "if (false)"],
      diagnosis: /This close code is reserved/,
    },
    {
      name: "accepts 1006",
      replace: ["code <= 1003 ||", "code <= 1003 || code === 1006 ||"],
      diagnosis: /never sent/,
    },
    {
      name: "reads the close code in little-endian",
      replace: ["data[0] << 8 | data[1]", "data[1] << 8 | data[0]"],
      diagnosis: /the code in two bytes/,
    },
    {
      name: "returns null for an end inside a frame",
      attempt: class extends FrameReader {
        override async readMessage() {
          try {
            return await super.readMessage();
          } catch (error) {
            if (error instanceof Deno.errors.UnexpectedEof) return null;
            throw error;
          }
        }
      },
      diagnosis: /something was lost/,
    },
    {
      name: "returns null for an end inside a message",
      replace: ["&& this.#opcode === null;", ";"],
      diagnosis: /its message isn't: its FIN was 0/,
    },
    {
      name: "takes a reset for a mistake of the client",
      attempt: class extends FrameReader {
        override async readMessage() {
          try {
            return await super.readMessage();
          } catch (error) {
            if (error instanceof Deno.errors.ConnectionReset) {
              throw new CloseError(1002);
            }
            throw error;
          }
        }
      },
      diagnosis: /Let the error of read\(\) pass/,
    },
    {
      name: "closes the connection at the end",
      attempt: class {
        #conn: Deno.Conn;
        #reader: MessageReader;
        constructor(conn: Deno.Conn, options = {}) {
          this.#conn = conn;
          this.#reader = new FrameReader(conn, options);
        }
        async readMessage() {
          const message = await this.#reader.readMessage();
          if (message === null) this.#conn.close();
          return message;
        }
      },
      diagnosis: /caller/,
    },
    {
      name: "returns views of a buffer that it uses again",
      attempt: class {
        #reader: MessageReader;
        #store = new Uint8Array(2 ** 20);
        constructor(conn: Deno.Conn, options = {}) {
          this.#reader = new FrameReader(conn, options);
        }
        async readMessage() {
          const message = await this.#reader.readMessage();
          if (message?.kind !== "ping" && message?.kind !== "binary") {
            this.#store.fill(0, 0, 10);
            return message;
          }
          this.#store.set(message.data);
          const data = this.#store.subarray(0, message.data.length);
          return { ...message, data };
        }
      },
      diagnosis: /You returned a view of a buffer/,
    },
  ],
  "23.3": [
    {
      name: "uses 126 for a payload of 125 bytes",
      replace: ["size < 126 ? 0", "size < 125 ? 0"],
      diagnosis: /Up to 125, the length fits in the seven bits/,
    },
    {
      name: "uses eight bytes for 65535",
      replace: ["size < 65536 ? 2", "size < 65535 ? 2"],
      diagnosis: /Up to 65535, the length fits in two bytes/,
    },
    {
      name: "uses two bytes for 65536",
      replace: ["size < 65536 ? 2", "size < 70000 ? 2"],
      diagnosis: /Two bytes count to 65535/,
    },
    {
      name: "writes the length in little-endian",
      replace: ["view.setUint16(2, size)", "view.setUint16(2, size, true)"],
      diagnosis: /that's little-endian/,
    },
    {
      name: "writes eight bytes in little-endian",
      replace: ["BigInt(size))", "BigInt(size), true)"],
      diagnosis: /that's little-endian/,
    },
    {
      name: "writes only four of the eight bytes",
      replace: [
        "view.setBigUint64(2, BigInt(size))",
        "view.setUint32(2, size)",
      ],
      diagnosis: /After 126 come two bytes of length, and after 127 eight/,
    },
    {
      name: "counts the length in characters",
      replace: ["const size = data.length;", "const size = payload.length;"],
      diagnosis:
        /text\.length counts UTF-16 units|make an argument of each byte/,
    },
    {
      name: "masks in place",
      attempt: (
        opcode: number,
        payload: Uint8Array | string,
        options: FrameOptions = {},
      ) => {
        const frame = encodeFrame(opcode, payload, options);
        const { mask } = options;
        if (mask && payload instanceof Uint8Array) {
          for (let i = 0; i < payload.length; i++) payload[i] ^= mask[i % 4];
        }
        return frame;
      },
      diagnosis: /argument/,
    },
    {
      name: "doesn't mask",
      replace: ["frame[start + i] ^= mask[i % 4]", "mask[i % 4]"],
      diagnosis: /the payload isn't masked/,
    },
    {
      name: "leaves the key out",
      replace: ["frame.set(mask, start - 4);", ""],
      diagnosis: /The masking key comes between the length and the payload/,
    },
    {
      name: "counts the mask from the start of the frame",
      replace: ["mask[i % 4]", "mask[(start + i) % 4]"],
      diagnosis: /where i counts from the start of the payload/,
    },
    {
      name: "doesn't set MASK",
      replace: ["frame[1] |= 0x80;", ""],
      diagnosis: /With a mask, the first bit of the second byte is 1/,
    },
    {
      name: "doesn't set FIN",
      replace: ["0x80 | opcode", "opcode"],
      diagnosis: /The first bit, FIN/,
    },
    {
      name: "allows long control frames",
      replace: ["opcode >= 0x8 && size > 125", "false"],
      diagnosis: /which have at most 125 bytes/,
    },
    {
      name: "counts the characters of a control frame",
      replace: [
        "opcode >= 0x8 && size > 125",
        "opcode >= 0x8 && payload.length > 125",
      ],
      diagnosis: /Count bytes, not characters/,
    },
    {
      name: "always masks",
      replace: [
        "const { mask } = options;",
        "const mask = options.mask ?? new Uint8Array(4);",
      ],
      diagnosis: /Without a mask, it's 0/,
    },
  ],
  "23.4": [
    {
      name: "answers twice",
      replace: [
        "this.#sendClose(code);\n        return { code, reason };",
        `this.#sendClose(code);
        this.#hasSentClose = false;
        this.#sendClose(code);
        return { code, reason };`,
      ],
      diagnosis: /A Close frame is the last one/,
    },
    {
      name: "starts a timer for a Close frame that isn't sent",
      replace: [
        "if (this.#hasSentClose) return;",
        "if (this.#hasSentClose) { setTimeout(() => {}, 60_000); return; }",
      ],
      diagnosis: /a timer is still running/,
    },
    {
      name: "answers a Close frame with one after its own close()",
      replace: [
        'if (message.kind === "close") {',
        'if (message.kind === "close") { this.#hasSentClose = false;',
      ],
      diagnosis: /A Close frame is the last one/,
    },
    {
      name: "sends data after its Close frame",
      replace: [
        "return !this.#hasSentClose &&\n      this.#queue.send",
        "return (opcode < 8 || !this.#hasSentClose) &&\n      this.#queue.send",
      ],
      diagnosis: /A Close frame is the last one|send\(\) must return false/,
    },
    {
      name: "answers a ping after its Close frame",
      replace: [
        "return !this.#hasSentClose &&\n      this.#queue.send",
        "return (opcode === 10 || !this.#hasSentClose) &&\n      this.#queue.send",
      ],
      diagnosis: /no message follows it, no pong/,
    },
    {
      name: "sends 1006 when the connection ends",
      replace: [
        'if (message === null) return { code: 1006, reason: "" };',
        'if (message === null) { this.#sendClose(1006); return { code: 1006, reason: "" }; }',
      ],
      diagnosis: /1005 and 1006 are never sent/,
    },
    {
      name: "sends 1005",
      replace: ["code === 1005 ? [] : ", ""],
      diagnosis: /1005 and 1006 are never sent/,
    },
    {
      name: "waits forever for the client's Close frame",
      replace: [TIMER, ""],
      diagnosis: /Start a timer in close\(\)/,
    },
    {
      name: "starts its timer again with each message",
      replace: [
        'if (message.kind === "ping")',
        'if (this.#hasSentClose) { clearTimeout(this.#timer); this.#timer = setTimeout(() => this.#queue.drop(), this.#graceMs); }\nif (message.kind === "ping")',
      ],
      diagnosis: /A timer that starts again with each message/,
    },
    {
      name: "has no default for graceMs",
      replace: ["options.graceMs ?? 1000", "options.graceMs"],
      diagnosis: /the client has 1000 ms for its Close frame/,
    },
    {
      name: "leaves its timer running",
      replace: ["clearTimeout(this.#timer);", ""],
      diagnosis: /a timer is still running/,
    },
    {
      name: "waits for the client to close TCP",
      replace: [
        END,
        "while (await this.#reader.readMessage().catch(() => null)); await this.#queue.close();",
      ],
      diagnosis: /If you wait for the client to do it first, you wait forever/,
    },
    {
      name: "closes TCP without reading on",
      replace: [END, "await this.#queue.flush(); this.#queue.drop();"],
      diagnosis: /close\(\) with unread input sends RST/,
    },
    {
      name: "doesn't end its side",
      replace: [END, "await this.#queue.flush();"],
      diagnosis: /closeGracefully\(conn\) closes your write side at once/,
    },
    {
      name: "leaves the connection open",
      attempt: class extends ServerSocket {
        constructor(
          conn: Deno.Conn,
          reader: MessageReader,
          options: SocketOptions,
        ) {
          const open = {
            read: (buffer: Uint8Array) => conn.read(buffer),
            write: (data: Uint8Array) => conn.write(data),
            closeWrite: () => conn.closeWrite(),
            close() {},
          };
          super(open as Deno.Conn, reader, options);
        }
      },
      diagnosis: /the connection is still open/,
    },
    {
      name: "closes TCP right after its own Close frame",
      replace: [TIMER, "this.#queue.close();"],
      diagnosis: /You closed the TCP connection too early/,
    },
    {
      name: "answers with code 1000, whatever the client's",
      replace: [
        "this.#sendClose(code);\n        return { code, reason };",
        "this.#sendClose(1000);\n        return { code, reason };",
      ],
      diagnosis: /a Close frame that has the same code/,
    },
    {
      name: "repeats the client's reason",
      replace: [
        "this.#sendClose(code);\n        return { code, reason };",
        "this.#sendClose(code, reason);\n        return { code, reason };",
      ],
      diagnosis: /the same code and no reason/,
    },
    {
      name: "doesn't answer a Close frame",
      replace: [
        "this.#sendClose(code);\n        return { code, reason };",
        "return { code, reason };",
      ],
      diagnosis: /Answer the client's Close/,
    },
    {
      name: "writes the code in little-endian",
      replace: ["[code >> 8, code & 0xff]", "[code & 0xff, code >> 8]"],
      diagnosis: /two bytes, in big-endian/,
    },
    {
      name: "ignores pings",
      replace: [
        'if (message.kind === "ping") this.#send(0xa, message.data);',
        'if (message.kind === "ping") continue;',
      ],
      diagnosis: /Answer each ping with a pong/,
    },
    {
      name: "answers a ping by an empty pong",
      replace: ["this.#send(0xa, message.data)", 'this.#send(0xa, "")'],
      diagnosis: /has the same data/,
    },
    {
      name: "answers pongs",
      replace: [
        'if (message.kind === "ping")',
        'if (message.kind === "ping" || message.kind === "pong")',
      ],
      diagnosis: /Don't answer pongs/,
    },
    {
      name: "passes pings on",
      replace: [
        'else if (message.kind !== "pong") {',
        'if (message.kind !== "pong") {',
      ],
      diagnosis: /onMessage doesn't get them/,
    },
    {
      name: "doesn't await onMessage",
      replace: ["await onMessage(message)", "onMessage(message)"],
      diagnosis: /Await what onMessage returns before you read on/,
    },
    {
      name: "sends everything as text",
      replace: ['typeof message === "string" ? 0x1 : 0x2', "0x1"],
      diagnosis: /Send bytes in a binary frame/,
    },
    {
      name: "masks its frames",
      replace: [
        "encodeFrame(opcode, payload)",
        "encodeFrame(opcode, payload, { mask: new Uint8Array(4) })",
      ],
      diagnosis: /A server doesn't mask its frames/,
    },
    {
      name: "doesn't tell the client what was wrong",
      replace: ["this.#sendClose(error.code);", ""],
      diagnosis: /Send a Close frame with that code/,
    },
    {
      name: "waits for a Close frame after a mistake of the client",
      replace: [
        "this.#sendClose(error.code);",
        "this.#sendClose(error.code); await new Promise(() => {});",
      ],
      diagnosis: /your side of the TCP connection to end/,
    },
    {
      name: "throws what the reader throws",
      replace: [
        'if (!(error instanceof CloseError)) return { code: 1006, reason: "" };',
        "if (!(error instanceof CloseError)) throw error;",
      ],
      diagnosis: /However the WebSocket ends, run\(\) resolves/,
    },
    {
      name: "returns the code that it sent",
      replace: [
        "this.#sendClose(code);\n        return { code, reason };",
        "this.#sendClose(code);\n        return { code: 1000, reason };",
      ],
      diagnosis: /run\(\) returns the code and the reason/,
    },
    {
      name: "writes without a queue",
      attempt: class {
        #conn: Deno.Conn;
        #reader: MessageReader;
        #hasSentClose = false;
        constructor(conn: Deno.Conn, reader: MessageReader) {
          this.#conn = conn;
          this.#reader = reader;
        }
        send(message: string | Uint8Array): boolean {
          return this.#send(typeof message === "string" ? 1 : 2, message);
        }
        close(code = 1000, reason = "") {
          const bytes = new TextEncoder().encode(reason);
          this.#send(8, Uint8Array.of(code >> 8, code & 0xff, ...bytes));
          this.#hasSentClose = true;
        }
        async run(onMessage: (message: DataMessage) => void) {
          while (true) {
            const message = await this.#reader.readMessage();
            if (message === null) return { code: 1006, reason: "" };
            if (message.kind === "text" || message.kind === "binary") {
              await onMessage(message);
            } else if (message.kind === "ping") {
              this.#send(10, message.data);
            } else if (message.kind === "close") {
              this.close(message.code);
              await closeGracefully(this.#conn);
              return { code: message.code, reason: message.reason };
            }
          }
        }
        #send(opcode: number, payload: string | Uint8Array): boolean {
          if (this.#hasSentClose) return false;
          const frame = encodeFrame(opcode, payload);
          (async () => {
            for (let at = 0; at < frame.length;) {
              at += await this.#conn.write(frame.subarray(at));
            }
          })().catch(() => {});
          return true;
        }
      },
      diagnosis: /frames mix/,
    },
    {
      name: "takes a grace period of 0 for none given",
      replace: ["options.graceMs ?? 1000", "options.graceMs || 1000"],
      diagnosis: /0 is a time like any other/,
    },
    {
      name: "says that it sends what doesn't fit into its queue",
      replace: [
        "this.#queue.send(encodeFrame(opcode, payload))",
        "(this.#queue.send(encodeFrame(opcode, payload)), true)",
      ],
      diagnosis: /true if the whole frame will be sent, and false if/,
    },
    {
      name: "sends a part of what doesn't fit into its queue",
      replace: [
        "this.#queue.send(encodeFrame(opcode, payload))",
        `(this.#queue.send(encodeFrame(opcode, payload)) ||
          (this.#queue.send(encodeFrame(opcode, payload).subarray(0, 1000)), false))`,
      ],
      diagnosis: /true if the whole frame will be sent|whole frames/,
    },
    {
      name: "cuts a long reason",
      replace: [
        "new TextEncoder().encode(reason)",
        "new TextEncoder().encode(reason).subarray(0, 123)",
      ],
      diagnosis: /for a reason of more than 123 bytes in UTF-8/,
    },
    {
      name: "counts a reason in characters",
      replace: [
        "    this.#sendClose(code, reason);\n    //",
        '    if (reason.length > 123) throw new RangeError("long");\n    this.#sendClose(code, reason.slice(0, 61));\n    //',
      ],
      diagnosis: /for a reason of more than 123 bytes in UTF-8/,
    },
    {
      name: "has closed even if the reason was too long",
      replace: [
        "    this.#sendClose(code, reason);\n    //",
        `    try {
      this.#sendClose(code, reason);
    } finally {
      this.#hasSentClose = true;
    }
    //`,
      ],
      diagnosis: /send\(\) must return true as before/,
    },
    {
      name: "starts the time again with a second close()",
      replace: [
        "if (this.#hasSentClose) return;",
        `if (this.#hasSentClose && this.#timer === undefined) return;
    clearTimeout(this.#timer);`,
      ],
      diagnosis: /doesn't start the time again/,
    },
    {
      name: "throws at once what onMessage throws",
      replace: ["this.#sendClose(1011);", ""],
      diagnosis: /send a Close frame with 1011/,
    },
    {
      name: "returns 1011 when onMessage fails",
      replace: [
        "this.#sendClose(1011);\n          throw error;",
        'this.#sendClose(1011);\n          return { code: 1011, reason: "" };',
      ],
      diagnosis: /throw the same error/,
    },
    {
      name: "takes a CloseError of onMessage for the reader's",
      replace: [
        "this.#sendClose(1011);\n          throw error;",
        `if (error instanceof CloseError) {
            this.#sendClose(error.code);
            return { code: error.code, reason: "" };
          }
          this.#sendClose(1011);
          throw error;`,
      ],
      diagnosis: /apart from what the reader throws/,
    },
    {
      name: "takes an error of onMessage for the end",
      replace: [
        "this.#sendClose(1011);\n          throw error;",
        'return { code: 1006, reason: "" };',
      ],
      diagnosis: /send a Close frame with 1011/,
    },
    {
      name: "doesn't close while onMessage is pending",
      attempt: class extends ServerSocket {
        #calls: Calls;
        constructor(
          conn: Deno.Conn,
          reader: MessageReader,
          options: SocketOptions,
        ) {
          const calls: Calls = { isPending: false };
          const patient = {
            read: (buffer: Uint8Array) => conn.read(buffer),
            write: (data: Uint8Array) => conn.write(data),
            closeWrite: () => conn.closeWrite(),
            close() {
              if (!calls.isPending) conn.close();
              else calls.afterward = () => conn.close();
            },
          };
          super(patient as Deno.Conn, reader, options);
          this.#calls = calls;
        }
        override run(onMessage: (message: DataMessage) => void) {
          return super.run(async (message) => {
            this.#calls.isPending = true;
            try {
              await onMessage(message);
            } finally {
              this.#calls.isPending = false;
              this.#calls.afterward?.();
            }
          });
        }
      },
      diagnosis: /run\(\) can't while it waits for onMessage/,
    },
    {
      name: "remembers in a variable outside the class that it has closed",
      attempt: sharingItsMemory(),
      diagnosis: /All objects share a variable outside the class/,
    },
  ],
};

function sharingItsMemory() {
  let hasClosed = false;
  return class extends ServerSocket {
    override send(message: string | Uint8Array): boolean {
      return !hasClosed && super.send(message);
    }
    override close(code?: number, reason?: string): void {
      hasClosed = true;
      super.close(code, reason);
    }
  };
}

/** Whether a call of `onMessage` is pending, and what to do after it. */
interface Calls {
  isPending: boolean;
  afterward?: () => void;
}
