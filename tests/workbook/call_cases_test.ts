import { assertEquals, assertRejects } from "@std/assert";
import * as promises from "node:timers/promises";
import {
  checkClass,
  CheckFailed,
  checkFunction,
  Trial,
} from "../../lib/workbook/kit/mod.ts";
import { testProbes } from "./probes.ts";

/** Sums bytes, of which there are at least two. */
type Sum = (bytes: Uint8Array) => { sum: number; list: number[] };

function sum(bytes: Uint8Array): { sum: number; list: number[] } {
  if (bytes.length < 2) throw new RangeError("too short");
  return { sum: bytes.reduce((a, b) => a + b, 0), list: [...bytes] };
}

class Sums {
  readonly more = true;
  readonly #bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }
  get sum() {
    return sum(this.#bytes).sum;
  }
  get list() {
    return [...this.#bytes];
  }
}

let calls = 0;
let last: Uint8Array | undefined;
const shared: number[] = [];
const SAME = { sum: 3, list: [1, 2] };

testProbes<Sum>(
  "checkFunction()",
  (trial, answer) =>
    checkFunction(trial, answer, [
      {
        args: [Uint8Array.of(1, 2)],
        returns: { sum: 3, list: [1, 2] },
        likely: ({ value }) => `Not ${JSON.stringify(value)}.`,
      },
      {
        args: [Uint8Array.of(5, 6)],
        returns: { sum: 11, list: [5, 6] },
        likely: "Add all of them.",
      },
      {
        label: "sum(one byte)",
        args: [Uint8Array.of(9)],
        throws: RangeError,
        likely: "Two or more.",
      },
    ], {
      name: "sum",
      explain: ({ value }) =>
        Object(value).sum === -1 ? "That is the special one." : undefined,
    }),
  {
    "a plain object": sum,
    "an object without a prototype": (bytes) =>
      Object.assign(Object.create(null), sum(bytes)),
    "an instance of a class, with getters and more fields": (bytes) =>
      sum(bytes) && new Sums(bytes.slice()),
  },
  [
    [
      "a wrong result",
      () => ({ sum: 0, list: [] }),
      /at \.sum.*Not \{"sum":0/s,
    ],
    ["a special one", () => ({ sum: -1, list: [] }), /the special one/],
    [
      "no result",
      (() => {}) as unknown as Sum,
      /wrong result.*Not undefined/s,
    ],
    [
      "a result where it must throw",
      (bytes) => ({
        sum: sum(Uint8Array.of(...bytes, 0)).sum,
        list: [...bytes],
      }),
      /sum\(one byte\) returned a value, but it should throw\.\nTwo or more/,
    ],
    [
      "an error of another class",
      (bytes) => {
        if (bytes.length < 2) throw new SyntaxError();
        return sum(bytes);
      },
      /wrong class of error; it should be RangeError\.\nCallers tell errors apart/,
    ],
    [
      "an error where none is due",
      () => {
        throw new RangeError("always");
      },
      /sum\(<01 02>\) threw RangeError: always/,
    ],
    [
      "a promise",
      (async (bytes: Uint8Array) => await sum(bytes)) as unknown as Sum,
      /returned a promise.*without `async`/s,
    ],
    [
      "another result at the second call",
      (bytes) => ({ ...sum(bytes), sum: ++calls === 2 ? 0 : sum(bytes).sum }),
      /a different result the second time/,
    ],
    [
      "one object for two calls",
      (bytes) => sum(bytes).sum === 3 ? SAME : sum(bytes),
      /Two calls of sum\(<01 02>\) returned the same array or object/,
    ],
    [
      "a result that later calls change",
      (bytes) => {
        shared.splice(0, 2, ...bytes);
        return { sum: sum(bytes).sum, list: shared };
      },
      /changed when later calls were made/,
    ],
    [
      "module-level state",
      (bytes) => {
        const after = last?.[0] === 9 ? 1 : 0;
        last = bytes;
        const { list, ...result } = sum(bytes);
        return { list, sum: result.sum + after };
      },
      /after other calls/,
    ],
    [
      "changed arguments",
      (bytes) => {
        const result = sum(bytes);
        bytes.reverse();
        return result;
      },
      /changed its arguments/,
    ],
    [
      "the whole buffer instead of a view",
      (bytes) => sum(new Uint8Array(bytes.buffer)),
      /part of a larger buffer/,
    ],
    [
      "the whole buffer instead of a view, where it must throw",
      (bytes) => {
        if (bytes.buffer.byteLength < 2) throw new RangeError("short");
        const list = [...bytes];
        return { sum: list.reduce((a, b) => a + b), list };
      },
      /part of a larger buffer/,
    ],
    [
      "a timer that is left",
      (bytes) => {
        setTimeout(() => {}, 60_000);
        return sum(bytes);
      },
      /a timer that you started is still running/,
    ],
    [
      "a timer of node:timers/promises that is left",
      (bytes) => {
        promises.setTimeout(5000);
        return sum(bytes);
      },
      /a timer that you started is still running/,
    ],
  ],
);

testProbes<() => number>(
  "checkFunction() with more than one right result",
  (trial, answer) =>
    checkFunction(trial, answer, [
      { args: [], returns: 2, accepts: (value: number) => value === 3 },
    ], { name: "two" }),
  { "the one that is named": () => 2, "another one": () => 3 },
  [["any other", () => 4, /two\(\) returned the wrong result/]],
);

let pending = 0;

testProbes<() => Promise<number>>(
  "checkFunction() of async answers",
  (trial, answer) =>
    checkFunction(
      trial,
      answer,
      [{ args: [], returns: 1 }, { args: [], returns: 1 }],
      { name: "one", async: true },
    ),
  { "a promise": () => Promise.resolve(1) },
  [
    [
      "state shared by calls at the same time",
      async () => {
        pending++;
        await Promise.resolve();
        return pending--;
      },
      /two in use at the same time/,
    ],
    [
      "a promise that never settles",
      () => new Promise(() => {}),
      /never settle/,
    ],
  ],
);

/** Collects bytes. */
interface Collecting {
  add(bytes: Uint8Array): void;
  all(): Uint8Array;
  readonly size: number;
}
type CollectorClass = new () => Collecting;

class Right implements Collecting {
  protected parts: number[] = [];
  add(bytes: Uint8Array): void {
    this.parts.push(...bytes);
  }
  all(): Uint8Array {
    if (this.parts.length === 0) throw new Error("nothing yet");
    return Uint8Array.from(this.parts);
  }
  get size(): number {
    return this.parts.length;
  }
}

class OneForAll extends Right {
  static readonly parts: number[] = [];
  protected override parts = OneForAll.parts;
  constructor() {
    super();
    this.parts.length = 0;
  }
}

class NeverCleared extends Right {
  static readonly parts: number[] = [];
  protected override parts = NeverCleared.parts;
}

class ForgivesOnce extends Right {
  #asked = false;
  override all(): Uint8Array {
    if (this.#asked) return Uint8Array.from(this.parts);
    this.#asked = true;
    return super.all();
  }
}

class DropsLast extends Right {
  override all(): Uint8Array {
    return super.all().slice(0, -1);
  }
}

class GivesOnce extends Right {
  override all(): Uint8Array {
    const all = super.all();
    this.parts = [];
    return all;
  }
}

class MakesMethods extends Right {
  // @ts-expect-error -- It should be a property.
  override size() {
    return this.parts.length;
  }
}

class CountsLooks extends Right {
  #looks = 0;
  override get size(): number {
    return this.parts.length + this.#looks++;
  }
}

class KeepsViews extends Right {
  #views: Uint8Array[] = [];
  override add(bytes: Uint8Array): void {
    this.#views.push(bytes);
    super.add(bytes);
  }
  override all(): Uint8Array {
    super.all();
    return Uint8Array.from(this.#views.flatMap((view) => [...view]));
  }
}

class KeepsResult extends Right {
  #result: Uint8Array = new Uint8Array();
  override all(): Uint8Array {
    const all = super.all();
    if (all.length !== this.#result.length) this.#result = all;
    return this.#result;
  }
}

class ReusesResult extends Right {
  #result = new Uint8Array(100);
  override all(): Uint8Array {
    this.#result.set(super.all().toReversed().toReversed());
    return this.#result.subarray(0, this.parts.length);
  }
  override add(bytes: Uint8Array): void {
    super.add(bytes);
    this.#result.fill(0);
  }
}

testProbes<CollectorClass>(
  "checkClass()",
  (trial, Answer) =>
    checkClass(trial, () => new Answer(), [
      {
        step: "one",
        calls: [
          { do: "size", returns: 0 },
          { do: "all", args: [], throws: Error, likely: "Nothing yet." },
          { do: "add", args: [Uint8Array.of(1, 2)] },
          { do: "all", args: [], returns: Uint8Array.of(1, 2), again: true },
          { do: "add", args: [Uint8Array.of(3)] },
          { do: "size", returns: 3 },
        ],
        likely: "Go on.",
      },
      {
        step: "one",
        calls: [
          { do: "add", args: [Uint8Array.of(8)] },
          { do: "all", args: [], returns: Uint8Array.of(8) },
        ],
      },
    ], { name: "Collector", copies: true, givesAway: true }),
  { "a right class": Right },
  [
    [
      "a class whose constructor throws",
      class extends Right {
        constructor() {
          super();
          throw new Error("no");
        }
      },
      /new Collector\(\) threw Error: no/,
    ],
    ["a byte too few", DropsLast, /all\(\): Expected 2 bytes, got 1/],
    [
      "a static field for all objects",
      OneForAll,
      /two in use at the same time/,
    ],
    ["state that outlives an object", NeverCleared, /after other calls/],
    [
      "another result after a failure",
      ForgivesOnce,
      /when called again right away/,
    ],
    [
      "a result that can be had only once",
      GivesOnce,
      /when called again right away/,
    ],
    [
      "a method in place of a property",
      MakesMethods as unknown as CollectorClass,
      /size is a property, and you wrote a method.*`get size\(\)/s,
    ],
    [
      "a property that changes",
      CountsLooks,
      /size returned a different result when called aga/,
    ],
    ["views of the caller's buffer", KeepsViews, /used its buffer again/],
    [
      "a result that the caller can spoil",
      KeepsResult,
      /wrote into an array that an earlier call returned/,
    ],
    ["a result that later calls change", ReusesResult, /later calls/],
  ],
);

Deno.test("checkFunction() doesn't print a long list that lost its elements", async () => {
  const one = { name: "a".repeat(50), note: "b".repeat(50) };
  const list = Array.from({ length: 30 }, () => one);
  const { failure } = await assertRejects(
    () =>
      checkFunction(
        new Trial("The lesson"),
        (list: unknown[]) => list.splice(0).length,
        [{ args: [list], returns: 30, likely: "" }],
        { name: "count" },
      ),
    CheckFailed,
  );
  assertEquals(failure.expected, "[0]: an array of 30 items");
  assertEquals(failure.received, "[0]: an array of 0 items");
});
