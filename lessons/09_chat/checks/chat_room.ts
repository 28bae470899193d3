/** Checks 9.1: lines to all others, whatever one member does. */
import type { ShortConnOptions, Trial } from "../../../lib/workbook/kit/mod.ts";
import type { ChatRoomClass } from "../types.ts";
import { READ } from "./headings.ts";
import { MIXED_LINES } from "./line_advice.ts";
import { cut, decode, encode, TestRoom } from "./test_room.ts";

/** 32 KiB of three-byte characters: counting characters gives too few. */
const LINE = `${"世".repeat(10_922)}.\n`;
const LINE_BYTES = encode(LINE).length;
const MAX_UNSENT_BYTES = 1024 * 1024;

/** Checks an answer to 9.1. */
export async function checkChatRoom(
  ChatRoom: ChatRoomClass,
  trial: Trial,
): Promise<void> {
  const open = () => new TestRoom(ChatRoom, trial);
  await checkTalk(open());
  await checkTwoRooms(open(), open());
  for (const narrow of [{ readSize: 1 }, { readSize: 5 }, { writeSize: 3 }]) {
    await checkNarrow(open(), narrow);
  }
  await checkLeaving(open());
  await checkFailures(open());
  await checkSlow(open());
  await checkTwoAtOnce(open());
  await checkLongLines(open());
}

async function checkTalk(room: TestRoom): Promise<void> {
  const { trial } = room;
  trial.step("ann, bob, and cid join the room");
  const [ann, bob, cid] = await room.join(["ann", "bob", "cid"]);
  await room.expectSize(3);

  trial.step('ann sends "hello\\n", and the others get it');
  await room.passesOn(ann, "hello\n");

  trial.step("bob sends two lines in one write, and the others get both");
  await room.passesOn(bob, "hello, ann\nhello, cid\n", {
    ifShort: {
      likely: "One read may bring several lines: pass on each of them.",
      read: READ.wholeLines,
    },
  });

  trial.step('ann sends "wait", bob sends "yes?\\n", ann sends " a bit\\n"');
  await ann.says("wait");
  await room.passesOn(bob, "yes?\n");
  await room.passesOn(ann, " a bit\n", { line: "wait a bit\n" });

  trial.step('cid sends "\\n  two  spaces  \\n": an empty line, and one more');
  await room.passesOn(cid, "\n  two  spaces  \n");
  await room.close();
}

async function checkTwoRooms(one: TestRoom, other: TestRoom): Promise<void> {
  one.trial.step("ann and bob are in one room, cid and dot in another");
  const [ann] = await one.join(["ann", "bob"]);
  const [cid] = await other.join(["cid", "dot"]);
  const likely = "Each ChatRoom has its own members. A variable outside the " +
    "class, or a static one, is shared by all rooms.";
  await one.expectSize(2, likely);
  await other.expectSize(2, likely);
  await one.passesOn(ann, "in here\n");
  await other.passesOn(cid, "in there\n");
  await one.close();
  await other.close();
}

async function checkNarrow(
  room: TestRoom,
  narrow: ShortConnOptions,
): Promise<void> {
  const { readSize, writeSize } = narrow;
  room.trial.step(
    writeSize === undefined
      ? `each read gives at most ${readSize} bytes`
      : `each write takes at most ${writeSize} bytes`,
  );
  const [ann] = await room.join(["ann", "bob"], narrow);
  const text = "grüß dich, 世界\n\n" + "x".repeat(300) + "\nand so on\n";
  await room.passesOn(ann, text, {
    ifShort: writeSize === undefined ? undefined : {
      likely:
        "write() returns how many bytes it took, and the rest isn't sent " +
        "unless you write it: loop until the whole line is written.",
      read: READ.wholeLines,
    },
  });
  await room.close();
}

async function checkLeaving(room: TestRoom): Promise<void> {
  const { trial } = room;
  trial.step('cid sends "I must" and ends its side; its join() resolves');
  const [ann, bob, cid] = await room.join(["ann", "bob", "cid"]);
  await cid.says("I must");
  await cid.peer.closeWrite();
  await cid.leaves("A read gave null, so the member has left.");
  await room.expectSize(2);

  trial.step("the room goes on: ann sends a line, and bob gets it");
  await ann.says("bye, cid\n");
  const bye = "bye, cid\n";
  // The unfinished line may be dropped, or ended with a \n.
  let received = decode(await bob.atLeast(bye.length));
  if (received.startsWith("I must\n")) {
    received = decode(await bob.atLeast("I must\n".length + bye.length))
      .slice("I must\n".length);
  }
  trial.equalBytes(encode(received), encode(bye), {
    likely: received.startsWith("I mustbye")
      ? "The unfinished line that cid left behind got stuck to the next one. " +
        "Drop it, or end it with a \\n."
      : "A member that has left must neither get anything nor keep the room " +
        "from going on with the others.",
    read: READ.leaving,
  });
  await room.close();
}

async function checkFailures(room: TestRoom): Promise<void> {
  const { trial } = room;
  trial.step("cid's connection is reset; its join() resolves all the same");
  const [ann, bob] = await room.join(["ann", "bob"]);
  const cid = room.joinFake("cid", { then: "reset" });
  await cid.leaves("A read threw ConnectionReset, so the member has left.");
  await room.expectSize(2);

  trial.step("dot joins, whose connection breaks at the first write");
  const dot = room.joinFake("dot", { then: "silence", breakAt: 0 });
  await room.expectSize(3);
  await room.passesOn(ann, "hello\n");
  await dot.leaves(
    "A write to it failed with BrokenPipe, so the member has left. Its read " +
      "may still wait: close the connection, which ends the read.",
  );
  await room.expectSize(2);

  trial.step("the room goes on: ann and bob send a line each");
  await room.passesOn(ann, "again\n");
  await room.passesOn(bob, "yes\n");
  await room.close();
}

