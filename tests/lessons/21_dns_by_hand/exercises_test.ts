import { exercises } from "../../../lessons/21_dns_by_hand/exercises.ts";
import type {
  DecodedMessage,
  DecodeMessage,
  EncodeQuery,
} from "../../../lessons/21_dns_by_hand/types.ts";
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
        const target = view.getUint16(at) & 0x3fff;
        if (target < 12 || target >= at) break;
        at = target;
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
    if (at > bytes.length) throw new TypeError("question");
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
        const [value, end] = readName(start);
        if (end !== at) throw new TypeError("data");
        answers.push({ name, type: "CNAME", ttl, value });
      } else answers.push({ name, type: "other", ttl, value: "" });
    }
    return { isTruncated: !!(flags & 512), rcode: flags % 16, answers };
  } catch (error) {
    throw new TypeError("bad response", { cause: error });
  }
}

testAccepted<DecodeMessage>(exercises[1], {
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
