/** Wrong answers to the exercises of lesson 20, and what must be said of each. */
import { decodeDns } from "../../../lib/wire/mod.ts";
import type { WrongAnswer } from "../gates.ts";
import * as solution from "../../../lessons/20_dns_by_hand/solution.ts";
import type {
  DecodedMessage,
  DnsAnswer,
} from "../../../lessons/20_dns_by_hand/types.ts";

type EncodeQuery = (
  id: number,
  name: string,
  type: "A" | "AAAA" | "TXT",
) => Uint8Array;
type DecodeMessage = (bytes: Uint8Array, id: number) => DecodedMessage;

/** Wrong answers to 20.1. */
export const encodeQueryMistakes: WrongAnswer<EncodeQuery>[] = [
  {
    name: "takes a label over 63 bytes",
    attempt: loose((label) => label.length === 0),
    diagnosis: /a label has at most 63 bytes/,
  },
  {
    name: "takes an empty label",
    attempt: loose((label) => label.length > 63),
    diagnosis: /An empty label is the root/,
  },
  {
    name: "takes a name over 255 bytes",
    attempt: loose((label) => label.length === 0 || label.length > 63),
    diagnosis: /at most 255 bytes/,
  },
  {
    name: "leaves the root out",
    attempt(...args) {
      const query = solution.encodeQuery(...args);
      const root = query.length - 5;
      return Uint8Array.of(
        ...query.subarray(0, root),
        ...query.subarray(root + 1),
      );
    },
    diagnosis: /Behind the last label stands a 0/,
  },
  {
    name: "writes the least significant byte first",
    attempt(...args) {
      const query = solution.encodeQuery(...args);
      new DataView(query.buffer).setUint16(0, args[0], true);
      return query;
    },
    diagnosis: /which is little-endian/,
  },
  {
    name: "writes the type with the least significant byte first",
    attempt(...args) {
      const query = solution.encodeQuery(...args);
      query.subarray(-4, -2).reverse();
      return query;
    },
    diagnosis: /The least significant byte came first/,
  },
  {
    name: "sets no flags",
    attempt: (...args) => solution.encodeQuery(...args).fill(0, 2, 4),
    diagnosis: /The flags are 0x0100/,
  },
  {
    name: "counts no question",
    attempt: (...args) => solution.encodeQuery(...args).fill(0, 4, 6),
    diagnosis: /1 question, and 0, 0, 0/,
  },
  {
    name: "keeps the dots",
    attempt(id, name, type) {
      const query = solution.encodeQuery(id, name, type);
      const text = new TextEncoder().encode(name);
      query.set(text, 12);
      return query;
    },
    diagnosis: /each with its length in front, and no dots/,
  },
  {
    name: "asks for A always",
    attempt: (id, name) => solution.encodeQuery(id, name, "A"),
    diagnosis: /The last four bytes are the type/,
  },
  {
    name: "takes the dot at the end for a label",
    attempt(id, name, type) {
      const query = solution.encodeQuery(id, name, type);
      return name.endsWith(".")
        ? Uint8Array.of(...query.subarray(0, -4), 0, ...query.subarray(-4))
        : query;
    },
    diagnosis: /A dot at the end of a name is no label/,
  },
  {
    name: "takes off all dots at the end",
    attempt: (id, name, type) =>
      solution.encodeQuery(id, name.replace(/\.+$/, ""), type),
    diagnosis: /Only one dot at the end is no label/,
  },
  {
    name: "refuses a dot at the end",
    attempt(id, name, type) {
      if (name.endsWith(".")) throw new RangeError("an empty label");
      return solution.encodeQuery(id, name, type);
    },
    diagnosis: /Take it off before you cut the name at its dots/,
  },
  {
    name: "refuses a label of 63 bytes",
    attempt(id, name, type) {
      if (/[^.]{63}/.test(name)) throw new RangeError("label");
      return solution.encodeQuery(id, name, type);
    },
    diagnosis: /A label may have 63 bytes/,
  },
  {
    name: "puts the id into one byte",
    attempt(id, name, type) {
      const query = solution.encodeQuery(id, name, type);
      query.set([0, id]);
      return query;
    },
    diagnosis: /The id has two bytes/,
  },
  {
    name: "gives all of its buffer",
    attempt(...args) {
      const buffer = new Uint8Array(512);
      buffer.set(solution.encodeQuery(...args));
      return buffer;
    },
    diagnosis: /Give an array as long as the query/,
  },
  {
    name: "refuses a text of over 253 characters",
    attempt(id, name, type) {
      if (name.length > 253) throw new RangeError("name");
      return solution.encodeQuery(id, name, type);
    },
    diagnosis: /for the bytes that are sent, and not for the characters/,
  },
  {
    name: "takes a dot in front off",
    attempt: (id, name, type) =>
      solution.encodeQuery(id, name.replace(/^\./, ""), type),
    diagnosis: /An empty label is the root/,
  },
  {
    name: "makes all queries in one buffer",
    attempt: inOneBuffer(),
    diagnosis: /Make a new array in each call/,
  },
  {
    name: "knows no AAAA",
    attempt(id, name, type) {
      if (type === "AAAA") throw new RangeError("type");
      return solution.encodeQuery(id, name, type);
    },
    diagnosis: /each of the three types/,
  },
  {
    name: "takes 255 for the limit of the labels without the root",
    attempt(id, name, type) {
      const labels = name.replace(/\.$/, "");
      if (labels.length + 1 > 255) throw new RangeError("name");
      return loose((label) => label.length === 0 || label.length > 63)(
        id,
        name,
        type,
      );
    },
    diagnosis: /with all lengths and the root/,
  },
  {
    name: "throws TypeError for a label that is too long",
    attempt(id, name, type) {
      try {
        return solution.encodeQuery(id, name, type);
      } catch (error) {
        throw new TypeError("label", { cause: error });
      }
    },
    diagnosis: /callers tell failures apart by the class/,
  },
];

