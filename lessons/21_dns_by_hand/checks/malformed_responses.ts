/** Responses that an answer to 21.2 must reject. */
import type { DnsRecord } from "../../../lib/wire/mod.ts";
import type {
  CallAdvice,
  FunctionCase,
} from "../../../lib/workbook/kit/mod.ts";
import {
  a,
  ANSWERS,
  CHAIN,
  ID,
  other,
  POINTERS,
  RECORDS,
  response,
  WWW,
} from "./responses.ts";

/** Where the name of CHAIN's first answer begins: after header and question. */
const NAME_AT = 12 + 18 + 4;

/** The name host.test. */
const HOST_BYTES = [4, ...new TextEncoder().encode("host"), 4].concat(
  [...new TextEncoder().encode("test"), 0],
);

/** Messages to reject, and the diagnosis if they're accepted. */
interface Malformed {
  messages: Record<string, Uint8Array>;
  likely: string;
  read: string;
}

const MALFORMED: Malformed[] = [
  {
    messages: { "the answer to another query": changed(0, 0x43, 0x21) },
    likely:
      "Anyone can send a datagram to your port. Compare the id before you " +
      "believe anything else.",
    read: ANSWERS,
  },
  {
    messages: {
      "an id of 4334, not 1234": changed(0, 0x43, 0x34),
      "an id of 1221, not 1234": changed(0, 0x12, 0x21),
    },
    likely: "One byte of the id is different. Compare both as one number: a " +
      "guess at one byte succeeds once in 256 times.",
    read: ANSWERS,
  },
  {
    messages: {
      "a query instead of a response": changed(2, 0x01, 0x00),
      "a query with all other flags": changed(2, 0x7f, 0xff),
    },
    likely:
      "The highest bit of the flags, QR, says that it's a response: test " +
      "it alone, with & 0x8000.",
    read: ANSWERS,
  },
  {
    messages: {
      "a pointer to itself": changed(NAME_AT, 0xc0, NAME_AT),
      "a ring of pointers before the name": ringBefore(),
      "a pointer back, to a pointer to itself": twoPointers((at) => at),
      "a label and a pointer back to it": changed(
        NAME_AT,
        1,
        0x61,
        0xc0,
        NAME_AT,
      ),
      "two pointers that lead to each other": changed(
        NAME_AT,
        0xc0,
        NAME_AT + 2,
        0xc0,
        NAME_AT,
      ),
    },
    likely:
      "If you follow this pointer, you never reach an end, or you overflow " +
      "the stack. Require each pointer to lead to a smaller offset than the " +
      "last one, or count them.",
    read: POINTERS,
  },
  {
    messages: {
      "a pointer to offset 11, the last byte of the header": changed(
        NAME_AT,
        0xc0,
        11,
      ),
      "a pointer to offset 4, in the header": changed(NAME_AT, 0xc0, 4),
      "a pointer to a pointer into the header": twoPointers(() => 11),
    },
    likely:
      "A pointer leads to a name earlier in the message (RFC 1035, section " +
      "4.1.4). The header's twelve bytes hold no name, even if they look like one.",
    read: POINTERS,
  },
  {
    messages: {
      "a pointer forward, to the name of a later record": forward(),
      "a pointer back, to a pointer that leads forward": twoPointers((at) =>
        at + 2
      ),
    },
    likely:
      "A pointer leads to a name earlier in the message (RFC 1035, section " +
      "4.1.4). This one leads forward. If you count pointers, compare each one " +
      "with the offset of its own name as well.",
    read: POINTERS,
  },
  {
    messages: {
      "a pointer past the end of the message": changed(NAME_AT, 0xff, 0xff),
    },
    likely:
      "The name can't continue past the end of the message. There, an array " +
      "returns undefined instead of an error: check the offset.",
    read: POINTERS,
  },
  {
    messages: {
      "a label that begins with the bits 01": changed(12, 0x43),
      ...Object.fromEntries(
        [0x40, 0x7f, 0x80, 0xbf].map((length) => [
          `a length of ${length.toString(16)}, and as many bytes after it`,
          questionWith(length),
        ]),
      ),
      "a length of bf, and a name where it would lead as a pointer": farName(),
    },
    likely:
      "If the two highest bits are 00, it's the length of a label; if they're " +
      "11, it's a pointer. This is neither: a label has at most 63 bytes.",
    read: POINTERS,
  },
  {
    messages: Object.fromEntries(
      [0, 3, 5, 16].map((size) => [
        `an address of ${size} bytes`,
        response({ answers: [other(1, new Uint8Array(size))] }),
      ]),
    ),
    likely: "Compare the size of the data with 4 before you read an address: " +
      "both smaller and larger sizes are wrong.",
    read: RECORDS,
  },
  {
    messages: {
      "an alias whose data is longer than its name, by a byte": alias(
        [...HOST_BYTES, 0],
      ),
      "an alias whose data has a byte after its name, and an address": alias(
        [...HOST_BYTES, 0],
        a("host.test"),
      ),
      "an alias whose data has two names": alias([
        ...HOST_BYTES,
        ...HOST_BYTES,
      ]),
      "an alias whose data ends before its name": cutAlias(),
      "an alias without data, and an address": alias([], a("host.test")),
    },
    likely:
      "The data of a CNAME is one name and nothing else, so the name must end " +
      "where the size says that the data ends. If they disagree, one of them is " +
      "wrong, and you can't tell where the next record starts.",
    read: RECORDS,
  },
  {
    messages: {
      "a text that claims 40 bytes, of which 2 are there": response({
        answers: [other(16, new Uint8Array(40))],
      }).slice(0, -38),
      "a text that claims 40 bytes, of which 39 are there": response({
        answers: [other(16, new Uint8Array(40))],
      }).slice(0, -1),
    },
    likely:
      "The data of this record ends past the end of the message. Even data " +
      "that you skip must be there: compare its end with the message's length.",
    read: RECORDS,
  },
];

