import { exercises } from "../../../lessons/23_websocket_by_hand/exercises.ts";
import { CloseError } from "../../../lessons/23_websocket_by_hand/close_error.ts";
import { ParserReader } from "../../../lessons/23_websocket_by_hand/reader.ts";
import { encodeFrame } from "../../../lessons/23_websocket_by_hand/solution.ts";
import type {
  AcceptUpgrade,
  CloseReason,
  DataMessage,
  EncodeFrame,
  FrameReaderClass,
  Message,
  MessageReader,
  ReaderOptions,
  ServerSocketClass,
  SocketOptions,
  UpgradeResponse,
} from "../../../lessons/23_websocket_by_hand/types.ts";
import { closeGracefully, writeAll } from "../../../lib/net/mod.ts";
import {
  encodeWebSocketFrame,
  webSocketAccept,
} from "../../../lib/wire/mod.ts";
import { createHash } from "node:crypto";
import { testAccepted, testExercises } from "../gates.ts";
import { wrongAnswers } from "./wrong_answers.ts";

testExercises("websocket_by_hand", exercises, wrongAnswers);

testAccepted<AcceptUpgrade>(exercises[0], {
  "uses Headers, and node:crypto": async (
    { method, headers },
  ): Promise<UpgradeResponse> => {
    if (method !== "GET") return { status: 405, headers: { allow: "GET" } };
    const all = new Headers(headers);
    const has = (name: string, word: string) =>
      new RegExp(`(^|,)[ \\t]*${word}[ \\t]*(,|$)`, "i")
        .test(all.get(name) ?? "");
    const isUpgrade = has("upgrade", "websocket") &&
      has("connection", "upgrade");
    if (!isUpgrade || all.get("sec-websocket-version") !== "13") {
      return {
        status: 426,
        headers: {
          upgrade: "WebSocket",
          connection: "upgrade",
          "sec-websocket-version": "13",
          "content-length": "0",
        },
      };
    }
    const key = all.get("sec-websocket-key") ?? "";
    if (!/^[+/\w]{22}==$/.test(key) || key.includes("_")) {
      return { status: 400, headers: { Connection: "close" } };
    }
    const hash = createHash("sha1");
    hash.update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
    return await Promise.resolve({
      status: 101,
      headers: {
        UPGRADE: "websocket",
        CONNECTION: "Upgrade",
        "SEC-WEBSOCKET-ACCEPT": hash.digest("base64"),
      },
    });
  },
  "reads the fields into a Map, and tells its version in every answer": async (
    { method, headers },
  ) => {
    const fields = new Map<string, string>();
    for (const [name, value] of headers) {
      const low = name.toLowerCase();
      const before = fields.get(low);
      fields.set(low, before === undefined ? value : `${before}, ${value}`);
    }
    const words = (name: string) =>
      (fields.get(name) ?? "").split(/[ \t]*,[ \t]*/)
        .map((word) => word.toLowerCase().trim());
    const version = { "Sec-WebSocket-Version": "13" };
    const upgrade = { Upgrade: "websocket", Connection: "Upgrade", ...version };
    if (method !== "GET") {
      return { status: 405, headers: { Allow: "GET", ...version } };
    }
    if (
      !words("upgrade").includes("websocket") ||
      !words("connection").includes("upgrade") ||
      fields.get("sec-websocket-version") !== "13"
    ) return { status: 426, headers: upgrade };
    const key = fields.get("sec-websocket-key") ?? "";
    if (!/^[A-Za-z0-9+/]{22}==$/.test(key)) {
      return { status: 400, headers: upgrade };
    }
    const accept = await webSocketAccept(key);
    return {
      status: 101,
      headers: { ...upgrade, "Sec-WebSocket-Accept": accept },
    };
  },
});