/** Wrong answers to 20.2. */
export const decodeMessageMistakes: WrongAnswer<DecodeMessage>[] = [
  {
    name: "knows no compression",
    attempt: flawed({ pointer: "none" }),
    diagnosis: /are a pointer: the name goes on at the offset/,
  },
  {
    name: "goes on behind what a pointer points at",
    attempt: flawed({ pointer: "stays" }),
    diagnosis: /the next field stands behind the pointer/,
  },
  {
    name: "follows a pointer for ever",
    attempt: flawed({ pointer: "recursive" }),
    diagnosis: /never comes to an end, or fills the stack/,
  },
  {
    name: "compares pointers with the place of the name alone",
    attempt: flawed({ pointer: "fixed limit" }),
    diagnosis: /Let each pointer lead to a smaller offset/,
  },
  {
    name: "takes the second byte of a pointer for its offset",
    attempt: flawed({ pointer: "one byte" }),
    diagnosis: /An offset has 14 bits/,
  },
  {
    name: "views the buffer from its beginning",
    attempt: (bytes, id) =>
      solution.decodeMessage(
        new Uint8Array(bytes.buffer as ArrayBuffer, 0, bytes.length),
        id,
      ),
    diagnosis: /part of a larger buffer, and begin at its byte 2/,
  },
  {
    name: "takes a length over 63 for that of a label",
    attempt: flawed({ longLabel: true }),
    diagnosis: /A length over 63 is none/,
  },
  {
    name: "skips data that are not there",
    attempt: flawed({ skipsPastEnd: true }),
    diagnosis: /Data that you skip must be there too/,
  },
  {
    name: "takes an address of five bytes",
    attempt: flawed({ minAddress: 4 }),
    diagnosis: /fewer and more are both wrong/,
  },
  {
    name: "leaves the RangeError of a DataView to the caller",
    attempt(bytes, id) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      if (bytes.length < 12) view.getUint16(bytes.length);
      return solution.decodeMessage(bytes, id);
    },
    diagnosis: /A DataView throws RangeError beyond its end/,
  },
  {
    name: "throws an error of another class for a pointer",
    attempt(bytes, id) {
      try {
        return solution.decodeMessage(bytes, id);
      } catch (error) {
        throw new Error("bad message", { cause: error });
      }
    },
    diagnosis: /the task asks for TypeError/,
  },
  {
    name: "leaves a dot behind each label",
    attempt: result((decoded) => {
      for (const answer of decoded.answers) answer.name += ".";
    }),
    diagnosis: /no dot at their end/,
  },
  {
    name: "reads past the end",
    attempt: flawed({ pastEnd: true }),
    diagnosis: /Beyond the end, an array gives undefined/,
  },
  {
    name: "takes an answer with another id",
    attempt: (bytes) =>
      solution.decodeMessage(bytes, (bytes[0] ?? 0) * 256 + (bytes[1] ?? 0)),
    diagnosis: /Compare the id/,
  },
  {
    name: "takes a query for an answer",
    attempt: prepared((copy) => copy[2] |= 0x80),
    diagnosis: /QR, says that it is a response/,
  },
  {
    name: "puts the time together with a sign",
    attempt: result((decoded) => {
      for (const answer of decoded.answers) answer.ttl |= 0;
    }),
    diagnosis: /Four bytes put together with << have a sign/,
  },
  {
    name: "takes the last byte of the flags for the response code",
    attempt: (bytes, id) => ({
      ...solution.decodeMessage(bytes, id),
      rcode: bytes[3],
    }),
    diagnosis: /the last four bits of the flags/,
  },
  {
    name: "does not see that it was cut",
    attempt: result((decoded) => decoded.isTruncated = false),
    diagnosis: /TC is the bit 0x0200/,
  },
  {
    name: "leaves out the types that it does not know",
    attempt: result((decoded) => {
      decoded.answers = decoded.answers.filter(({ type }) => type !== "other");
    }),
    diagnosis: /Skip the data of types that you do not know/,
  },
  {
    name: "follows two pointers at most",
    attempt: flawed({ maxPointers: 2 }),
    diagnosis: /Such a row is no ring/,
  },
  {
    name: "refuses a label of 63 bytes",
    attempt: flawed({ maxLabel: 62 }),
    diagnosis: /A label has up to 63 bytes/,
  },
  {
    name: "gives the address of IPv6",
    attempt: withAaaa("other"),
    diagnosis: /All others are "other", and their value is ""/,
  },
  {
    name: "gives AAAA as a type of its own",
    attempt: withAaaa("AAAA" as "other"),
    diagnosis: /All others are "other", and their value is ""/,
  },
  {
    name: "skips one question, however many there are",
    attempt: flawed({ oneQuestion: true }),
    diagnosis: /and not always one/,
  },
  {
    name: "skips one question, if there are any",
    attempt: prepared((copy) => {
      if (copy[5] > 1) copy[5] = 1;
    }),
    diagnosis: /and not always one/,
  },
  {
    name: "takes AA for TC",
    attempt: (bytes, id) => ({
      ...solution.decodeMessage(bytes, id),
      isTruncated: (bytes[2] & 0x06) !== 0,
    }),
    diagnosis: /TC is the bit 0x0200 of the flags, and no other one/,
  },
  {
    name: "gives TC as a number",
    attempt: result((decoded) => {
      decoded.isTruncated = (decoded.isTruncated ? 0x200 : 0) as never;
    }),
    diagnosis: /`isTruncated` is true or false/,
  },
  {
    name: "takes all flags for the response code",
    attempt: (bytes, id) => ({
      ...solution.decodeMessage(bytes, id),
      rcode: bytes[2] * 256 + bytes[3],
    }),
    diagnosis: /the last four bits of the flags, and no more/,
  },
  {
    name: "demands flags of 8000",
    attempt(bytes, id) {
      if (bytes[2] !== 0x80 || bytes[3] !== 0) throw new TypeError("flags");
      return solution.decodeMessage(bytes, id);
    },
    diagnosis: /Of all flags only the highest bit, QR, must be set/,
  },
  {
    name: "throws for a response code",
    attempt(bytes, id) {
      const decoded = solution.decodeMessage(bytes, id);
      if (decoded.rcode !== 0) throw new TypeError("no such name");
      return decoded;
    },
    diagnosis: /a response code, TC and an empty list .* nothing to throw for/,
  },
  {
    name: "compares the second byte of the id alone",
    attempt: prepared((copy) => copy[0] = 0x12),
    diagnosis: /One byte of the id is another one/,
  },
  {
    name: "compares the first byte of the id alone",
    attempt: prepared((copy) => copy[1] = 0x34),
    diagnosis: /One byte of the id is another one/,
  },
  {
    name: "takes any bits for a label",
    attempt: flawed({ anyLabel: true }),
    diagnosis: /Only 00 is a label/,
  },
  {
    name: "takes an address of any size",
    attempt: flawed({ anyAddress: true }),
    diagnosis: /Compare the size of the data with 4/,
  },
];

