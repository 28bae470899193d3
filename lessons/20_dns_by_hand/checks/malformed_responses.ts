/** Responses that an answer to 20.2 must reject. */
import { a, CHAIN, ID, other, response, WWW } from "./responses.ts";

/** The headings in the README. */
export const ANSWERS = "Whose answer is this?";
export const POINTERS = "A pointer in place of a name";
export const RECORDS = "Records";

/** Where the name of CHAIN's first answer begins: after header and question. */
const NAME_AT = 12 + 18 + 4;

/** Messages to reject with TypeError, and what accepting them means. */
export interface Malformed {
  messages: Record<string, Uint8Array>;
  likely: string;
  read: string;
}

/** All of them. */
export const MALFORMED: Malformed[] = [
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
    messages: { "a query instead of a response": changed(2, 0x01, 0x00) },
    likely: "The highest bit of the flags, QR, says that it's a response.",
    read: ANSWERS,
  },
  {
    messages: {
      "a pointer to itself": changed(NAME_AT, 0xc0, NAME_AT),
      "a ring of pointers before the name": ringBefore(),
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
      "a label that begins with the bits 01": changed(12, 0x43),
      "the bits 01, and 65 bytes after them": questionWith(0x41, 65),
      "the bits 10, and 129 bytes after them": questionWith(0x81, 129),
    },
    likely:
      "A length that begins with the bits 00 is a label's, and one that " +
      "begins with 11 is a pointer. A length over 63 is neither.",
    read: POINTERS,
  },
  {
    messages: {
      "an address of 3 bytes": response({
        answers: [other(1, new Uint8Array(3))],
      }),
      "an address of 5 bytes": response({
        answers: [other(1, new Uint8Array(5))],
      }),
    },
    likely: "Compare the size of the data with 4 before you read an address: " +
      "fewer and more are both wrong.",
    read: RECORDS,
  },
  {
    messages: {
      "a text that claims 40 bytes, of which 2 are there": response({
        answers: [other(16, new Uint8Array(40))],
      }).slice(0, -38),
    },
    likely:
      "The data of this record ends past the end of the message. Even data " +
      "that you skip must be there: compare its end with the message's length.",
    read: RECORDS,
  },
];

/** CHAIN with other bytes at one place. */
function changed(at: number, ...bytes: number[]): Uint8Array {
  const copy = CHAIN.slice();
  copy.set(bytes, at);
  return copy;
}

/** Two pointers in the data of a text, and a name that leads to them. */
function ringBefore(): Uint8Array {
  const bytes = response({ answers: [other(16, new Uint8Array(4)), a(WWW)] });
  // The four bytes are followed by the second record, of 16 bytes.
  const data = bytes.length - 16 - 4;
  bytes.set([0xc0, data + 2, 0xc0, data, 0xc0, data], data);
  return bytes;
}

/** A response with a question whose name begins with this, and more bytes. */
function questionWith(first: number, size: number): Uint8Array {
  const header = [ID >> 8, ID & 0xff, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0];
  const rest = new Uint8Array(size).fill(0x78);
  return Uint8Array.of(...header, first, ...rest, 0, 0, 1, 0, 1);
}
