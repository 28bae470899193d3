import { exercises } from "../../../lessons/20_dns_by_hand/exercises.ts";
import type {
  DecodedMessage,
  DecodeMessage,
  EncodeQuery,
} from "../../../lessons/20_dns_by_hand/types.ts";
import {
  decodeDns,
  DNS_TYPES,
  encodeDns,
  WireError,
} from "../../../lib/wire/mod.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { wrongAnswers } from "./wrong_answers.ts";

testExercises("dns_by_hand", exercises, wrongAnswers);

testAccepted<EncodeQuery>(exercises[0], {
  "uses the encoder of lib/wire": (id, name, type) =>
    encodeDns({
      id,
      wantsRecursion: true,
      questions: [{ name, type: DNS_TYPES[type], class: 1 }],
    }),
  "makes one list of numbers": (id, name, type) => {
    const labels = name.split(".");
    if (labels.at(-1) === "") labels.pop();
    const bytes = [id >> 8, id & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for (const label of labels) {
      if (label.length < 1 || label.length >= 64) throw new RangeError(label);
      bytes.push(label.length);
      for (const char of label) bytes.push(char.charCodeAt(0));
    }
    bytes.push(0, 0, type === "A" ? 1 : type === "TXT" ? 16 : 28, 0, 1);
    if (bytes.length - 16 > 255) throw new RangeError("long");
    return new Uint8Array(bytes);
  },
  "writes hexadecimal digits": (id, name, type) => {
    const hex = (n: number, digits: number) =>
      n.toString(16).padStart(digits, "0");
    const labels = name.replace(/\.$/, "").split(".").map((label) => {
      if (!/^.{1,63}$/.test(label)) throw new RangeError(label);
      return hex(label.length, 2) + new TextEncoder().encode(label).toHex();
    }).join("") + "00";
    if (labels.length > 510) throw new RangeError(name);
    const number = { A: "0001", TXT: "0010", AAAA: "001c" }[type];
    return Uint8Array.fromHex(
      `${hex(id, 4)}01000001000000000000${labels}${number}0001`,
    );
  },
});

function viewDecoder(bytes: Uint8Array, id: number): DecodedMessage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  function readName(at: number): [name: string, end: number] {
    let text = "";
    let end = 0;
    for (let jumps = 0; jumps < 20;) {
      const size = view.getUint8(at);
      if (size === 0) return [text.slice(0, -1), end || at + 1];
      if (size >> 6 === 3) {
        end ||= at + 2;
        at = view.getUint16(at) & 0x3fff;
        jumps++;
      } else if (size >> 6 === 0) {
        for (let i = 1; i <= size; i++) {
          text += String.fromCharCode(view.getUint8(at + i));
        }
        text += ".";
        at += 1 + size;
      } else break;
    }
    throw new TypeError("name");
  }
  try {
    if (bytes.length < 12) throw new TypeError("header");
    const flags = view.getUint16(2);
    if (view.getUint16(0) !== id || flags < 0x8000) throw new TypeError("id");
    let at = 12;
    for (let i = view.getUint16(4); i > 0; i--) at = readName(at)[1] + 4;
    const answers: DecodedMessage["answers"] = [];
    for (let i = view.getUint16(6); i > 0; i--) {
      const [name, from] = readName(at);
      const [type, ttl] = [view.getUint16(from), view.getUint32(from + 4)];
      const size = view.getUint16(from + 8);
      const start = from + 10;
      at = start + size;
      if (at > bytes.length) throw new TypeError("end");
      if (type === 1 && size !== 4) throw new TypeError("size");
      if (type === 1) {
        const value = [...bytes.slice(start, at)].join(".");
        answers.push({ name, type: "A", ttl, value });
      } else if (type === 5) {
        answers.push({ name, type: "CNAME", ttl, value: readName(start)[0] });
      } else answers.push({ name, type: "other", ttl, value: "" });
    }
    return { isTruncated: !!(flags & 512), rcode: flags % 16, answers };
  } catch (error) {
    throw new TypeError("bad response", { cause: error });
  }
}

/** A cursor that keeps a view, and a set of the offsets that it was led to. */
class Cursor {
  readonly #view: DataView;
  at = 0;
  constructor(readonly bytes: Uint8Array) {
    const { buffer, byteOffset, byteLength } = bytes;
    this.#view = new DataView(buffer, byteOffset, byteLength);
  }
  take(size: 1 | 2 | 4): number {
    if (this.at + size > this.bytes.length) throw new TypeError("end");
    this.at += size;
    const at = this.at - size;
    if (size === 1) return this.#view.getUint8(at);
    return size === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at);
  }
  text(size: number): string {
    this.at += size;
    if (this.at > this.bytes.length) throw new TypeError("end");
    const label = this.bytes.subarray(this.at - size, this.at);
    return new TextDecoder().decode(label);
  }
  name(): string {
    const labels: string[] = [];
    const led = new Set<number>();
    let back: number | undefined;
    for (let size = this.take(1); size !== 0; size = this.take(1)) {
      if (size < 64) labels.push(this.text(size));
      else if (size < 192) throw new TypeError("label");
      else {
        const target = (size - 192) * 256 + this.take(1);
        if (led.has(target)) throw new TypeError("ring");
        led.add(target);
        back ??= this.at;
        this.at = target;
      }
    }
    this.at = back ?? this.at;
    return labels.join(".");
  }
}

function cursorDecoder(bytes: Uint8Array, id: number): DecodedMessage {
  const cursor = new Cursor(bytes);
  if (cursor.take(2) !== id) throw new TypeError("id");
  const flags = cursor.take(2);
  if (flags < 0x8000) throw new TypeError("QR");
  const [questions, count] = [cursor.take(2), cursor.take(2), cursor.take(4)];
  for (let i = 0; i < questions; i++) cursor.name(), cursor.take(4);
  const answers: DecodedMessage["answers"] = [];
  for (let i = 0; i < count; i++) {
    const [name, type] = [cursor.name(), cursor.take(2), cursor.take(2)];
    const [ttl, size] = [cursor.take(4), cursor.take(2)];
    const end = cursor.at + size;
    if (type === 1 && size !== 4) throw new TypeError("A");
    if (type === 5) {
      answers.push({ name, type: "CNAME", ttl, value: cursor.name() });
      cursor.at = end;
      continue;
    }
    cursor.text(size);
    const data = [...bytes.subarray(end - size, end)];
    const value = type === 1 ? data.join(".") : "";
    answers.push({ name, type: type === 1 ? "A" : "other", ttl, value });
  }
  return { isTruncated: (flags & 512) > 0, rcode: flags & 15, answers };
}

testAccepted<DecodeMessage>(exercises[1], {
  "moves a cursor, and keeps a set of pointers": cursorDecoder,
  "uses a DataView, and counts pointers": viewDecoder,
  "uses the decoder of lib/wire": (bytes, id) => {
    try {
      const message = decodeDns(bytes);
      if (message.id !== id || !message.isResponse) throw new TypeError("id");
      return {
        rcode: message.rcode,
        isTruncated: message.isTruncated,
        answers: message.answers.map(({ name, ttl, data }) => ({
          value: data.kind === "A"
            ? data.address
            : data.kind === "CNAME"
            ? data.name
            : "",
          ttl,
          name,
          type: data.kind === "A" || data.kind === "CNAME"
            ? data.kind
            : "other",
        })),
      };
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      throw new TypeError(error.message);
    }
  },
});
