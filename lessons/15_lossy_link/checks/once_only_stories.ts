/** The questions that check 15.2, and the diagnoses of wrong answers. */

/** Headings of the README. */
export const ONCE = "Answer once";
const WHO = "Identify the question";
const FORGET = "How much to remember";
/** The sender of a question that doesn't name another. */
export const SENDER: Deno.NetAddr = {
  transport: "udp",
  hostname: "127.0.0.1",
  port: 5000,
};

/** Data that tells `perform` what to do. For any other data, it counts calls. */
export const [FAIL, FAIL_ONCE, NOTHING, ECHO] = [
  "fail",
  "fail once",
  "nothing",
  "e",
];

/** Data that isn't text; `perform` returns it as it is. */
export const BINARY = Uint8Array.of(0xff, 0x00, 0xc3, 0x80, 0xfe);

/** A question. By default, it's from SENDER, and its data is "add". */
type Question = [
  number: number,
  from?: Partial<Deno.NetAddr>,
  data?: string | Uint8Array,
];

/** Questions to one OnceOnly. The workbook's solution says what's right. */
export interface Story {
  step: string;
  questions: Question[];
  maxRemembered?: number;
  /** The diagnosis if `perform` is called too often, or not often enough. */
  likely: string;
  /** @default {ONCE} */
  read?: string;
}

/** The diagnosis if a question that failed before isn't performed. */
export const FAILED_BEFORE =
  "perform() threw, so there's no answer to remember. Don't remember the error " +
  "either: the repeat gets a new chance. Remember a request only after it has " +
  "been performed.";

/** What to say if data that isn't text has changed. */
export const NOT_TEXT =
  "The data is bytes, not text. Pass on to perform(), and return, the bytes as " +
  "they are.";

