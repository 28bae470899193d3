/** The questions of 15.2, and what a wrong number of `perform` calls means. */

const WHO = "Who asks";
export const FORGET = "What to forget";
const FORMAT = "A number in front";

/** The sender of a question that names no other. */
export const SENDER = { hostname: "127.0.0.1", port: 5000 };

/**
 * A question, and how often `perform` has been called when it's first answered:
 * the data of that answer is `done 3` if it was the third time.
 */
type Question = [
  number: number,
  done: number,
  from?: Partial<typeof SENDER>,
  data?: string,
];

/** Some questions to one OnceOnly, and what they show. */
export interface Step {
  /** Starts over with a new OnceOnly. */
  options?: { maxRemembered?: number };
  step: string;
  questions: Question[];
  /** Whether the questions are views of one large array. */
  isOneArray?: boolean;
  /** Whether `perform` returns no bytes. */
  isEmpty?: boolean;
  /** What it means if `perform` is called too often, or not often enough. */
  likely: string;
  read?: string;
}

/** All steps, in order. */
export const STEPS: Step[] = [
  {
    options: {},
    step: 'question 7, "add", from port 5000',
    questions: [[7, 1]],
    likely: "This is a new question: call perform() with its data.",
  },
  {
    step: "the same question again",
    questions: [[7, 1]],
    likely: "This is a repeat: the client hasn't heard the answer, and wants " +
      "the work done once. Remember the answer under sender and number, and " +
      "look there first. A Map compares keys with ===, so use the contents of " +
      "`from` and `request`, not the objects.",
  },
  {
    step: "question 8 from the same port, with the same data",
    questions: [[8, 2]],
    likely: "Another number is another question, even with the same data: a " +
      "client that adds 1 twice wants 2.",
  },
  {
    options: {},
    step: "questions 1, 2, and 3, then a repeat of 1",
    questions: [[1, 1], [2, 2], [3, 3], [1, 1]],
    likely: "Newer questions can overtake a repeat. Remember more than the " +
      "last answer for each sender.",
    read: FORGET,
  },
  {
    options: {},
    step: "question 7 from port 5000, then from port 5001",
    questions: [[7, 1], [7, 2, { port: 5001 }]],
    likely: "Each client counts on its own, so two can use the same number. " +
      "Another port is another sender: identify a question by its number and " +
      "its sender.",
    read: WHO,
  },
  {
    step: "question 7 from port 5000 of another host",
    questions: [[7, 3, { hostname: "127.0.0.2" }]],
    likely: "The same port on another host is another sender: identify it by " +
      "hostname and port.",
    read: WHO,
  },
  {
    step: "question 123 from port 5000, then question 23 from port 50001",
    questions: [[123, 4], [23, 5, { port: 50001 }]],
    likely: "Without a separator, 5000 and 123 give the same digits as 50001 " +
      "and 23. Put a character between port and number that occurs in neither.",
    read: WHO,
  },
  {
    step: "question 7 from 127.0.0.1, port 15000, then from 127.0.0.11, port " +
      "5000",
    questions: [[7, 6, { port: 15000 }], [7, 7, { hostname: "127.0.0.11" }]],
    likely: "Without a separator, 127.0.0.1 and 15000 give the same text as " +
      "127.0.0.11 and 5000. Put a character between hostname and port that " +
      "occurs in neither.",
    read: WHO,
  },
  {
    step: "questions 1, 0x01000001, and 0x00010001, from one port",
    questions: [[1, 8], [0x01000001, 9], [0x00010001, 10]],
    likely: "The number has 4 bytes, and all of them count.",
    read: WHO,
  },
  {
    step: "questions 279 and 3075, from one port",
    questions: [[279, 11], [3075, 12]],
    likely: "The bytes of the first number are 0, 0, 1, 23, and those of the " +
      "second 0, 0, 12, 3: without separators, they give the same digits. Read " +
      "them as one number, with DataView's getUint32(0).",
    read: WHO,
  },
  {
    step: "questions 0x80 and 0x81, from one port",
    questions: [[0x80, 13], [0x81, 14]],
    likely: "These are two numbers. The bytes aren't text: TextDecoder turns " +
      "every byte that isn't UTF-8 into the same �. Read the number with " +
      "DataView's getUint32(0).",
    read: WHO,
  },
  {
    options: {},
    step: "two questions that lie in one large array, one after the other",
    questions: [[1, 1, {}, "here"], [2, 2, {}, "there"]],
    isOneArray: true,
    likely:
      "A question may be a view of a larger array, and request.buffer is " +
      "that whole array. Say where the question begins: new " +
      "DataView(request.buffer, request.byteOffset) for the number, and " +
      "request.subarray(4) for the data.",
    read: FORMAT,
  },
  {
    options: {},
    step: "perform() returns no bytes, and the question is repeated",
    questions: [[5, 1], [5, 1]],
    isEmpty: true,
    likely:
      "An answer without data is an answer too. Compare with undefined, " +
      "or ask the Map with has().",
  },
  {
    options: { maxRemembered: 3 },
    step: "with maxRemembered 3: questions 1 to 4, then repeats of 2, 3, and 4",
    questions: [[1, 1], [2, 2], [3, 3], [4, 4], [2, 2], [3, 3], [4, 4]],
    likely: "The last three answers must be remembered. When there's one too " +
      "many, forget one, not all, and the oldest, not the newest.",
    read: FORGET,
  },
  {
    step: "a repeat of 1, which is forgotten by now",
    questions: [[1, 5]],
    likely:
      "You still remember the first of four answers, with maxRemembered " +
      "3. A server that never forgets grows until it runs out of memory: " +
      "delete the oldest when there are more than maxRemembered.",
    read: FORGET,
  },
  {
    options: { maxRemembered: 2 },
    step:
      "with maxRemembered 2: questions 1 and 2, a repeat of 1, question 3, " +
      "and a repeat of 2",
    questions: [[1, 1], [2, 2], [1, 1], [3, 3], [2, 2]],
    likely: "Questions 2 and 3 were performed last, so these are remembered, " +
      "and 1 is forgotten. A repeat doesn't make an answer newer, so don't " +
      "move it: a client stops asking some time after its question was " +
      "performed, and that time is what counts.",
    read: FORGET,
  },
  {
    options: { maxRemembered: 3 },
    step: "with maxRemembered 3: question 1 from four ports, then a repeat " +
      "from the first of them",
    questions: [
      ...[1, 2, 3, 4].map((i): Question => [1, i, { port: 6000 + i }]),
      [1, 5, { port: 6001 }],
    ],
    likely: "You keep the limit for each sender, but every new port is a new " +
      "sender, so memory still grows without a limit. Count the answers of all " +
      "senders together.",
    read: FORGET,
  },
  {
    options: {},
    step: "without options: questions 1 to 101, then a repeat of 2",
    questions: [
      ...Array.from({ length: 101 }, (_, i): Question => [i + 1, i + 1]),
      [2, 2],
    ],
    likely: "Without options, the last 100 answers are remembered: those to " +
      "questions 2 to 101.",
    read: FORGET,
  },
  {
    step: "a repeat of 1",
    questions: [[1, 102]],
    likely: "Without options, there's a limit too: 100 answers.",
    read: FORGET,
  },
];