/** An encoder that refuses only the labels that it is told to. */
function loose(isBad: (label: string) => boolean): EncodeQuery {
  return (id, name, type) => {
    const labels = name.replace(/\.$/, "").split(".");
    if (labels.some(isBad)) throw new RangeError("label");
    const types = { A: 1, TXT: 16, AAAA: 28 };
    return Uint8Array.of(
      ...[id >> 8, id & 0xff, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0],
      ...labels.flatMap((label) => [
        label.length,
        ...new TextEncoder().encode(label),
      ]),
      ...[0, 0, types[type], 0, 1],
    );
  };
}

/** The solution, in the same memory each time. */
function inOneBuffer(): EncodeQuery {
  const buffer = new Uint8Array(512);
  return (...args) => {
    const query = solution.encodeQuery(...args);
    buffer.set(query);
    return buffer.subarray(0, query.length);
  };
}

/** The solution, with addresses of IPv6 decoded too. */
function withAaaa(type: DnsAnswer["type"]): DecodeMessage {
  return (bytes, id) => {
    const decoded = solution.decodeMessage(bytes, id);
    const { answers } = decodeDns(bytes);
    answers.forEach(({ data }, i) => {
      if (data.kind !== "AAAA") return;
      decoded.answers[i].type = type;
      decoded.answers[i].value = data.address;
    });
    return decoded;
  };
}

