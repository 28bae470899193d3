/** The check of exercise 7.1. */
import {
  type Advice,
  checkStream,
  countedSample,
  explainBytes,
  forEachArgument,
  lettersFirst,
  READ_ON,
  type StreamCase,
  type StreamResult,
  toBytes,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type { AskAndHear } from "../types.ts";

const HALVES = "Each direction has its own end";
const FIN_RST = "FIN and RST";

const SEND_END =
  "The server answers only when it has the whole question and its " +
  "end, even if the question is empty. Send that end with conn.closeWrite(), " +
  "and return when read() returns null.";

/** Makes a case with a server that answers when the question has ended. */
function talk(
  question: string | Uint8Array,
  answer: string | Uint8Array,
  due: Partial<StreamCase> = {},
): StreamCase {
  const [asked, answered] = [question, answer].map(toBytes);
  const { writeSize } = due;
  return {
    step: `you send ${countedSample(asked)}` +
      (writeSize === undefined ? "" : `, at most ${writeSize} at a time`) +
      `; the answer has ${countedSample(answered)}`,
    args: [asked],
    writes: asked,
    afterEnd: true,
    sends: answered,
    values: [answered],
    likely: SEND_END,
    read: HALVES,
    ...due,
  };
}

/** Makes a case with a connection that fails, so the answer must throw. */
function fails(
  step: string,
  question: string,
  due: Partial<StreamCase>,
): StreamCase {
  return {
    ...talk(question, ""),
    step,
    afterEnd: false,
    values: [],
    ends: Error,
    likely: ({ then }) => then === "more" ? `${NOT_SENT} ${AWAIT}` : AWAIT,
    read: FIN_RST,
    ...due,
  };
}

const AWAIT =
  "Await every write(), and closeWrite(), too: if one of them fails " +
  "and nothing catches its error, the whole process ends.";
const NOT_SENT = "You ignored that the connection failed. The server can't " +
  "answer a question that it never got, so let the error from write() or " +
  "closeWrite() through.";
const NO_END = {
  afterEnd: true,
  then: "reset",
  likely: ({ then }: StreamResult) =>
    then === "more"
      ? "You treated a reset as the end of the answer. Your caller would take " +
        "half an answer for the whole one, so let the error from read() through."
      : "Let the ConnectionReset through that read() throws.",
} as const;

const CASES: StreamCase[] = [
  talk("how many?", "seven"),
  talk("", ""),
  talk("", "speak up!"),
  ...lettersFirst((sample) => talk("and now?", sample(3000))),
  ...lettersFirst((sample) =>
    talk(sample(3000), "thank you", { writeSize: 7 })
  ),
  ...lettersFirst((sample) =>
    talk(sample(130_000), sample(300_000), {
      writeSize: 7000,
      readSizes: [4096],
    })
  ),
  {
    ...talk("how many?", "seve", { then: "silence" }),
    step: "the server sends part of its answer and goes silent",
    values: [],
    likely:
      "You returned before the answer was complete. It ends when read() " +
      "returns null, and that can take a while, so keep waiting.",
  },
  fails("the connection is reset after 4 bytes of the answer", "how many?", {
    ...NO_END,
    sends: "seve",
  }),
  fails("the connection is reset before the answer", "how many?", NO_END),
  fails("the first write() throws; nothing has come back", "how many?", {
    breakAt: 0,
    writes: "",
  }),
  fails("closeWrite() throws, because the connection is gone", "how many?", {
    closeWriteError: new Deno.errors.NotConnected("not connected"),
  }),
];

const FIXED_SIZE =
  "Your array for the answer has a fixed size, but an answer " +
  "can have any size. Keep a copy of each piece, and join them at the end.";

/** Tells whether a value is the start of the answer, of a typical buffer's size. */
function fillsBuffer(value: unknown, answer: Uint8Array): boolean {
  return value instanceof Uint8Array && value.length < answer.length &&
    value.length > 0 && value.length % 1000 * (value.length % 1024) === 0 &&
    value.every((byte, i) => byte === answer[i]);
}

/** Explains an error, or a wrong answer. */
function explain(
  { values, then, error }: StreamResult,
  due: StreamCase,
): Partial<Advice> | undefined {
  if (due.ends !== undefined) return undefined;
  const answer = due.values?.[0];
  const isLong = Object(answer).length >= 1000;
  // set() throws a RangeError when there's no room left.
  if (isLong && error instanceof RangeError) return { likely: FIXED_SIZE };
  if (then === "error") {
    return error instanceof Deno.errors.BrokenPipe
      ? {
        likely:
          "You wrote after closeWrite(), and that fails. Write the whole " +
          "question first.",
        read: "What a closed socket tells you",
      }
      : {
        likely:
          "Did you throw because read() returned null? It isn't an error: " +
          "it means that the answer is complete. The question and the answer " +
          "can be empty, too, and the answer can take any time.",
      };
  }
  if (then !== "more" || !(answer instanceof Uint8Array)) return undefined;
  if (fillsBuffer(values[0], answer)) return { likely: FIXED_SIZE };
  return Object(values[0]).length === 0 ? { likely: SEND_END } : {
    likely: explainBytes(values[0], answer),
  };
}

/**
 * Checks an answer to 7.1.
 *
 * @param askAndHear The answer.
 * @param trial The run of the check.
 */
export async function checkAskAndHear(
  askAndHear: AskAndHear,
  trial: Trial,
): Promise<void> {
  trial.onForgotten((error) => {
    const call = error instanceof Deno.errors.BrokenPipe
      ? "write()"
      : error instanceof Deno.errors.NotConnected
      ? "closeWrite()"
      : undefined;
    return call === undefined ? undefined : {
      problem: `You didn't await a ${call} that failed: ${error}.`,
      likely: AWAIT,
      read: FIN_RST,
    };
  });
  await checkStream(trial, {
    name: "askAndHear",
    open: forEachArgument(askAndHear),
    what: "answer",
    explain,
    explainSent: (sent, due) =>
      sent.length < due.length
        ? "You closed your write side too early. write() can take only part " +
          "of the question, so write the rest first."
        : undefined,
    cut: READ_ON,
  }, CASES);
}
