/** The limits of 9.1: how much may be unsent to a member, and how long a line is. */
import { settle, toBytes } from "../../../lib/workbook/kit/mod.ts";
import { READ } from "./headings.ts";
import type { TestRoom } from "./test_room.ts";

/** 64 KiB of three-byte characters: counting characters gives too few. */
const LINE = `${"世".repeat(21_845)}\n`;
const LINE_BYTES = toBytes(LINE).length;
const MAX_UNSENT_BYTES = 1024 * 1024;
const MAX_LINE_BYTES = 64 * 1024;

/** One member reads 2 lines, and then nothing, or a little with each line. */
export async function checkSlow(room: TestRoom, takes: number): Promise<void> {
  const { trial } = room;
  trial.step(
    'ann sends lines of 64 KiB ("世世世…\\n"), and bob gets each; dot reads two ' +
      `of them, and then ${takes === 0 ? "nothing" : `${takes} bytes a line`}`,
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
            "The line that is too much for dot still goes to all others: " +
            "when you have dropped a member, go on with the next one.",
          read: READ.limit,
        },
    );
    dot.conn.peerTakes(takes);
    await settle();
    unsent = sent - dot.conn.bytesWritten;
  }
  for (let i = 0; i < 7 && !dot.conn.closed; i++) await settle();
  // A line that is half written may count as unsent, whole.
  const most = unsent + (takes === 0 ? 0 : LINE_BYTES);
  if (dot.conn.closed && most <= MAX_UNSENT_BYTES) {
    trial.fail({
      problem: `dot was dropped with ${unsent} bytes unsent.`,
      expected:
        `dot in the room until more than ${MAX_UNSENT_BYTES} are unsent`,
      likely:
        "A member may be slow for a while. Count the bytes that are unsent " +
        "to it, and drop it when they are more than 1 MiB.",
      read: READ.limit,
    });
  }
  if (!dot.conn.closed) {
    trial.fail({
      problem: `${unsent} bytes are unsent to dot, and it's still connected.`,
      expected: `a closed connection once more than ${MAX_UNSENT_BYTES} are`,
      likely:
        "A queue without a limit fills the memory for as long as others " +
        "talk; a room that only leaves out lines lets dot miss some without " +
        "knowing. Take the member out, and close its connection. If you have " +
        "a limit, count the bytes, all of them: each of these characters is " +
        "three, and the line that is being written is unsent, too.",
      read: READ.limit,
    });
  }
  await dot.leaves(
    "The room has closed its connection, so its read and its write have failed " +
      "with Interrupted: the member has left.",
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
    likely: "A line of 64 KiB, which is 65536 bytes, isn't too long, without " +
      "its \\n: it goes to all others.",
  },
  {
    pieces: [`${"世".repeat(21_845)}.\n`],
    isLong: false,
    likely: "65536 bytes are allowed, and the \\n doesn't count.",
  },
  {
    pieces: [`${"l".repeat(MAX_LINE_BYTES)}\n${"l".repeat(3000)}\n`],
    isLong: false,
    likely: "These are two lines, neither of them over 64 KiB. The limit is " +
      "neither on what one read brings nor on both together.",
  },
  {
    pieces: ["l".repeat(MAX_LINE_BYTES + 1)],
    isLong: true,
    likely:
      "A line without an end would fill the memory: when more than 64 KiB " +
      "have arrived without a \\n, drop the member and close its connection.",
  },
  {
    pieces: [`${"l".repeat(MAX_LINE_BYTES + 1)}\n`],
    isLong: true,
    likely:
      "The line was longer than 64 KiB, though its \\n came with the last read. " +
      "The limit is on each line, finished or not.",
  },
  {
    pieces: [`${"世".repeat(21_846)}\n`],
    isLong: true,
    likely:
      "21846 characters of three bytes each are more than 64 KiB. Measure " +
      "the line in bytes, before you decode it.",
  },
];

/** Sends lines of just the limit, and of more. */
export async function checkLongLines(room: TestRoom): Promise<void> {
  const { trial } = room;
  const ann = room.join("ann");
  room.join("bob");
  const read = READ.limit;
  for (const { pieces, isLong, likely } of LONG_LINES) {
    const text = pieces.join("");
    trial.step(
      `cid joins, and sends ${toBytes(text).length} bytes with ` +
        `${text.endsWith("\n") ? "a" : "no"} \\n at the end`,
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
      await cid.leaves("Its side has ended, so the member has left.");
    }
    await room.passesOn(ann, "next, please\n");
  }
  await room.close();
}