/** The solution, on a message that was changed. */
function prepared(change: (copy: Uint8Array) => void): DecodeMessage {
  return (bytes, id) => {
    const copy = bytes.slice();
    if (copy.length > 3) change(copy);
    return solution.decodeMessage(copy, id);
  };
}

/** The solution, with its result changed. */
function result(change: (decoded: DecodedMessage) => void): DecodeMessage {
  return (bytes, id) => {
    const decoded = solution.decodeMessage(bytes, id);
    change(decoded);
    return decoded;
  };
}

/** What a decoder does wrong; it is right but for that. */
interface Flaws {
  pointer?: "none" | "stays" | "recursive" | "fixed limit" | "one byte";
  pastEnd?: boolean;
  skipsPastEnd?: boolean;
  anyLabel?: boolean;
  longLabel?: boolean;
  anyAddress?: boolean;
  minAddress?: number;
  maxPointers?: number;
  maxLabel?: number;
  oneQuestion?: boolean;
}

function flawed(flaws: Flaws): DecodeMessage {
  return (bytes, id) => {
    const byte = (at: number) => {
      if (at >= bytes.length && !flaws.pastEnd) throw new TypeError("end");
      return bytes[at] ?? 0;
    };
    let at = 0;
    const number = (size: number) => {
      let value = 0;
      for (let i = 0; i < size; i++) value = value * 256 + byte(at++);
      return value;
    };
    const labels = (
      from: number,
      limit: number,
      pointers = 0,
    ): [string[], number] => {
      const length = byte(from);
      if (length === 0) return [[], from + 1];
      if (length >= 0xc0 && flaws.pointer !== "none") {
        if (pointers === flaws.maxPointers) throw new TypeError("pointers");
        const high = flaws.pointer === "one byte" ? 0 : length & 0x3f;
        const target = high * 256 + byte(from + 1);
        if (target >= limit && flaws.pointer !== "recursive") {
          throw new TypeError("pointer");
        }
        const [rest, end] = labels(
          target,
          flaws.pointer === "fixed limit" ? limit : target,
          pointers + 1,
        );
        return [rest, flaws.pointer === "stays" ? end : from + 2];
      }
      if (length > 63 && !flaws.anyLabel && !flaws.longLabel) {
        if (flaws.pointer !== "none") throw new TypeError("label");
      }
      const size = flaws.anyLabel ? length & 0x3f : length;
      byte(from + size);
      const text = new TextDecoder().decode(
        bytes.subarray(from + 1, from + 1 + size),
      );
      if (size > (flaws.maxLabel ?? size)) throw new TypeError("label");
      const [rest, end] = labels(from + 1 + size, limit, pointers);
      return [[text, ...rest], end];
    };
    const name = () => {
      const [found, end] = labels(at, at);
      at = end;
      return found.join(".");
    };
    if (number(2) !== id && !flaws.pastEnd) throw new TypeError("id");
    if (
      flaws.pastEnd && bytes.length > 1 && (bytes[0] << 8 | bytes[1]) !== id
    ) {
      throw new TypeError("id");
    }
    const flags = number(2);
    if (flags < 0x8000 && bytes.length > 2) throw new TypeError("QR");
    const [questions, answers] = [number(2), number(2), number(2), number(2)];
    for (let i = 0; i < (flaws.oneQuestion ? 1 : questions); i++) {
      name();
      number(4);
    }
    const decoded: DecodedMessage["answers"] = [];
    for (let i = 0; i < answers; i++) {
      const owner = name();
      const [type, , ttl, size] = [number(2), number(2), number(4), number(2)];
      const end = at + size;
      if (end > bytes.length && !flaws.pastEnd && !flaws.skipsPastEnd) {
        throw new TypeError("end");
      }
      const data = bytes.subarray(at, end);
      const isRight = flaws.minAddress === undefined
        ? size === 4
        : size >= flaws.minAddress;
      if (type === 1 && !isRight && !flaws.anyAddress) {
        throw new TypeError("A");
      }
      if (type === 1 && data.length < 4 && flaws.skipsPastEnd) {
        throw new TypeError("end");
      }
      const value = type === 1 ? data.join(".") : type === 5 ? name() : "";
      at = end;
      const kind = type === 1 ? "A" : type === 5 ? "CNAME" : "other";
      decoded.push({ name: owner, type: kind, ttl, value });
    }
    const isTruncated = (flags & 0x200) !== 0;
    return { isTruncated, rcode: flags & 15, answers: decoded };
  };
}
