/** Exchanges of the check of 19.1, and the order of its parts. */
import {
  type Advice,
  differenceAt,
  PROBES,
  shown,
  socketFolder,
  toBytes,
  type Trial,
  type TrialFailure,
} from "../../../lib/workbook/kit/mod.ts";
import type { AskLocal } from "../types.ts";
import { checkFailures } from "./ask_local_failures.ts";
import { AskRun, end, PROMISES, WAITS } from "./ask_local_run.ts";

const NO_ADDRESS = "Without a path, your socket has no address that the " +
  "server could answer to. Open it at the path `${server}.me`.";

const THREW_AT_STRANGER: Advice = {
  likely: "Don't give up when a message comes from another sender: any " +
    "program that may write to your path can send one. Ignore it, and receive " +
    "again.",
  read: PROMISES,
};

/** A question, and the answer that the client must get. */
interface Exchange {
  step: string;
  question: string | Uint8Array;
  answer: string | Uint8Array;
  /** The message that other senders send before the answer. */
  stranger?: string;
  /** The diagnosis if the call never returns. */
  ifStuck?: string;
}

/** 60000 bytes of readable text in which every place looks different. */
const COUNTING = Array.from({ length: 12_000 }, (_, i) => `${i + 10_000}`)
  .join("").slice(0, 60_000);

const EXCHANGES: Exchange[] = [
  {
    step: 'a client asks "what time is it?"',
    question: "what time is it?",
    answer: "noon",
  },
  {
    step: "messages of two other senders arrive before the server's answer",
    question: "who is there?",
    answer: "the server",
    stranger: "I am the server!",
    ifStuck: "After a message from another sender, receive again: the answer " +
      "hasn't arrived yet.",
  },
  {
    step: "an empty question gets an answer of 60000 bytes",
    question: "",
    answer: COUNTING,
  },
  {
    step: "a question gets an empty answer",
    question: "anything?",
    answer: "",
    ifStuck: "An empty datagram is a message, too, and here it's the answer. " +
      "Test the sender, not the data.",
  },
];

/** Checks an answer to 19.1. */
export async function checkAskLocal(
  askLocal: AskLocal,
  trial: Trial,
): Promise<void> {
  const names = ["ask.sock", "ask.sock.me", "ask.sock.too", "not_ask.sock"];
  const folder = socketFolder(trial, names);
  using run = new AskRun(askLocal, trial, folder);
  const answers: [received: Uint8Array, due: Uint8Array][] = [];
  for (const one of EXCHANGES) {
    trial.step(one.step);
    answers.push(await exchange(run, one));
    await exchange(run, one, PROBES.twice("askLocal()"));
    const views = PROBES.views("askLocal()");
    await exchange(run, one, views, { isView: true });
  }
  trial.step("the first answers are still the same");
  for (const [received, due] of answers) {
    trial.equalBytes(received, due, PROBES.unchanged("askLocal()"));
  }
  await checkFailures(run);
  trial.step("a client asks again, after all the failures");
  await exchange(run, EXCHANGES[0], PROBES.state("askLocal()"));
}

/** Asks and answers once, and returns the answer received and the right one. */
async function exchange(
  run: AskRun,
  { question, answer, stranger, ifStuck }: Exchange,
  probe?: Advice,
  options = { isView: false },
): Promise<[received: Uint8Array, due: Uint8Array]> {
  const trial: Trial = run.trial;
  const server = run.bind(run.paths.server);
  const due = toBytes(answer);
  const asking = run.ask(toBytes(question), options).then((result) => {
    if ("error" in result) {
      trial.failThrown(
        "askLocal()",
        result.error,
        explain(result.error) ??
          (stranger === undefined ? {} : THREW_AT_STRANGER),
      );
    }
    return result.value;
  });
  const early = asking.then(() =>
    trial.fail({
      problem: "askLocal() returned before it had asked the server.",
      likely: "Await send(), and return what receive() returns.",
    })
  );
  const receiving = Promise.race([server.socket.receive(), early]);
  const [asked, from] = await trial.waitFor(receiving, {
    waitingFor: "the question to reach the server",
    likely: 'Send the question to { transport: "unixpacket", path: server }.',
  });
  trial.equalBytes(asked, toBytes(question), {
    likely: "Send the question unchanged: a datagram is a whole message.",
    read: WAITS,
    ...probe,
  });
  requireAddress(run, from);
  if (stranger !== undefined) {
    for (const path of run.paths.strangers) {
      const other = run.bind(path);
      await other.socket.send(toBytes(stranger), from);
      end(other);
    }
  }
  await server.socket.send(due, from);
  const received: unknown = await trial.waitFor(asking, {
    waitingFor: "askLocal() to return the answer",
    likely: ifStuck ??
      "Return the first message from the server: receive() returns a message " +
        "and its sender, and sender.path is the server's path.",
  });
  if (!(received instanceof Uint8Array)) {
    trial.fail({
      problem: `askLocal() returned ${shown(received)}.`,
      expected: "a Uint8Array",
      likely: Array.isArray(received)
        ? "receive() returns two things, the data and the sender. Return the " +
          "data."
        : "Return the data as it arrived, as bytes.",
    });
  }
  if (stranger && differenceAt(received, toBytes(stranger)) === undefined) {
    trial.fail({
      problem: "askLocal() returned a message that isn't from the server.",
      expected: due,
      received,
      likely: "receive() also returns the sender. Accept the message only if " +
        "sender.path is the server's path; otherwise, receive again.",
    });
  }
  trial.equalBytes(received, due, {
    likely: received.length < due.length
      ? "receive() drops what doesn't fit into your buffer, without telling " +
        "you. Don't pass a buffer, or pass one of at least 60000 bytes."
      : "Return the data that arrived, not the rest of the buffer.",
    ...probe,
  });
  end(server);
  return [received, due];
}

function requireAddress({ trial, paths }: AskRun, from: Deno.Addr): void {
  const { path }: { path: string | null } = from as Deno.UnixAddr;
  if (path === paths.own) return;
  trial.fail({
    problem: path?.startsWith("/")
      ? "The question came from another path."
      : "The question came from a socket that has no path.",
    expected: paths.own,
    received: shown(path, 200),
    likely: NO_ADDRESS,
  });
}

/** Explains an error that was thrown instead of an answer. */
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
  if (
    error instanceof Deno.errors.BadResource ||
    error instanceof Deno.errors.Interrupted
  ) {
    return {
      problem: "You closed your socket while it was still in use.",
      likely:
        "`return Promise.race(…)` in a try block doesn't wait: the finally " +
        "block runs at once. Write `return await Promise.race(…)`.",
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
