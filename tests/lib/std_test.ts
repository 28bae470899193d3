// These tests hold for the published @std packages and for the offline editions
// in lib/std alike: they are what keeps the two the same. Nothing here imports
// an edition by its path, so the import map decides which one is tested.
import {
  assert,
  assertEquals,
  assertExists,
  assertInstanceOf,
  assertLess,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { parseArgs } from "@std/cli/parse-args";
import * as colors from "@std/fmt/colors";
import { testColours } from "./colour_fixture.ts";

/**
 * Gives the message, without colours, of the AssertionError that a function
 * throws. It asserts by `throw` alone.
 */
function complaint(fn: () => unknown): string {
  try {
    fn();
  } catch (error) {
    if (error instanceof Error && error.name === "AssertionError") {
      return colors.stripAnsiCode(error.message);
    }
    throw error;
  }
  throw new Error("The assertion did not throw");
}

/** Does the same for a promise. */
async function lateComplaint(promise: Promise<unknown>): Promise<string> {
  const [result] = await Promise.allSettled([promise]);
  return complaint(() => {
    if (result.status === "rejected") throw result.reason;
  });
}

/**
 * Throws unless two texts are the same, without any of the assertions under
 * test.
 */
function same(actual: string, expected: string): void {
  if (actual !== expected) {
    throw new Error(
      `Got ${JSON.stringify(actual)}, wanted ${JSON.stringify(expected)}`,
    );
  }
}

Deno.test("assert() accepts a truthy value and narrows its type", () => {
  const text: string | null = ["a"].find(() => true) ?? null;
  assert(text);
  same(text.toUpperCase(), "A");
});

Deno.test("assert() rejects a falsy value, with only the caller's message", () => {
  for (const falsy of [false, 0, "", null, undefined, NaN]) {
    same(complaint(() => assert(falsy, "no peer")), "no peer");
    same(complaint(() => assert(falsy)), "");
  }
});

Deno.test("assertExists() accepts falsy values other than null and undefined, and narrows the type", () => {
  for (const value of [0, "", false, NaN]) assertExists(value);
  const text = ["a"].at(0);
  assertExists(text);
  same(text.toUpperCase(), "A");
});

Deno.test("assertExists() rejects null and undefined", () => {
  same(
    complaint(() => assertExists(null)),
    'Expected actual: "null" to not be null or undefined.',
  );
  same(
    complaint(() => assertExists(undefined, "no peer")),
    'Expected actual: "undefined" to not be null or undefined: no peer',
  );
});

Deno.test("assertInstanceOf() accepts an instance of the class or of one derived from it, and narrows its type", () => {
  const value: unknown = new RangeError("far");
  assertInstanceOf(value, Error);
  same(value.message, "far");
});

Deno.test("assertInstanceOf() names both classes when they differ", () => {
  const sentence = 'Expected object to be an instance of "Date"';
  same(
    complaint(() => assertInstanceOf(new Map(), Date)),
    `${sentence} but was "Map".`,
  );
  same(
    complaint(() => assertInstanceOf(null, Date)),
    `${sentence} but was "null".`,
  );
  same(
    complaint(() => assertInstanceOf(undefined, Date, "hm")),
    `${sentence} but was "undefined": hm`,
  );
  same(
    complaint(() => assertInstanceOf(1, Date)),
    `${sentence} but was "number".`,
  );
  same(
    complaint(() => assertInstanceOf(Object.create(null), Date)),
    `${sentence} but was "Object".`,
  );
  same(
    complaint(() => assertInstanceOf(Date, Date)),
    `${sentence} but was not an instanced object.`,
  );
});

Deno.test("assertInstanceOf() doesn't confuse two classes with the same name", () => {
  const Other = class {
    static name = "Date";
  };
  same(
    complaint(() => assertInstanceOf(new Other(), Date)),
    'Expected object to be an instance of "Date".',
  );
});

Deno.test("assertMatch() accepts a text that matches, and otherwise shows the text and the pattern", () => {
  assertMatch("port 80", /\d+/);
  same(
    complaint(() => assertMatch("port", /\d+/g)),
    'Expected actual: "port" to match: "/\\d+/g".',
  );
  same(
    complaint(() => assertMatch("port", /\d/, "hm")),
    'Expected actual: "port" to match: "/\\d/": hm',
  );
});

Deno.test("assertStringIncludes() accepts a text that contains the other, and otherwise shows both", () => {
  assertStringIncludes("port 80", "80");
  assertStringIncludes("port 80", "");
  same(
    complaint(() => assertStringIncludes("port", "80")),
    'Expected actual: "port" to contain: "80".',
  );
  same(
    complaint(() => assertStringIncludes("port", "80", "hm")),
    'Expected actual: "port" to contain: "80": hm',
  );
});

class Point {
  #x: number;
  constructor(x: number) {
    this.#x = x;
  }
  get x(): number {
    return this.#x;
  }
}

class NamedPoint extends Point {}

/** Makes an object that contains itself. */
function ring(value: number): unknown {
  const made: Record<string, unknown> = { value };
  made.self = made;
  return made;
}

/** Makes errors whose stacks are the same, because one line makes them. */
function errors(...messages: string[]): Error[] {
  return messages.map((message) => new Error(message));
}

Deno.test("assertEquals() accepts values with the same content", () => {
  const pairs: [unknown, unknown][] = [
    [1, 1],
    [NaN, NaN],
    [0, -0],
    [[0], [-0]],
    ["a", "a"],
    [1n, 1n],
    [[1, [2, { a: 3 }]], [1, [2, { a: 3 }]]],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }],
    [{ a: undefined }, { a: undefined }],
    [Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    ["port 80".match(/(?<port>\d+)/)?.groups, { port: "80" }],
    [new Uint8Array([1, 2]), Uint8Array.of(0, 1, 2).subarray(1)],
    [new Uint8Array([1, 2]).buffer, new Uint8Array([1, 2]).buffer],
    [
      new DataView(new Uint8Array([1]).buffer),
      new DataView(new Uint8Array([1]).buffer),
    ],
    [new Date(5), new Date(5)],
    [new Date(NaN), new Date(NaN)],
    [/a/g, /a/g],
    [new URL("tcp://[::1]:80"), new URL("tcp://[::1]:80")],
    [new Map([["a", [1]], ["b", [2]]]), new Map([["b", [2]], ["a", [1]]])],
    [
      new Map([[{ id: 1 }, new Uint8Array(1)]]),
      new Map([[{ id: 1 }, new Uint8Array(1)]]),
    ],
    [new Set([1, 2]), new Set([2, 1])],
    [new Set([[1], [2]]), new Set([[2], [1]])],
    [new Point(1), new Point(1)],
    [ring(1), ring(1)],
    errors("a", "a") as [Error, Error],
  ];
  for (const [actual, expected] of pairs) {
    assertEquals(actual, expected);
    complaint(() => assertNotEquals(actual, expected));
  }
});

