/** Checks the limits of 9.1: bytes unsent to a member, and a line's length. */
import { settle, toBytes } from "../../../lib/workbook/kit/mod.ts";
import { READ } from "./headings.ts";
import type { TestRoom } from "./test_room.ts";

/** 64 KiB of three-byte characters, so counting characters isn't enough. */
const LINE = `${"世".repeat(21_845)}\n`;
const LINE_BYTES = toBytes(LINE).length;
const MAX_UNSENT_BYTES = 1024 * 1024;
const MAX_LINE_BYTES = 64 * 1024;

/** Checks a member that reads 2 lines, and then nothing, or very slowly. */
export async function checkSlow(room: TestRoom, takes: number): Promise<void> {
  const { trial } = room;
  trial.step(
    'ann sends lines of 64 KiB ("世世世…\\n"), and bob reads them all; dot reads ' +
      `two, and then ${takes === 0 ? "nothing" : `${takes} bytes per line`}`,
  );
  const ann = room.join("ann");
  const dot = room.join("dot", { room: 2 * LINE_BYTES });
  const bob = room.join("bob");
  await room.expectSize(3);
  let sent = 0;
  let unsent = 0;
  while (!dot.conn.closed && unsent <= MAX_UNSENT_BYTES) {
    const line = unsent === MAX_UNSENT_BYTES ? "\n" : LINE;
    ann.conn.peerSends(line);
    await bob.receives(
      sent += toBytes(line).length,
      () =>
        line === LINE ? undefined : {
          likely:
            "You dropped dot, and then bob didn't get the line. It still goes " +
            "to everyone else: after you drop a member, go on with the next " +
            "one.",
          read: READ.limit,
        },
    );
    dot.conn.peerTakes(takes);
    await settle();
    unsent = sent - dot.conn.bytesWritten;
  }
  for (let i = 0; i < 7 && !dot.conn.closed; i++) await settle();
  // An answer may count a half-written line as entirely unsent.
  const most = unsent + (takes === 0 ? 0 : LINE_BYTES);
  if (dot.conn.closed && most <= MAX_UNSENT_BYTES) {
    trial.fail({
      problem: `dot was dropped with ${unsent} bytes unsent.`,
      expected:
        `dot in the room until more than ${MAX_UNSENT_BYTES} bytes are unsent`,
      likely:
        "You dropped dot too early. A member may be slow for a while: count " +
        "its unsent bytes, and drop it only when they're more than 1 MiB.",
      read: READ.limit,
    });
  }
  if (!dot.conn.closed) {
    trial.fail({
      problem: `${unsent} bytes are unsent to dot, and it's still connected.`,
      expected: `a closed connection once more than ${MAX_UNSENT_BYTES} are`,
      likely:
        "You didn't drop dot at the limit. Without a limit, the queue grows " +
        "until your memory is full. If you only skip lines, dot misses them " +
        "without knowing. So remove dot and close its connection. If you have " +
        "a limit, check how you count: each of these characters is 3 bytes, " +
        "and the line that's being written is unsent, too.",
      read: READ.limit,
    });
  }
  await dot.leaves(
    "You closed dot's connection, so the pending read and write threw " +
      "Interrupted. That means dot has left.",
  );
  await room.expectSize(2);

  trial.step("the room goes on: bob sends a line, and ann gets it");
  bob.conn.peerSends("that was much\n");
  await ann.hears("that was much\n");
  await room.close();
}

/** The limit is on each line, finished or not, and in bytes. */
const LONG_LINES: { pieces: string[]; isLong: boolean; likely: string }[] = [
  {
    pieces: ["l".repeat(MAX_LINE_BYTES), "\n"],
    isLong: false,
    likely:
      "A line of 64 KiB (65536 bytes, without its \\n) isn't too long. Pass " +
      "it on.",
  },
  {
    pieces: [`${"世".repeat(21_845)}.\n`],
    isLong: false,
    likely:
      "This line has 65536 bytes, which is allowed: the \\n doesn't count.",
  },
  {
    pieces: [`${"l".repeat(MAX_LINE_BYTES)}\n${"l".repeat(3000)}\n`],
    isLong: false,
    likely:
      "These are two lines, and neither is longer than 64 KiB. The limit " +
      "is on each line, not on everything that a read returns.",
  },
  {
    pieces: ["l".repeat(MAX_LINE_BYTES + 1)],
    isLong: true,
    likely:
      "You kept buffering a line that never ends, which can fill your memory. " +
      "When more than 64 KiB have arrived without a \\n, drop the member and " +
      "close its connection.",
  },
  {
    pieces: [`${"l".repeat(MAX_LINE_BYTES + 1)}\n`],
    isLong: true,
    likely:
      "The line was longer than 64 KiB, even though its \\n has arrived. The " +
      "limit is on every line, finished or not.",
  },
  {
    pieces: [`${"世".repeat(21_846)}\n`],
    isLong: true,
    likely:
      "21846 characters of 3 bytes each are more than 64 KiB. Measure the line " +
      "in bytes, before you decode it.",
  },
];

/** Checks lines at the limit, and above it. */
export async function checkLongLines(room: TestRoom): Promise<void> {
  const { trial } = room;
  const ann = room.join("ann");
  room.join("bob");
  const read = READ.limit;
  for (const { pieces, isLong, likely } of LONG_LINES) {
    const text = pieces.join("");
    trial.step(
      `cid joins and sends ${toBytes(text).length} bytes ` +
        `${text.endsWith("\n") ? "with" : "without"} a \\n at the end`,
    );
    const cid = room.join("cid");
    for (const piece of pieces.slice(0, -1)) {
      cid.conn.peerSends(piece);
      await cid.conn.until(() => cid.conn.closed || cid.conn.isDrained);
    }
    if (isLong) {
      cid.conn.peerSends(text);
      await cid.leaves(likely, read);
    } else {
      await room.passesOn(cid, pieces.at(-1)!, {
        line: text,
        ifShort: { likely, read },
      });
      cid.conn.peerEnds();
      await cid.leaves("cid has closed its write side, so it has left.");
    }
    await room.passesOn(ann, "next, please\n");
  }
  await room.close();
}
