/** Checks 9.1: lines reach everyone else, whatever one member does. */
import { writeAll } from "../../../lib/net/mod.ts";
import {
  Collector,
  connectPair,
  type FakeConnOptions,
  SAMPLE_TEXTS,
  settle,
  TimerWatch,
  toBytes,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type { ChatRoomClass } from "../types.ts";
import { READ } from "./headings.ts";
import { checkLongLines, checkSlow } from "./limits.ts";
import { CHANGED_LATER, HELD_UP, MIXED_LINES } from "./line_advice.ts";
import { TestRoom } from "./test_room.ts";

/** Checks an answer to 9.1. */
export async function checkChatRoom(
  ChatRoom: ChatRoomClass,
  trial: Trial,
): Promise<void> {
  const timers = trial.use(new TimerWatch());
  trial.onForgotten((error) => ({
    problem: "A promise failed, and nothing handled its error: " +
      `${trial.describe(error)}.`,
    likely:
      "If you don't await a write, because it would hold up the others, " +
      "you have to catch its error where it happens: in the loop that writes to " +
      "that member. Drop the member there. An unhandled error ends the program.",
    read: READ.leaving,
  }));
  const open = () => new TestRoom(ChatRoom, trial, timers);
  await checkTalk(open());
  await checkTwoRooms(open(), open());
  await checkCarriageReturn(open());
  for (const narrow of [{ readSize: 1 }, { readSize: 5 }, { writeSize: 3 }]) {
    await checkNarrow(open(), narrow);
  }
  await checkLeaving(open());
  await checkFailures(open());
  await checkLongLines(open());
  for (const takes of [0, 1000]) await checkSlow(open(), takes);
  await checkTwoAtOnce(open());
  await checkSockets(ChatRoom, trial);
}

async function checkTalk(room: TestRoom): Promise<void> {
  const { trial } = room;
  trial.step("ann, bob, and cid join the room");
  const [ann, bob, cid] = ["ann", "bob", "cid"].map((name) => room.join(name));
  trial.equal(room.room.size, 3, {
    problem: "room.size isn't 3 right after three calls of join().",
    likely:
      "join() adds a member at once: add it before your first `await`, or " +
      "it misses the lines that are sent until then.",
    read: READ.toOthers,
  });

  trial.step('ann sends "hello\\n", and the others get it');
  await room.passesOn(ann, "hello\n");

  trial.step("bob sends two lines in one write, and the others get both");
  await room.passesOn(bob, "hello, ann\nhello, cid\n", {
    ifShort: {
      likely: "You passed on only one of the lines. A single read may return " +
        "several lines, so pass on each of them.",
      read: READ.wholeLines,
    },
  });

  trial.step('ann sends "wait", bob sends "yes?\\n", ann sends " a bit\\n"');
  ann.conn.peerSends("wait");
  await room.passesOn(bob, "yes?\n");
  await room.passesOn(ann, " a bit\n", { line: "wait a bit\n" });

  trial.step('ann sends "caf" and half of "é", bob "tea?\\n", ann the rest');
  const [cut, rest] = [
    toBytes("café\n").subarray(0, 4),
    toBytes("é\n").subarray(1),
  ];
  ann.conn.peerSends(cut);
  const ifWrong = {
    likely:
      "A read may end in the middle of a character, and then the next read " +
      "can be from another member. Each member needs its own TextDecoder and " +
      "its own buffer, or keep lines as bytes.",
    read: READ.wholeLines,
  };
  await room.passesOn(bob, "tea?\n", { ifWrong });
  await room.passesOn(ann, rest, { line: "café\n", ifWrong });

  trial.step(
    'cid sends "\\n  two  spaces  \\n": an empty line and another one',
  );
  await room.passesOn(cid, "\n  two  spaces  \n");

  trial.step("bob sends lines with characters of one to four bytes");
  const texts = Object.values(SAMPLE_TEXTS)
    .filter((text) => !/\p{Cc}/u.test(text));
  await room.passesOn(bob, texts.map((text) => `${text}\n`).join(""));

  trial.step("dan joins, and gets the lines that are sent from then on");
  const dan = room.join("dan");
  await room.expectSize(4);
  await room.passesOn(ann, "hello, dan\n", {
    ifWrong: {
      likely:
        "You sent dan an old line. A member only gets lines that are sent after " +
        "it has joined, so don't keep lines for newcomers.",
      read: READ.toOthers,
    },
  });
  await room.passesOn(dan, "hello, all\n");
  await room.close();
}

async function checkTwoRooms(one: TestRoom, other: TestRoom): Promise<void> {
  one.trial.step("ann and bob are in one room, cid and dot in another");
  const [ann] = ["ann", "bob"].map((name) => one.join(name));
  const [cid] = ["cid", "dot"].map((name) => other.join(name));
  const likely = "Each ChatRoom has its own members. A variable outside the " +
    "class, or a static field, is shared by all rooms.";
  await one.expectSize(2, likely);
  await other.expectSize(2, likely);
  cid.conn.peerSends("in ");
  await one.passesOn(ann, "in here\n");
  await other.passesOn(cid, "there\n", { line: "in there\n" });
  await one.close();
  await other.passesOn(cid, "still here\n");
  await other.close();
}

/** A \r alone may stay, or be removed or escaped. */
async function checkCarriageReturn(room: TestRoom): Promise<void> {
  const { trial } = room;
  trial.step('ann sends "a\\rb\\nend\\n": two lines');
  const [ann, bob] = ["ann", "bob"].map((name) => room.join(name));
  ann.conn.peerSends("a\rb\nend\n");
  const heard = () => new TextDecoder().decode(bob.conn.written);
  await trial.waitFor(bob.conn.until(() => heard().endsWith("end\n")), {
    waitingFor: 'bob to get the line "end\\n"',
    ...HELD_UP,
  });
  trial.equal(heard().split("\n").length - 1, 2, {
    problem: `bob got ${JSON.stringify(heard())}.`,
    likely:
      "Only a \\n ends a line. A \\r in the middle of a line may stay, or " +
      "you may remove or escape it, but it's still one line.",
    read: READ.wholeLines,
  });
  await room.close();
}

async function checkNarrow(
  room: TestRoom,
  narrow: FakeConnOptions,
): Promise<void> {
  const { readSize, writeSize } = narrow;
  room.trial.step(
    writeSize === undefined
      ? `each read returns at most ${readSize} bytes`
      : `each write takes at most ${writeSize} bytes`,
  );
  const [ann] = ["ann", "bob"].map((name) => room.join(name, narrow));
  const text = "grüß dich, 世界\n\n" + "x".repeat(300) + "\nand so on\n";
  await room.passesOn(ann, text, {
    ifShort: writeSize === undefined ? undefined : {
      likely:
        "You wrote only part of the line. write() returns how many bytes it " +
        "took, so write the rest: loop until the whole line is written.",
      read: READ.wholeLines,
    },
  });
  await room.close();
}

async function checkLeaving(room: TestRoom): Promise<void> {
  const { trial } = room;
  trial.step(
    'cid sends "see you\\nI must" and closes its write side; join() resolves',
  );
  const [ann, bob, cid] = ["ann", "bob", "cid"].map((name) => room.join(name));
  cid.conn.peerSends("see you\nI must");
  cid.conn.peerEnds();
  await cid.leaves("A read returned null, so cid has left.");
  await room.expectSize(2);
  await bob.receives("see you\n".length);
  await settle();
  // The unfinished line may be dropped, or ended with a \n.
  const heard = new TextDecoder().decode(bob.conn.written);
  const rest = heard.endsWith("I must\n") ? "I must\n" : "";
  const ifWrong = {
    likely:
      "You passed on cid's unfinished line without a \\n, so the next line " +
      "continues it. Drop the unfinished line, or end it with a \\n.",
    read: READ.leaving,
  };
  for (const member of [ann, bob]) {
    await member.hears(`see you\n${rest}`, { ifWrong });
  }

  trial.step("the room goes on: ann sends a line, and bob gets it");
  await room.passesOn(ann, "bye, cid\n", { ifWrong });
  await room.close();
}

async function checkFailures(room: TestRoom): Promise<void> {
  const { trial } = room;
  trial.step("cid's connection is reset; its join() still resolves");
  const ann = room.join("ann");
  const cid = room.join("cid", { then: "reset" });
  await cid.leaves("A read threw ConnectionReset, so cid has left.");
  await room.expectSize(1);

  trial.step("dot joins, and the first write to dot fails with BrokenPipe");
  const dot = room.join("dot", { breakAt: 0 });
  const bob = room.join("bob");
  await room.expectSize(3);
  ann.conn.peerSends("hello\n");
  await bob.hears("hello\n");
  await dot.leaves(
    "A write to dot failed with BrokenPipe, so dot has left. Your read from dot " +
      "may still be waiting: close the connection, which ends the read.",
  );
  await room.expectSize(2);

  trial.step("eve and fay don't read a line, and then they leave");
  const [eve, fay] = ["eve", "fay"].map((name) => room.join(name, { room: 0 }));
  ann.conn.peerSends("hello again\n");
  await bob.hears("hello again\n");
  eve.conn.peerEnds();
  fay.conn.peerResets();
  for (const member of [eve, fay]) {
    await member.leaves(
      "The member has left, even though some bytes for it are still unsent. " +
        "Don't wait until they're sent.",
    );
  }
  await room.expectSize(2);

  trial.step("the room goes on: ann and bob send a line each");
  await room.passesOn(ann, "again\n");
  await room.passesOn(bob, "yes\n");
  await room.close();
}

async function checkTwoAtOnce(room: TestRoom): Promise<void> {
  const { trial } = room;
  trial.step(
    "ann and bob each send 30 long lines at once; cid gets every line whole",
  );
  const talkers = ["ann", "bob"].map((name) => ({
    member: room.join(name),
    lines: Array.from(
      { length: 30 },
      (_, i) => `${name} ${i} ${name[0].repeat(2000)}\n`,
    ),
  }));
  const cid = room.join("cid", { writeSize: 700 });
  for (const { member, lines } of talkers) {
    member.conn.peerSends(lines.join(""));
  }
  await cid.receives(talkers.flatMap(({ lines }) => lines).join("").length);
  const received = new TextDecoder().decode(cid.conn.written).split(/(?<=\n)/);
  for (const { lines } of talkers) {
    const got = received.filter((line) => line[0] === lines[0][0]);
    const at = lines.findIndex((line, i) => line !== got[i]);
    if (at === -1) continue;
    trial.fail({
      problem:
        `${lines[0].slice(0, 3)}'s line ${at} didn't arrive whole and in ` +
        "order.",
      expected: `${lines[at].slice(0, 60)}…`,
      received: `${got[at]?.slice(0, 60)}…`,
      ...cid.conn.overlappedWrites ? MIXED_LINES : CHANGED_LATER,
    });
  }
  await room.close();
}

async function checkSockets(
  ChatRoom: ChatRoomClass,
  trial: Trial,
): Promise<void> {
  trial.step('ann, bob, and cid join over sockets; ann sends "hello\\n"');
  const room = new ChatRoom();
  const [ann, ...others] = [
    await connectPair(trial),
    await connectPair(trial),
    await connectPair(trial),
  ];
  const joining = [ann, ...others]
    .map(({ conn }) => trial.start("join", () => room.join(conn)));
  await writeAll(ann.peer, toBytes("hello\n"));
  for (const { peer } of others) {
    const hello = new Collector(peer, trial).atLeast("hello\n".length);
    await trial.waitFor(hello, { waitingFor: "hello", ...HELD_UP });
  }
  for (const { peer } of [ann, ...others]) peer.close();
  await trial.waitFor(Promise.all(joining), {
    waitingFor: "join() of all three to resolve",
    likely: "All three have closed their connections, so they have left.",
    read: READ.leaving,
  });
}