Deno.test("assertEquals() rejects values with different content", () => {
  const pairs: [unknown, unknown][] = [
    [1, 2],
    [1, "1"],
    [1, 1n],
    [null, undefined],
    [null, {}],
    [{ a: undefined }, {}],
    [{ a: undefined }, { b: undefined }],
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ [Symbol.for("a")]: 1 }, { [Symbol.for("a")]: 2 }],
    [[1, 2], [2, 1]],
    [[1], [1, undefined]],
    [[], {}],
    [() => 1, () => 1],
    [new Uint8Array([1, 2]), new Uint8Array([1, 3])],
    [new Uint8Array([1]), new Uint8Array([1, 0])],
    [new Uint8Array([1]), new Int8Array([1])],
    [new Uint8Array([1]), [1]],
    [new Uint8Array([1]).buffer, new Uint8Array([2]).buffer],
    [
      new DataView(new Uint8Array([1]).buffer),
      new DataView(new Uint8Array([2]).buffer),
    ],
    [new Date(5), new Date(6)],
    [/a/g, /a/i],
    [new URL("tcp://[::1]:80"), new URL("tcp://[::1]:81")],
    [new Map([["a", 1]]), new Map([["a", 2]])],
    [new Map([["a", undefined]]), new Map([["b", undefined]])],
    [new Set([1]), new Set([1, 2])],
    [new Set([[1]]), new Set([[2]])],
    [new Set(), new Map()],
    [new Point(1), new Point(2)],
    [new Point(1), new NamedPoint(1)],
    [ring(1), ring(2)],
    errors("a", "b") as [Error, Error],
    [new Error("a"), new Error("a")],
  ];
  for (const [actual, expected] of pairs) {
    assertNotEquals(actual, expected);
    complaint(() => assertEquals(actual, expected));
  }
});

