/** How an answer to 18.1 is checked. */
import {
  socketFolder,
  TimerWatch,
  type Trial,
  type TrialFailure,
} from "../../../lib/workbook/kit/mod.ts";
import type { AskLocal } from "../types.ts";
import { checkFailures } from "./ask_local_failures.ts";
import {
  encode,
  expectOwnPathGone,
  expectServerPath,
  open,
  PLENTY_MS,
  type Run,
  WAITS,
} from "./ask_local_run.ts";

const NO_ADDRESS = "The server can't answer without a return address. Open " +
  "your socket at a path of its own, `${server}.me`.";

/** Checks an answer to 18.1. */
export async function checkAskLocal(
  askLocal: AskLocal,
  trial: Trial,
): Promise<void> {
  const folder = socketFolder(trial, ["ask.sock", "ask.sock.me", "other.sock"]);
  const path = `${folder}/ask.sock`;
  const run: Run = {
    askLocal,
    trial,
    server: open(path, trial),
    path,
    own: `${path}.me`,
    otherPath: `${folder}/other.sock`,
    timersLeft: [],
  };
  for (const exchange of EXCHANGES) await checkExchange(run, exchange);
  await checkFailures(run);
  // Last, because a learner who leaves a timer has other things to learn first.
  trial.step("all calls have ended");
  if (run.timersLeft.length > 0) {
    trial.fail({
      problem: `${run.timersLeft[0]}, and a timer is still running.`,
      likely: "A program can't end while a timer is running. Stop it in the " +
        "finally block: clearTimeout(timer).",
      read: WAITS,
    });
  }
}

/** A question, and what the client gets. */
interface Exchange {
  step: string;
  question: Uint8Array;
  answer: Uint8Array;
  /** What another sender sends before the answer. */
  stranger?: Uint8Array;
}

const EXCHANGES: Exchange[] = [
  {
    step: 'a client asks "what time is it?"',
    question: encode("what time is it?"),
    answer: encode("noon"),
  },
  {
    step: "a client asks from the same path again",
    question: encode("and now?"),
    answer: encode("still noon"),
  },
  {
    step: "an empty question gets an answer of 60000 bytes",
    question: new Uint8Array(),
    answer: crypto.getRandomValues(new Uint8Array(60_000)),
  },
  {
    step: "a question gets an empty answer",
    question: encode("anything?"),
    answer: new Uint8Array(),
  },
  {
    step: "another sender's message arrives before the server's answer",
    question: encode("who is there?"),
    answer: encode("the server"),
    stranger: encode("I am the server!"),
  },
];

async function checkExchange(
  run: Run,
  { step, question, answer, stranger }: Exchange,
): Promise<void> {
  const { askLocal, trial, server, path, own, otherPath } = run;
  trial.step(step);
  using timers = new TimerWatch();
  const asking = trial.start(
    "askLocal",
    () => askLocal(path, question, { timeoutMs: PLENTY_MS }),
    explain,
  );
  const early = asking.then(() =>
    trial.fail({
      problem: "askLocal() returned before it had asked the server.",
      likely: "Await send(), and return what receive() returns.",
    })
  );
  const receiving = Promise.race([server.receive(), early]);
  const [asked, from] = await trial.waitFor(receiving, {
    waitingFor: "the question to reach the server",
    likely: 'Send the question to { transport: "unixpacket", path: server }.',
  });
  trial.equalBytes(asked, question, {
    likely: "Send the question unchanged: a datagram is a whole message.",
    read: WAITS,
  });
  const address = (from as Deno.UnixAddr).path;
  if (address !== own) {
    trial.fail({
      problem: address?.startsWith("/")
        ? "The question came from another path."
        : "The question came from a socket that has no path.",
      expected: own,
      received: Deno.inspect(address),
      likely: NO_ADDRESS,
    });
  }
  if (stranger !== undefined) {
    const other = open(otherPath, trial);
    await other.send(stranger, from);
    other.close();
    Deno.removeSync(otherPath);
  }
  await server.send(answer, from);
  const received = await trial.waitFor(asking, {
    waitingFor: "askLocal() to return the answer",
    likely: stranger === undefined
      ? "Return the first message from the server: receive() returns a message " +
        "and its sender, and sender.path is the server's path."
      : "After a message from another sender, receive again: the answer is " +
        "still to come.",
  });
  if (!(received instanceof Uint8Array)) {
    trial.fail({
      problem: `askLocal() returned ${Deno.inspect(received)}.`,
      expected: "a Uint8Array",
      likely: "receive() returns two things, the data and the sender. Return " +
        "the data.",
    });
  }
  if (stranger !== undefined && received.toHex() === stranger.toHex()) {
    trial.fail({
      problem: "askLocal() returned a message that isn't from the server.",
      expected: answer,
      received,
      likely: "receive() also returns the sender. Accept the message only if " +
        "sender.path is the server's path; otherwise, receive again.",
    });
  }
  trial.equalBytes(received, answer, {
    likely: received.length < answer.length
      ? "receive() drops what doesn't fit into your buffer, without telling " +
        "you. Don't pass a buffer, or pass one of at least 60000 bytes."
      : "Return the data that arrived, not the rest of the buffer.",
  });
  expectServerPath(run);
  expectOwnPathGone(run);
  if (timers.running().length > 0) run.timersLeft.push("The answer arrived");
}

/** What an error means where an answer was due. */
function explain(error: unknown): TrialFailure | undefined {
  if (error instanceof Deno.errors.AddrInUse) {
    return {
      problem: "askLocal() threw AddrInUse: its own path still existed.",
      likely:
        "The previous call left it: close() doesn't remove the file of a " +
        "datagram socket. Remove it in a finally block.",
    };
  }
  if (error instanceof Deno.errors.Busy) {
    return {
      problem: `askLocal() threw Busy: ${error.message}.`,
      likely: "A datagram socket does one thing at a time, and you called " +
        "receive() while send() was still running. Await send() first.",
      read: WAITS,
    };
  }
  if (error instanceof Error && error.message.includes("Empty path")) {
    return {
      problem: "askLocal() opened a socket that has no path.",
      likely: NO_ADDRESS,
    };
  }
}