const NO_RECORDS = response({ questions: [] });
const NO_ANSWER = response({ rcode: 3 });

/** Responses to reject with TypeError, in the order in which they're tried. */
export const MALFORMED_RESPONSES: FunctionCase[] = [
  ...Array.from({ length: CHAIN.length }, (_, size): FunctionCase => ({
    step: "the CNAME and the address, cut off after each of their bytes",
    args: [CHAIN.slice(0, size), ID],
    throws: TypeError,
    likely: ifAccepted(
      `Only ${size} of ${CHAIN.length} bytes are there. Past its end, an ` +
        "array returns undefined instead of an error, and that counts as 0: " +
        "check the length before you read.",
    ),
    read: RECORDS,
  })),
  {
    step: "a header whose last byte is missing, of a response without records",
    args: [NO_RECORDS.slice(0, 11), ID],
    throws: TypeError,
    likely: ifAccepted("A header has 12 bytes, and only 11 are there."),
    read: RECORDS,
  },
  ...Array.from({ length: NO_ANSWER.length - 12 }, (_, i): FunctionCase => ({
    step: "no such name, cut off after each byte of the question",
    args: [NO_ANSWER.slice(0, 12 + i), ID],
    throws: TypeError,
    likely: ifAccepted(
      "The question ends too early. You skip it, but it must be there: even " +
        "if no record follows, check that its type and class fit into the " +
        "message.",
    ),
    read: RECORDS,
  })),
  ...MALFORMED.flatMap(({ messages, likely, read }) =>
    Object.entries(messages).map(([step, bytes]): FunctionCase => ({
      step,
      args: [bytes, ID],
      throws: TypeError,
      likely: ifAccepted(likely),
      ...read === POINTERS && { ifEndless: { likely, read } },
      read,
    }))
  ),
  {
    step: "a response with the id 1234 to a query with the id 0",
    args: [CHAIN, 0],
    throws: TypeError,
    likely: "0 is an id like any other: compare the numbers.",
    read: ANSWERS,
  },
];

/** The advice if a response is accepted; a full stack has the same cause. */
function ifAccepted(likely: string): CallAdvice {
  return ({ error }) =>
    error === undefined || /call stack/.test(String(error))
      ? likely
      : undefined;
}

/** Returns CHAIN with other bytes at one place. */
function changed(at: number, ...bytes: number[]): Uint8Array {
  const copy = CHAIN.slice();
  copy.set(bytes, at);
  return copy;
}

/** CHAIN's first name is a pointer to the name of the second record. */
function forward(): Uint8Array {
  const bytes = response({ answers: [a(WWW), a("far.test")] });
  // A pointer, and then a type, a class, a time, a size, and an address.
  bytes.set([0xc0, NAME_AT + 2 + 10 + 4], NAME_AT);
  return bytes;
}

/** A name that leads to a pointer in the data of a text, and that one on. */
function twoPointers(targetOf: (at: number) => number): Uint8Array {
  const bytes = response({ answers: [other(16, new Uint8Array(4)), a(WWW)] });
  // The four bytes are followed by the second record, of 16 bytes.
  const at = bytes.length - 16 - 4;
  bytes.set([0xc0, targetOf(at), 0, 0, 0xc0, at], at);
  return bytes;
}

/** A response with a CNAME record that has any data, and perhaps another one. */
function alias(data: number[], ...more: DnsRecord[]): Uint8Array {
  return response({ answers: [other(5, Uint8Array.from(data)), ...more] });
}

/** A CNAME record whose size is one less than its name takes. */
function cutAlias(): Uint8Array {
  const bytes = alias(HOST_BYTES);
  bytes[bytes.length - HOST_BYTES.length - 1]--;
  return bytes;
}

/** Makes two pointers in the data of a text, and a name that leads to them. */
function ringBefore(): Uint8Array {
  const bytes = response({ answers: [other(16, new Uint8Array(4)), a(WWW)] });
  // The four bytes are followed by the second record, of 16 bytes.
  const data = bytes.length - 16 - 4;
  bytes.set([0xc0, data + 2, 0xc0, data, 0xc0, data], data);
  return bytes;
}

/** Makes a response whose question's name begins with a label this long. */
function questionWith(length: number): Uint8Array {
  const header = [ID >> 8, ID & 0xff, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0];
  const label = new Uint8Array(length).fill(0x78);
  return Uint8Array.of(...header, length, ...label, 0, 0, 1, 0, 1);
}

/** Makes a record whose name is bf 00, after a text of zeros as far as 3f00. */
function farName(): Uint8Array {
  const bytes = response({
    answers: [other(16, new Uint8Array(0x4000)), a(WWW)],
  });
  // Instead of the pointer at the start of the last record.
  bytes.set([0xbf, 0], bytes.length - 14 - 2);
  return bytes;
}