Deno.test("assertEquals() shows which lines are only in the actual value and which only in the expected one", () => {
  same(
    complaint(() => assertEquals([1, 2, 3], [1, 5, 3])),
    "Values are not equal.\n\n\n    [Diff] Actual / Expected\n\n\n    [\n      1,\n-     2,\n+     5,\n      3,\n    ]\n",
  );
  assertMatch(
    complaint(() => assertEquals<unknown>(1, "1", "hm")),
    /^Values are not equal: hm\n[^]*\n- {3}1\n\+ {3}"1"\n/,
  );
});

Deno.test("assertEquals() shows the line endings of texts", () => {
  const message = complaint(() => assertEquals("GET\r\nHost", "GET\nHost"));
  assertMatch(message, /^- {3}GET\\r\\n$/m);
  assertMatch(message, /^\+ {3}GET\\n$/m);
  assertMatch(message, /^ {4}Host$/m);
});

Deno.test("assertEquals() shows where long values differ", () => {
  const sent = Uint8Array.from({ length: 5000 }, (_, at) => at);
  const bytes = complaint(() => assertEquals(sent.with(4000, 7), sent));
  assert(/^- {5}7,\n\+ {5}160,$/m.test(bytes));
  const text = "line\n".repeat(2000);
  const longer = complaint(() => assertEquals(text, `${text}end`));
  assert(/^\+ {3}end$/m.test(longer));
});

Deno.test("assertNotEquals() shows both values when they are equal", () => {
  same(
    complaint(() => assertNotEquals(1, 1)),
    "Expected actual: 1 not to be: 1.",
  );
  same(
    complaint(() => assertNotEquals("a", "a", "hm")),
    'Expected actual: "a" not to be: "a": hm',
  );
});

Deno.test("assertStrictEquals() accepts the same value and narrows its type", () => {
  const peer = { port: 80 };
  const value: unknown = peer;
  assertStrictEquals(value, peer);
  same(`${value.port}`, "80");
  assertStrictEquals(NaN, NaN);
});

Deno.test("assertStrictEquals() distinguishes a difference in content from one in reference", () => {
  const sentence = "Values have the same structure but are not reference-equal";
  same(
    complaint(() => assertStrictEquals({ a: 1 }, { a: 1 })),
    `${sentence}.\n\n    {\n      a: 1,\n    }\n`,
  );
  assertStringIncludes(
    complaint(() => assertStrictEquals([], [], "hm")),
    `${sentence}: hm\n`,
  );
  assertMatch(
    complaint(() => assertStrictEquals(1, 2)),
    /^Values are not strictly equal\.\n[^]*\n- {3}1\n\+ {3}2\n/,
  );
  assertMatch(
    complaint(() => assertStrictEquals(0, -0, "hm")),
    /^Values are not strictly equal: hm\n/,
  );
});

Deno.test("assertLess() accepts a smaller value, and otherwise shows both values", () => {
  assertLess("a", "b");
  same(complaint(() => assertLess(1, 1)), "Expect 1 < 1");
  same(complaint(() => assertLess(NaN, 1)), "Expect NaN < 1");
  same(complaint(() => assertLess("b", "a", "hm")), "hm");
});

function refuse(): never {
  throw new RangeError("port 65536 is out of range");
}

Deno.test("assertThrows() returns the thrown error", () => {
  const error = assertThrows(refuse, RangeError);
  same(error.message, "port 65536 is out of range");
  assertStrictEquals(
    assertThrows(refuse, Error, "65536").constructor,
    RangeError,
  );
  const thrown: unknown = assertThrows(() => {
    throw "a text";
  });
  assertEquals(thrown, "a text");
});