testAccepted<FrameReaderClass>(exercises[1], {
  "uses the parser of lib/wire": ParserReader,
  "throws an error of its own, with a code": class extends ParserReader {
    override async readMessage() {
      try {
        return await super.readMessage();
      } catch (error) {
        if (!(error instanceof CloseError)) throw error;
        throw Object.assign(new TypeError("no"), { code: error.code });
      }
    }
  },
  "reads byte by byte, and validates text as it comes": class {
    #bytes: AsyncGenerator<number>;
    #max: number;
    #opcode = 0;
    #data: number[] = [];
    #size = 0;
    constructor(conn: Deno.Conn, { maxBytes = 2 ** 20 }: ReaderOptions = {}) {
      this.#bytes = bytesOf(conn);
      this.#max = maxBytes;
    }
    async readMessage(): Promise<Message | null> {
      while (true) {
        const { value: first, done } = await this.#bytes.next();
        if (done) {
          if (this.#opcode !== 0) throw new Deno.errors.UnexpectedEof();
          return null;
        }
        const opcode = first % 16;
        const fin = first > 127;
        const bad = first & 0x70 || ![0, 1, 2, 8, 9, 10].includes(opcode) ||
          opcode > 7 && !fin ||
          opcode === 0 && this.#opcode === 0 ||
          (opcode === 1 || opcode === 2) && this.#opcode !== 0;
        if (bad) throw new CloseError(1002);
        const second = await this.#must();
        if (second < 128) throw new CloseError(1002);
        let size = second - 128;
        if (opcode > 7 && size > 125) throw new CloseError(1002);
        const extra = size === 126 ? 2 : size === 127 ? 8 : 0;
        if (extra) {
          size = 0;
          for (let i = 0; i < extra; i++) {
            size = size * 256 + await this.#must();
          }
          const isShort = size < (extra === 2 ? 126 : 65536);
          if (isShort || size >= 2 ** 63) throw new CloseError(1002);
        }
        if (opcode < 8 && (this.#size += size) > this.#max) {
          throw new CloseError(1009);
        }
        const mask = [];
        for (let i = 0; i < 4; i++) mask.push(await this.#must());
        const into: number[] = opcode > 7 ? [] : this.#data;
        for (let i = 0; i < size; i++) {
          into.push(await this.#must() ^ mask[i % 4]);
        }
        const data = Uint8Array.from(into);
        if (opcode === 9) return { kind: "ping", data };
        if (opcode === 10) return { kind: "pong", data };
        if (opcode === 8) return closeOf(data);
        this.#opcode ||= opcode;
        if (!fin) continue;
        const isText = this.#opcode === 1;
        this.#opcode = this.#size = 0;
        this.#data = [];
        return isText
          ? { kind: "text", text: text(data) }
          : { kind: "binary", data };
      }
    }
    async #must(): Promise<number> {
      const { value, done } = await this.#bytes.next();
      if (done) throw new Deno.errors.UnexpectedEof();
      return value;
    }
  },
});

async function* bytesOf(conn: Deno.Conn): AsyncGenerator<number> {
  const buffer = new Uint8Array(1000);
  while (true) {
    const count = await conn.read(buffer);
    if (count === null) return;
    yield* buffer.slice(0, count);
  }
}

function closeOf(data: Uint8Array): Message {
  if (data.length === 0) return { kind: "close", code: 1005, reason: "" };
  const code = data[0] * 256 + (data[1] ?? NaN);
  const known = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012];
  const isKnown = known.concat(1013, 1014).includes(code) ||
    code >= 3000 && code < 5000;
  if (!isKnown) throw new CloseError(1002);
  return { kind: "close", code, reason: text(data.slice(2)) };
}

function text(data: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(data);
  } catch {
    throw new CloseError(1007);
  }
}

testAccepted<EncodeFrame>(exercises[2], {
  "uses the encoder of lib/wire": (opcode, payload, options) =>
    encodeWebSocketFrame(opcode, payload, options),
  "puts an array of numbers together": (opcode, payload, { mask } = {}) => {
    const data = typeof payload === "string"
      ? new TextEncoder().encode(payload)
      : payload;
    const size = data.length;
    if (opcode > 7 && size > 125) throw new RangeError("too long");
    const bit = mask ? 128 : 0;
    const head = [128 + opcode];
    if (size <= 125) head.push(bit + size);
    else if (size <= 65535) head.push(bit + 126, size >> 8, size % 256);
    else {
      head.push(bit + 127, 0, 0, 0, 0);
      head.push(size >>> 24, size >> 16 & 255, size >> 8 & 255, size & 255);
    }
    const frame = new Uint8Array(head.length + (mask ? 4 : 0) + size);
    frame.set(head);
    if (mask) frame.set(mask, head.length);
    frame.set(
      data.map((byte, i) => mask ? byte ^ mask[i % 4] : byte),
      frame.length - size,
    );
    return frame;
  },
});

testAccepted<ServerSocketClass>(exercises[3], {
  "has a queue of promises, and closes by hand": class {
    #conn: Deno.Conn;
    #reader: MessageReader;
    #graceMs: number;
    #isOver = false;
    #writing: Promise<unknown> = Promise.resolve();
    #timer = 0;
    constructor(
      conn: Deno.Conn,
      reader: MessageReader,
      { graceMs = 1000 }: SocketOptions = {},
    ) {
      this.#conn = conn;
      this.#reader = reader;
      this.#graceMs = graceMs;
    }
    send(message: string | Uint8Array): boolean {
      return this.#frame(typeof message === "string" ? 1 : 2, message);
    }
    close(code = 1000, reason = ""): void {
      if (this.#isOver) return;
      const bytes = new TextEncoder().encode(reason);
      this.#frame(8, Uint8Array.of(code >> 8, code, ...bytes));
      this.#isOver = true;
      this.#timer = setTimeout(
        () => this.#conn[Symbol.dispose](),
        this.#graceMs,
      ) as unknown as number;
    }
    async run(
      onMessage: (message: DataMessage) => void | Promise<void>,
    ): Promise<CloseReason> {
      let end: CloseReason = { code: 1006, reason: "" };
      let failure = undefined as { reason: unknown } | undefined;
      try {
        for (
          let message = await this.#reader.readMessage();
          message !== null;
          message = await this.#reader.readMessage()
        ) {
          if (message.kind === "ping") this.#frame(10, message.data);
          if (message.kind === "close") {
            const { code, reason } = message;
            const none = code === 1005;
            this.#frame(8, Uint8Array.from(none ? [] : [code >> 8, code]));
            this.#isOver = true;
            end = { code, reason };
            break;
          }
          // After its own Close frame, it passes on no more messages.
          if (this.#isOver) continue;
          if (message.kind === "text" || message.kind === "binary") {
            await Promise.try(onMessage, message).catch((reason) => {
              failure = { reason };
            });
            if (failure) {
              this.#frame(8, Uint8Array.of(1011 >> 8, 1011 & 0xff));
              break;
            }
          }
        }
      } catch (error) {
        if (error instanceof CloseError) {
          const { code } = error;
          this.#frame(8, Uint8Array.of(code >> 8, code));
          end = { code, reason: "" };
        }
      }
      this.#isOver = true;
      clearTimeout(this.#timer);
      await this.#writing;
      await closeGracefully(this.#conn, { graceMs: this.#graceMs });
      if (failure) throw failure.reason;
      return end;
    }
    #frame(opcode: number, payload: string | Uint8Array): boolean {
      if (this.#isOver) return false;
      const frame = encodeFrame(opcode, payload);
      this.#writing = this.#writing.then(() => writeAll(this.#conn, frame))
        .catch(() => {});
      return true;
    }
  },
});
