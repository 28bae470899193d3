/**
 * Lesson 12: three segments open a connection.
 *
 * It makes connections over loopback while tcpdump listens, and shows how they
 * began and how they ended: the numbers as they were on the wire, and the states
 * of both ends. Where nothing can be captured it shows a recording of the same.
 */
import { diagramSegment, type Narrator } from "../../lib/show/mod.ts";
import {
  type Conversation,
  seqAdd,
  TCP_WALKS,
  walk,
  type WalkRecord,
} from "../../lib/wire/mod.ts";
import { runLesson } from "../../lib/workbook/run_lesson.ts";
import { observe, readRecording } from "../11_tcp_segment/observe.ts";
import { closesIn, type Life, live, type Lives, livesOf } from "./lives.ts";
import { RECORDING } from "./recording.ts";

/** Runs the demonstration. */
export async function lesson(show: Narrator): Promise<void> {
  show.step("Three segments open a connection");
  show.predict(
    "A client knows where to connect, and nothing else. What do the two sides " +
      "have to tell one another before the first byte, and why are two segments " +
      "not enough?",
  );
  const lives = await capture(show);
  opening(show, lives.atOnce);
  closing(show, lives);
  machine(show);
}

/** Makes the connections, and catches them; or takes the recording. */
async function capture(show: Narrator): Promise<Lives> {
  const observed = await observe(live);
  const lives = "packets" in observed ? livesOf(observed.packets) : undefined;
  if (lives !== undefined) return lives;
  const reason = "reason" in observed
    ? observed.reason
    : "tcpdump missed some packets";
  show.say(
    `Nothing was captured just now: ${reason}. What follows is a recording, ` +
      "made by this lesson on another machine.",
  );
  return livesOf(readRecording(RECORDING))!;
}

/** SYN(A); SYN-ACK(B, A+1); ACK(B+1). */
function opening(show: Narrator, { segments }: Life): void {
  const three = segments.slice(0, 3);
  const [syn, synAck, ack] = three.map(({ packet }) => packet.tcp!);
  tell(show, three, "raw");
  const [a, b] = [syn.sequence, synAck.sequence];
  show.fact("A, of the client's SYN", a);
  show.fact("acknowledged by the server", sum(synAck.acknowledgment, a, "A"));
  show.fact("B, of the server's SYN", b);
  show.fact("acknowledged by the client", sum(ack.acknowledgment, b, "B"));
  show.say(
    "Each side says where its numbers begin, and each hears its own number come " +
      "back, one higher: a SYN takes a number as if it were a byte. After two " +
      "segments the client knows that both ways work. The server learns it by " +
      "the third: only then has it heard that it was heard.",
  );
}

/** How an acknowledgment comes of the number of a SYN. */
function sum(acknowledged: number, initial: number, name: string): string {
  const difference = seqAdd(acknowledged, -initial);
  return `${acknowledged} = ${name} + ${difference}`;
}

/** The same call, and three ends. */
function closing(show: Narrator, lives: Lives): void {
  show.step("And the end: the server closes at once");
  show.predict(
    "Each side ends its own direction with a FIN, and each FIN is acknowledged. " +
      "The server closes as soon as it has read the end. How many segments is " +
      "that?",
  );
  tell(show, endOf(lives.atOnce));
  tellEnd(show, lives.atOnce.conversation);

  show.step("And the end: the server has more to say");
  show.predict(
    "Now the server sends 14 bytes more before it closes. How many segments are " +
      "about the end this time?",
  );
  tell(show, endOf(lives.later));
  tellEnd(show, lives.later.conversation);

  show.step("And the end: a reset");
  tell(show, endOf(lives.reset));
  tellEnd(show, lives.reset.conversation);
  const counts = [lives.atOnce, lives.later, lives.reset]
    .map(({ conversation }) => closesIn(conversation));
  show.fact("segments about the end", counts.join(", "));
  show.say(
    '"Closing takes exactly four segments" counts what must be said: two FINs, ' +
      "and an acknowledgment of each. A segment can say two of these at once: " +
      "when the server's FIN is due before the acknowledgment has been sent, " +
      "both go together. And a reset asks for no answer at all.",
  );
}

/** The segments about the end, and what lies between them. */
function endOf({ segments }: Life): Life["segments"] {
  const first = segments.findIndex(({ packet }) =>
    packet.tcp!.flags.fin || packet.tcp!.flags.rst
  );
  return segments.slice(first);
}

function tellEnd(show: Narrator, conversation: Conversation): void {
  const { ending } = conversation;
  if (ending.how === "reset") {
    show.fact("closed by", `a reset of the ${ending.by}`);
  } else if (ending.how === "closed") {
    const { first, segments } = ending;
    show.fact("closed by", `${segments} segments, the ${first} first`);
  } else {
    show.fact("closed by", "nothing that was captured");
  }
}

function tell(
  show: Narrator,
  seen: Life["segments"],
  numbers: "raw" | "relative" = "relative",
): void {
  show.segments(
    seen.map(({ packet, segment }) => diagramSegment(packet, segment)),
    { numbers },
  );
}

/** What must happen, where the captures showed what did. */
function machine(show: Narrator): void {
  show.step("The state machine, walked");
  show.say(
    "RFC 9293, section 3.3.2, gives each end eleven states, and says what leads " +
      "from one to another. Here two ends are walked through it, also in ways " +
      "that loopback is too fast to show.",
  );
  show.predict(
    "Both sides close at the same moment: each sends its FIN before it has " +
      "heard of the other's. Who waits in TIME-WAIT?",
  );
  const opened = walk(TCP_WALKS["open"]).pair;
  show.table(
    ["what happens", "client", "server", "segments"],
    Object.entries(TCP_WALKS).map(([name, steps]) => {
      const from = name.endsWith("open") ? undefined : opened;
      const { records } = walk(steps, from);
      return [
        name,
        statesOf(records, "client"),
        statesOf(records, "server"),
        `${records.flatMap(({ sent }) => sent).length}`,
      ];
    }),
  );
  const { records } = walk(TCP_WALKS["simultaneous close"], opened);
  const state = { client: "ESTABLISHED", server: "ESTABLISHED" };
  show.table(
    ["event", "sends", "client", "server"],
    records.map((record) => {
      state[record.side] = record.to;
      const { side, received, sent, events } = record;
      const what = received === null ? events[0] : `hears ${received}`;
      return [`${side}: ${what}`, sent.join(", "), state.client, state.server];
    }),
  );
  show.say(
    "Both do, since neither can know whether its last acknowledgment arrived. " +
      "TIME-WAIT lasts twice the longest life of a segment (2 MSL).",
  );
}

/** The states that one end goes through. */
function statesOf(records: WalkRecord[], side: "client" | "server"): string {
  const own = records.filter((record) => record.side === side);
  return [own[0].from, ...own.map(({ to }) => to)]
    .filter((state, i, all) => state !== all[i - 1])
    .join(" → ");
}

if (import.meta.main) await runLesson(import.meta.url, { lesson });