Deno.test("assertThrows() rejects a function that returns", () => {
  same(complaint(() => assertThrows(() => {})), "Expected function to throw.");
  same(
    complaint(() => assertThrows(() => {}, "hm")),
    "Expected function to throw: hm",
  );
  same(
    complaint(() => assertThrows(() => {}, Error, "port", "hm")),
    "Expected function to throw: hm",
  );
});

Deno.test("assertThrows() rejects an error of another class or with another message", () => {
  same(
    complaint(() => assertThrows(refuse, TypeError)),
    'Expected error to be instance of "TypeError", but was "RangeError".',
  );
  same(
    complaint(() => assertThrows(refuse, RangeError, "port 80")),
    'Expected error message to include "port 80", but got "port 65536 is out of range".',
  );
  same(
    complaint(() => assertThrows(refuse, RangeError, "port 80", "hm")),
    'Expected error message to include "port 80", but got "port 65536 is out of range": hm',
  );
  const throwText = () => {
    throw "a text";
  };
  same(
    complaint(() => assertThrows(throwText, Error)),
    "A non-Error object was thrown.",
  );
});

Deno.test("assertThrows() ignores colors in the message", () => {
  assertThrows(
    () => {
      throw new Error("\x1b[31mport\x1b[39m 80");
    },
    Error,
    "port 80",
  );
});

Deno.test("assertRejects() returns the promise's error", async () => {
  const error = await assertRejects(
    () => Promise.reject(new RangeError("far")),
    RangeError,
    "far",
  );
  same(error.message, "far");
  const reason: unknown = await assertRejects(() => Promise.reject("a text"));
  assertEquals(reason, "a text");
  await assertRejects(async () => await refuse(), Error);
});

Deno.test("assertRejects() rejects a promise that resolves", async () => {
  const resolve = () => Promise.resolve(1);
  same(
    await lateComplaint(assertRejects(resolve)),
    "Expected function to reject.",
  );
  same(
    await lateComplaint(assertRejects(resolve, "hm")),
    "Expected function to reject: hm",
  );
  same(
    await lateComplaint(assertRejects(resolve, Error, "port", "hm")),
    "Expected function to reject: hm",
  );
});

Deno.test("assertRejects() rejects a function that throws at once or returns no promise", async () => {
  same(
    await lateComplaint(assertRejects(refuse)),
    "Function throws when expected to reject.",
  );
  // What the types refuse must be refused at run time, too.
  const noPromise = (() => 1) as () => never;
  same(
    await lateComplaint(assertRejects(noPromise, "hm")),
    "Function throws when expected to reject: hm",
  );
});

Deno.test("assertRejects() rejects an error of another class or with another message", async () => {
  const reject = () => Promise.reject(new RangeError("far"));
  same(
    await lateComplaint(assertRejects(reject, TypeError)),
    'Expected error to be instance of "TypeError", but was "RangeError".',
  );
  same(
    await lateComplaint(assertRejects(reject, RangeError, "near", "hm")),
    'Expected error message to include "near", but got "far": hm',
  );
  same(
    await lateComplaint(assertRejects(() => Promise.reject(1), Error)),
    "A non-Error object was rejected.",
  );
});

/** Parses arguments as the command line of the workbook does. */
function parse(...args: string[]) {
  const strangers: string[] = [];
  const parsed = parseArgs(args, {
    boolean: ["json", "more"],
    string: ["_", "port"],
    collect: ["json", "more", "port"],
    unknown(arg, key) {
      if (key === undefined) return;
      strangers.push(`${arg} ${key}`);
      return false;
    },
  }) as unknown as Record<string, unknown>;
  return { ...parsed, ...(strangers.length > 0 ? { strangers } : {}) };
}

/** The result of {@linkcode parse} for no arguments. */
const NOTHING = { _: [], json: [], more: [], port: [] };