async function checkSlow(room: TestRoom): Promise<void> {
  const { trial } = room;
  const before = 28;
  trial.step(
    `dot never reads; ann sends ${before} lines of 32 KiB ("世世世…\\n"), and ` +
      "bob gets each",
  );
  const dot = room.joinFake("dot", { then: "silence", room: 0 });
  const [ann, bob] = await room.join(["ann", "bob"]);
  await room.expectSize(3);
  let sent = 0;
  const sendLine = async () => {
    await ann.says(LINE);
    await bob.atLeast(sent += LINE_BYTES);
  };
  while (sent < before * LINE_BYTES) await sendLine();
  dot.stays({
    problem: `dot was dropped with at most ${sent} bytes unsent.`,
    expected: `dot in the room until more than ${MAX_UNSENT_BYTES} are unsent`,
    likely:
      "A member may be slow for a while. Count the bytes that are unsent " +
      "to it, and drop it when they are more than 1 MiB.",
    read: READ.limit,
  });

  trial.step("ann goes on; dot is dropped when more than 1 MiB is unsent");
  while (!dot.conn.closed && sent < 2 * MAX_UNSENT_BYTES) await sendLine();
  bob.stays({
    problem: "bob was dropped, but bob reads every line at once.",
    likely: "Count what is unsent, not all that was ever sent: subtract what " +
      "each write has taken.",
    read: READ.limit,
  });
  if (!dot.conn.closed) {
    trial.fail({
      problem: `${sent} bytes are unsent to dot, and it's still connected.`,
      expected: `a closed connection once more than ${MAX_UNSENT_BYTES} are`,
      likely:
        "A queue without a limit fills the memory for as long as others " +
        "talk; a room that only leaves out lines lets dot miss some without " +
        "knowing. Take the member out, and close its connection. If you have " +
        "a limit, count bytes: each of these characters is three.",
      read: READ.limit,
    });
  }
  await dot.leaves(
    "The room has closed its connection, so its read and its write have failed " +
      "with Interrupted: the member has left.",
  );
  await room.expectSize(2);

  trial.step("the room goes on: bob sends a line, and ann gets it");
  await bob.says("that was much\n");
  await ann.hears("that was much\n");
  await room.close();
}

async function checkTwoAtOnce(room: TestRoom): Promise<void> {
  const { trial } = room;
  trial.step(
    "ann and bob send 30 long lines each, at once; cid gets all of them whole",
  );
  const talkers = await room.join(["ann", "bob"]);
  const [cid] = await room.join(["cid"], { writeSize: 700 });
  const sent = talkers.map(({ name }) => ({
    name,
    lines: Array.from(
      { length: 30 },
      (_, i) => `${name} ${i} ${name[0].repeat(2000)}\n`,
    ),
  }));
  await Promise.all(
    talkers.map((talker, i) => talker.says(sent[i].lines.join(""))),
  );
  const size = sent.flatMap(({ lines }) => lines).join("").length;
  const received = decode(await cid.atLeast(size)).split(/(?<=\n)/);
  for (const { name, lines } of sent) {
    const got = received.filter((line) => line.startsWith(name[0]));
    const at = lines.findIndex((line, i) => line !== got[i]);
    if (at === -1 && got.length === lines.length) continue;
    trial.fail({
      problem:
        `${name}'s line ${Math.max(at, 0)} didn't arrive whole, in its ` +
        "place.",
      expected: cut(lines[Math.max(at, 0)]),
      received: cut(got[Math.max(at, 0)] ?? "nothing"),
      ...MIXED_LINES,
    });
  }
  await room.close();
}

/** The limit is on each line, finished or not, and in bytes. */
async function checkLongLines(room: TestRoom): Promise<void> {
  const { trial } = room;
  trial.step("ann sends a line of 60000 bytes, and bob gets it");
  const [ann, _bob, cid, dot, eve] = await room.join(
    ["ann", "bob", "cid", "dot", "eve"],
  );
  await room.passesOn(ann, `${"l".repeat(60_000)}\n`, {
    ifShort: {
      likely: "A line of 60000 bytes isn't too long: up to 64 KiB, which is " +
        "65536 bytes, a line goes to all others.",
      read: READ.limit,
    },
  });

  trial.step("cid sends 200000 bytes with no \\n, and is dropped");
  await cid.isDroppedFor(
    "l".repeat(200_000),
    "A line without an end would fill the memory: when more than 64 KiB have " +
      "arrived without a \\n, drop the member and close its connection.",
  );
  await room.passesOn(ann, "where is cid?\n");

  trial.step("dot sends a line of 66000 bytes with its \\n, and is dropped");
  await dot.isDroppedFor(
    `${"l".repeat(66_000)}\n`,
    "The line was longer than 64 KiB, though its \\n came with the last read. " +
      "The limit is on each line, finished or not.",
  );

  trial.step('eve sends a line of 30000 times "世", and is dropped');
  await eve.isDroppedFor(
    `${"世".repeat(30_000)}\n`,
    "30000 characters of three bytes each are more than 64 KiB. Measure the " +
      "line in bytes, before you decode it.",
  );
  await room.expectSize(2);
  await room.close();
}
