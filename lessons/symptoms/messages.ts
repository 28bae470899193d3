import type { Symptom } from "../../lib/workbook/symptoms/symptom.ts";

/** No error, but the messages aren't what was sent. */
export const messages: Symptom[] = [
  {
    id: "half-a-message",
    title: "Half a message",
    shows: "wrote 10 bytes at once, read() gave 4",
    asked: [
      "half a message",
      "recv returns only part of the data",
      "received data is incomplete",
      "message gets split into several reads",
      "large message is cut, rest of the data comes with the next read",
      "only the first 1024 bytes are received",
      "JSON parse fails: unexpected end of JSON input",
      "not all data is received, file transfer incomplete",
    ],
    means: "TCP carries bytes, not messages: a read may return part of one",
    todo: "read until the message is complete",
    causes: [
      {
        because: "A read returns what has arrived so far, at most one " +
          "buffer. Long messages arrive in several segments.",
        tell: "print the length of each read",
        fix: "Frame your messages: a length prefix or a delimiter.",
      },
      {
        because: "The sender ignored what write() returned: it may take only " +
          "some of the bytes.",
        tell: "compare write()'s result with the message's length",
        fix: "Write in a loop: writeAll() of lib/net.",
      },
    ],
    lesson: "05_framing",
    heading: "A read may end anywhere",
  },
  {
    id: "two-messages-in-one",
    title: "Two messages in one read",
    shows: "wrote twice, one read() gave both",
    asked: [
      "two messages in one",
      "messages are joined together in one read",
      "several sends are received as one",
      "data event contains multiple messages concatenated",
      "sticky packets",
      "JSON parse fails: extra data after JSON",
      "messages are merged when I send them fast",
    ],
    means: "TCP keeps no boundaries: one read can return several writes",
    todo: "mark where each message ends",
    causes: [
      {
        because: "Both messages had arrived before you read. It often starts " +
          "when the sender gets faster.",
        tell: "a pause between the sends hides it, and cures nothing",
        fix: "Frame them (lesson 5), and keep what's left after each.",
      },
    ],
    lesson: "04_byte_stream",
    heading: "No boundaries",
  },
  {
    id: "garbage-at-the-end",
    title: "Garbage at the end of a message",
    shows: 'received "hi" and 6 zero bytes',
    asked: [
      "garbage at the end of the received message",
      "random garbage characters after the received string",
      "received string has null characters at the end",
      "rest of the previous message is still in the buffer",
      "extra characters printed after recv",
    ],
    means: "you used the whole buffer, not just what the read filled",
    todo: "use buffer.subarray(0, count)",
    causes: [
      {
        because: "read() fills only the first bytes of the buffer; behind " +
          "them are zeros, or an older message.",
        tell: "print the count that read() returned",
        fix: "Decode buffer.subarray(0, count). In C: there's no '\\0'.",
      },
    ],
    lesson: "03_echo",
    heading: "A read fills part of a buffer",
  },
  {
    id: "broken-characters",
    title: "Broken characters",
    shows: 'sent "é" in two parts, decoded each: "\\ufffd\\ufffd"',
    asked: [
      "broken characters, question marks, umlauts",
      "accents and emoji are garbled when received over the socket",
      "UTF-8 decode error at the end of the buffer",
      "replacement character in received text",
      "strange symbols instead of my text",
    ],
    means: "a character of several bytes was cut in two, or decoded wrongly",
    todo: "decode whole messages, or with { stream: true }",
    causes: [
      {
        because: "You decode each read by itself, and one ended in the " +
          "middle of a character.",
        tell: "it happens with é or 😀, and only sometimes",
        fix: "decoder.decode(bytes, { stream: true }), or decode lines.",
      },
      {
        because: "The sides use different encodings.",
        tell: "it happens with every é",
        fix: "Use UTF-8 on both sides.",
      },
    ],
    lesson: "02_first_connection",
    heading: "Characters cut in two",
  },
  {
    id: "wrong-length",
    title: "A length that is huge or wrong",
    shows: "wrote the length 5, read 83886080",
    asked: [
      "length prefix is a huge number",
      "integer received over the socket is wrong, byte order",
      "big endian little endian htonl ntohl",
      "message header has the wrong byte order on another host",
      "port number is different from what I set, htons",
    ],
    means: "the two sides disagree on its byte order, or on what it counts",
    todo: "use network byte order: big-endian",
    causes: [
      {
        because: "One side writes little-endian: 5 becomes 83,886,080. In C, " +
          "the port needs htons().",
        tell: "print the four bytes: 05 00 00 00 is little-endian",
        fix: "DataView's setUint32() and getUint32() are big-endian.",
      },
      {
        because: "You lost your place: what you take for a length is text.",
        tell: "the bytes are letters: 0x48545450 is HTTP",
        fix: "Read exactly as many bytes as each message has.",
      },
    ],
    lesson: "05_framing",
    heading: "Frames: the length first",
  },
  {
    id: "lines-mixed",
    title: "Messages from two writers get mixed up",
    shows: "two writers, and one's line was inside the other's",
    asked: [
      "messages from two threads are mixed up on one socket",
      "concurrent writes interleave on the same socket",
      "concurrent writes corrupt messages",
      "messages get corrupted when several tasks write to one connection",
      "is it safe to write to a socket from several threads",
    ],
    means: "two pieces of code write to one socket at once",
    todo: "one queue, and one writer, for each socket",
    causes: [
      {
        because: "A long write takes several turns, and another write gets " +
          "in between.",
        tell: "it happens with long messages only",
        fix: "Queue whole messages: SendQueue of lib/net.",
      },
    ],
    lesson: "09_chat",
    heading: "Whole lines, one at a time",
  },
];