const PARSED: [args: string[], result: Record<string, unknown>][] = [
  [[], {}],
  [["3", "0x10", " ", "-"], { _: ["3", "0x10", " ", "-"] }],
  [["--json", "3", "--more", "--json"], {
    _: ["3"],
    json: [true, true],
    more: [true],
  }],
  [["--json=false", "--more=yes"], { json: [false], more: [true] }],
  [["--json", "false", "--more", "true"], { json: [false], more: [true] }],
  [["--port", "080", "--port=1", "a"], { _: ["a"], port: ["080", "1"] }],
  [["--port=a=b", "--port=--json"], { port: ["a=b", "--json"] }],
  [["--port"], { port: [""] }],
  [["--port="], { port: [""] }],
  [["--port", ""], { _: [""], port: [""] }],
  [["--port", "--json"], { json: [true], port: [""] }],
  [["--port", "--", "1"], { _: ["1"], port: [""] }],
  [["1", "--", "2", "--json", "--"], { _: ["1", "2", "--json", "--"] }],
  [["--wat=7", "--no-json"], {
    strangers: ["--wat=7 wat", "--no-json no-json"],
  }],
  [["-x", "--json"], { json: [true], strangers: ["-x x"] }],
  [["-xy", "--json"], { json: [true], strangers: ["-xy x", "-xy y"] }],
  [["--port", "-1", "--json"], {
    json: [true],
    port: [""],
    strangers: ["-1 1"],
  }],
];

for (const [args, result] of PARSED) {
  Deno.test(`parseArgs() parses ${JSON.stringify(args)}`, () => {
    assertEquals<unknown>(parse(...args), { ...NOTHING, ...result });
  });
}

Deno.test("parseArgs() drops a positional argument for which unknown() returns false", () => {
  const calls: unknown[][] = [];
  const { _: words } = parseArgs(["3", "--json", "--", "4"], {
    boolean: ["json"],
    string: ["_"],
    unknown(...call: unknown[]) {
      calls.push(call);
      return false;
    },
  }) as { _: unknown };
  assertEquals([calls, words], [[["3"]], ["4"]]);
});

const codes = {
  bold: [1, 22],
  dim: [2, 22],
  italic: [3, 23],
  underline: [4, 24],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;
const styles = Object.keys(codes) as (keyof typeof codes)[];

/** Runs a function with the styles on or off, and puts them back. */
function withColor(on: boolean, fn: () => void): void {
  const before = colors.getColorEnabled();
  colors.setColorEnabled(on);
  try {
    fn();
  } finally {
    colors.setColorEnabled(before);
  }
}

for (const name of styles) {
  const [open, close] = codes[name];
  testColours(
    `${name}() wraps a text in the codes ${open} and ${close}`,
    () => {
      withColor(
        true,
        () => assertEquals(colors[name]("a"), `\x1b[${open}ma\x1b[${close}m`),
      );
    },
  );
}

testColours("a style goes on after one inside it ends", () => {
  withColor(true, () => {
    assertEquals(
      colors.red(`a${colors.cyan("b")}c`),
      "\x1b[31ma\x1b[36mb\x1b[31mc\x1b[39m",
    );
    assertEquals(
      colors.bold(`a${colors.dim("b")}c`),
      "\x1b[1ma\x1b[2mb\x1b[1mc\x1b[22m",
    );
  });
});

Deno.test("setColorEnabled() turns off every style", () => {
  withColor(false, () => {
    assertEquals(colors.getColorEnabled(), false);
    for (const name of styles) assertEquals(colors[name]("a"), "a");
  });
});

Deno.test("setColorEnabled() turns the styles on, unless NO_COLOR is set", () => {
  assertEquals(colors.getColorEnabled(), !Deno.noColor);
  withColor(false, () => {
    colors.setColorEnabled(true);
    assertEquals(colors.getColorEnabled(), !Deno.noColor);
  });
});

Deno.test("stripAnsiCode() removes escape sequences and keeps the rest", () => {
  assertEquals(
    colors.stripAnsiCode("\x1b[1m\x1b[31mport\x1b[39m\x1b[22m 80\n"),
    "port 80\n",
  );
  assertEquals(
    colors.stripAnsiCode("\x1b[2K\x1b[1;5Hport\x1b[38;5;9m 80"),
    "port 80",
  );
  assertEquals(colors.stripAnsiCode("[31mport"), "[31mport");
});