/** All stories, from simple ones to limits. */
export const STORIES: Story[] = [
  {
    step: "question 7, and three repeats",
    questions: [[7], [7], [7], [7]],
    likely:
      "This is a repeat: the client hasn't received the answer, and wants " +
      "the work done once. Remember the answer by sender and number, and look " +
      "there first, for every repeat. A Map compares keys with ===, so use the " +
      "contents of `from` and `request`, not the objects.",
  },
  {
    step: "questions 7 and 8 from the same port, with the same data",
    questions: [[7], [8]],
    likely:
      "Another number means another question, even with the same data: a " +
      "client that adds 1 twice wants 2.",
  },
  {
    step: "question 0, whose four bytes are 0, and a repeat",
    questions: [[0], [0]],
    likely: "0 is a valid number, like any other.",
  },
  {
    step: "questions 1, 2, and 3, then a repeat of 1",
    questions: [[1], [2], [3], [1]],
    likely: "A repeat may arrive after newer questions. Remember more than " +
      "the last answer for each sender.",
    read: FORGET,
  },
  {
    step: "question 7 from port 5000, then from port 5001",
    questions: [[7], [7, { port: 5001 }]],
    likely: "Each client counts on its own, so two can use the same number. " +
      "Another port means another sender: identify a question by its number " +
      "and its sender.",
    read: WHO,
  },
  {
    step: "question 7 from port 5000, then from port 5000 of two other hosts",
    questions: [
      [7],
      [7, { hostname: "127.0.0.2" }],
      [7, { hostname: "10.0.0.1" }],
    ],
    likely:
      "The same port on another host is another sender. Identify a sender " +
      "by hostname and port.",
    read: WHO,
  },
  {
    step: "question 123 from port 5000, then question 23 from port 50001",
    questions: [[123], [23, { port: 50001 }]],
    likely: "Without a separator, 5000 and 123 make the same digits as 50001 " +
      "and 23. Put a character between port and number that occurs in neither.",
    read: WHO,
  },
  {
    step: "question 1 from port 5000, then question 0 from port 5001",
    questions: [[1], [0, { port: 5001 }]],
    likely: "5000 + 1 is 5001 + 0. Keep number and port apart in the key, " +
      "instead of computing one number from both.",
    read: WHO,
  },
  {
    step: "question 7 from 127.0.0.1, port 15000, then from 127.0.0.11, port " +
      "5000",
    questions: [[7, { port: 15000 }], [7, { hostname: "127.0.0.11" }]],
    likely: "Without a separator, 127.0.0.1 and 15000 make the same text as " +
      "127.0.0.11 and 5000. Put a character between hostname and port that " +
      "occurs in neither.",
    read: WHO,
  },
  {
    step: "questions 1, 0x01000001, 0x00010001, and 0xffffffff, from one port",
    questions: [[1], [0x01000001], [0x00010001], [0xffffffff]],
    likely: "The number has 4 bytes, and all of them count.",
    read: WHO,
  },
  {
    step: "questions 279 and 3075, from one port",
    questions: [[279], [3075]],
    likely: "The bytes of the first number are 0, 0, 1, 23, and those of the " +
      "second are 0, 0, 12, 3. Without separators, they make the same digits. " +
      "Read them as one number, with DataView's getUint32(0).",
    read: WHO,
  },
  {
    step: "questions 0x80 and 0x81, from one port",
    questions: [[0x80], [0x81]],
    likely: "These are different numbers. The bytes aren't text: TextDecoder " +
      "turns every byte that isn't valid UTF-8 into the same �. Read the number " +
      "with DataView's getUint32(0).",
    read: WHO,
  },
  {
    step: "questions 0xffffffff and 0xfffffffe, from one port",
    questions: [[0xffffffff], [0xfffffffe]],
    likely: "These are different numbers. The four bytes are an unsigned " +
      "integer: read it with DataView's getUint32(0).",
    read: WHO,
  },
  {
    step: "question 7, and a repeat with other data",
    questions: [[7], [7, {}, "other"]],
    likely:
      "This is a repeat, whatever its data: what identifies a question is " +
      "its number and its sender, and nothing else.",
    read: WHO,
  },
  {
    step: "the data isn't text",
    questions: [[4], [5, {}, BINARY], [5, {}, BINARY]],
    likely: NOT_TEXT,
  },
  {
    step: "perform() returns no bytes, and the question is repeated",
    questions: [[5, {}, NOTHING], [5, {}, NOTHING]],
    likely:
      "An answer without data is an answer, too. Compare with undefined, or " +
      "use the Map's has().",
  },
  {
    step: "perform() returns the array that it was given",
    questions: [[5, {}, ECHO], [5, {}, ECHO], [6, {}, ""]],
    likely: "Identify a question only by number and sender.",
  },
  {
    step: "perform() throws, and the question is repeated",
    questions: [[6, {}, FAIL_ONCE], [6, {}, FAIL_ONCE], [6, {}, FAIL_ONCE]],
    likely: FAILED_BEFORE,
  },
  {
    step: "with maxRemembered 3: questions 1 to 4, then repeats of 2, 3, and 4",
    maxRemembered: 3,
    questions: [[1], [2], [3], [4], [2], [3], [4]],
    likely:
      "Remember the last three answers. When there's one too many, forget " +
      "only the oldest, not all of them, and not the newest.",
    read: FORGET,
  },
  {
    step: "with maxRemembered 3: questions 1 to 4, then a repeat of 1",
    maxRemembered: 3,
    questions: [[1], [2], [3], [4], [1]],
    likely:
      "You still remember the first of four answers, but maxRemembered is 3. A " +
      "server that never forgets runs out of memory: delete the oldest answer " +
      "when there are more than maxRemembered.",
    read: FORGET,
  },
  {
    step:
      "with maxRemembered 2: questions 1 and 2, a repeat of 1, question 3, " +
      "and a repeat of 2",
    maxRemembered: 2,
    questions: [[1], [2], [1], [3], [2]],
    likely: "Requests 2 and 3 were performed last, so remember these, and " +
      "forget 1. A repeat doesn't make an answer newer, so don't move it: a " +
      "client stops asking some time after its first attempt, no matter how " +
      "many repeats arrive. So what counts is when the request was performed.",
    read: FORGET,
  },
  {
    step: "with maxRemembered 3: question 1 from four ports, then a repeat " +
      "from the first of them",
    maxRemembered: 3,
    questions: [1, 2, 3, 4, 1].map((i) => [1, { port: 6000 + i }]),
    likely:
      "You have a limit per sender, but every new port is a new sender, so " +
      "your memory still grows without limit. Count the answers of all senders " +
      "together.",
    read: FORGET,
  },
  {
    step: "with maxRemembered 1: questions 1 and 2, and a repeat of each",
    maxRemembered: 1,
    questions: [[1], [2], [2], [1]],
    likely: "There's room for one answer: remember the last one.",
    read: FORGET,
  },
  {
    step: "with maxRemembered 0: question 1, and a repeat",
    maxRemembered: 0,
    questions: [[1], [1]],
    likely:
      "0 is a limit: don't remember anything. `||` treats 0 like a limit " +
      "that wasn't given; `??` and a default value don't.",
    read: FORGET,
  },
  {
    step: "with maxRemembered 2: questions 1 and 2, question 3 for which " +
      "perform() throws, and repeats of 1 and 2",
    maxRemembered: 2,
    questions: [[1], [2], [3, {}, FAIL], [1], [2]],
    likely:
      "Question 3 failed, so there's no third answer to make room for: 1 and 2 " +
      "are still the last two. Forget the oldest answer only after you have a " +
      "new one.",
    read: FORGET,
  },
  {
    step: "without options: questions 1 to 101, then a repeat of 2",
    questions: [...questionsTo(101), [2]],
    likely:
      "Without options, remember the last 100 answers: those to questions " +
      "2 to 101.",
    read: FORGET,
  },
  {
    step: "without options: questions 1 to 101, then a repeat of 1",
    questions: [...questionsTo(101), [1]],
    likely: "Without options, there's still a limit: 100 answers.",
    read: FORGET,
  },
];

function questionsTo(last: number): Question[] {
  return Array.from({ length: last }, (_, i) => [i + 1]);
}
