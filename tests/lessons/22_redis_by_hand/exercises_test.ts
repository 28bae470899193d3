import { exercises } from "../../../lessons/22_redis_by_hand/exercises.ts";
import {
  readCommand,
  Store,
} from "../../../lessons/22_redis_by_hand/solution.ts";
import type {
  ReadCommand,
  StoreClass,
  StoreOptions,
} from "../../../lessons/22_redis_by_hand/types.ts";
import { CommandParser, RespError } from "../../../lib/wire/mod.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { wrongAnswers } from "./wrong_answers.ts";

testExercises("redis_by_hand", exercises, wrongAnswers);

testAccepted<ReadCommand>(exercises[0], {
  "reads byte by byte, and gives the leftover bytes back each time": async (
    reader,
  ) => {
    async function byte(): Promise<number | null> {
      const bytes = await reader.read();
      if (bytes === null) return null;
      if (bytes.length > 1) reader.unread(bytes.subarray(1));
      return bytes[0];
    }
    async function must(): Promise<number> {
      const one = await byte();
      if (one === null) throw new Deno.errors.UnexpectedEof();
      return one;
    }
    async function line(first: number): Promise<string> {
      const codes: number[] = [];
      for (let one = first; one !== 10; one = await must()) {
        codes.push(one);
        if (codes.length - Number(one === 13) > 65536) throw new RangeError();
      }
      return codes.map((code) => String.fromCharCode(code)).join("");
    }
    function number(text: string, from: number, to: number): number {
      if (!/^(0|[1-9]\d*)\r$/.test(text)) throw new TypeError(text);
      const value = parseInt(text);
      if (value < from || value > to) throw new RangeError(text);
      return value;
    }
    while (true) {
      const first = await byte();
      if (first === null) return null;
      const text = await line(first);
      if (text[0] !== "*") {
        const words = text.replace(/\r$/, "").split(/[ \t]/).filter(Boolean);
        if (words.length === 0) continue;
        return words.map((word) =>
          Uint8Array.from(word, (char) => char.charCodeAt(0))
        );
      }
      const parts = [];
      for (let i = number(text.slice(1), 1, 1024); i > 0; i--) {
        const head = await line(await must());
        if (!head.startsWith("$")) throw new TypeError();
        const part = new Uint8Array(number(head.slice(1), 0, 2 ** 20));
        for (let at = 0; at < part.length;) {
          const bytes = await reader.read();
          if (bytes === null) throw new Deno.errors.UnexpectedEof();
          const used = bytes.subarray(0, part.length - at);
          part.set(used, at);
          at += used.length;
          if (used.length < bytes.length) {
            reader.unread(bytes.subarray(used.length));
          }
        }
        if (await must() !== 13 || await must() !== 10) throw new TypeError();
        parts.push(part);
      }
      return parts;
    }
  },
  "throws its own subclasses of the right classes": async (
    reader,
  ) => {
    class TooMuch extends RangeError {
      override name = "TooMuch";
    }
    class NoResp extends TypeError {
      override name = "NoResp";
    }
    try {
      return await readCommand(reader);
    } catch (error) {
      if (error instanceof RangeError) throw new TooMuch(error.message);
      if (error instanceof TypeError) throw new NoResp(error.message);
      throw error;
    }
  },
  "uses the parser of lib/wire": async (reader) => {
    const parser = new CommandParser();
    try {
      while (true) {
        const bytes = await reader.read();
        if (bytes === null) {
          if (parser.isBetween) return null;
          throw new Deno.errors.UnexpectedEof("in a command");
        }
        // One byte at a time, so that nothing is left in the parser.
        for (let i = 0; i < bytes.length; i++) {
          parser.push(bytes.subarray(i, i + 1));
          const command = parser.next();
          if (command === null) continue;
          reader.unread(bytes.subarray(i + 1));
          return command;
        }
      }
    } catch (error) {
      if (!(error instanceof RespError)) throw error;
      const isRange = /from \d+ to \d+|at most/.test(error.expected);
      throw new (isRange ? RangeError : TypeError)(error.message);
    }
  },
});

testAccepted<StoreClass>(exercises[1], {
  "searches an array of entries, and throws errors inside": class {
    #entries: { key: string; value: string; end?: number }[] = [];
    readonly now: () => number;
    constructor(options?: StoreOptions) {
      this.now = options?.now ?? Date.now;
    }
    run(command: Uint8Array[]): Uint8Array {
      try {
        return bytesOf(this.#do(command.map(latin1)));
      } catch (error) {
        return bytesOf(`-ERR ${(error as Error).message}\r\n`);
      }
    }
    #do([name, ...args]: string[]): string {
      const [first, second, ...rest] = args;
      const need = (...counts: number[]) => {
        if (!counts.includes(args.length)) throw new Error("arguments");
      };
      switch (name.toUpperCase()) {
        case "PING":
          need(0, 1);
          return first === undefined ? "+PONG\r\n" : bulk(first);
        case "ECHO":
          need(1);
          return bulk(first);
        case "GET":
          need(1);
          return bulk(this.#find(first)?.value);
        case "SET": {
          need(2, 4);
          const [unit, time] = rest;
          if (rest.length && !/^(EX|PX)$/i.test(unit)) throw new Error("unit");
          if (rest.length && !/^[1-9]\d*$/.test(time)) throw new Error("time");
          this.#remove(first);
          const ms = /^e/i.test(unit ?? "") ? 1000 * +time : +time;
          const end = rest.length ? this.now() + ms : undefined;
          this.#entries.push({ key: first, value: second, end });
          return "+OK\r\n";
        }
        case "DEL": {
          if (args.length === 0) throw new Error("arguments");
          return `:${args.filter((one) => this.#remove(one)).length}\r\n`;
        }
        case "INCR": {
          need(1);
          const entry = this.#find(first);
          const old = entry?.value ?? "0";
          if (!/^(0|-?[1-9][0-9]*)$/.test(old)) throw new Error("integer");
          // A sum of -2^63 fits, but its old value doesn't.
          const sum = BigInt(old) + 1n;
          if (BigInt.asIntN(64, sum - 1n) !== sum - 1n || sum >> 63n === 1n) {
            throw new Error("range");
          }
          if (entry) entry.value = `${sum}`;
          else this.#entries.push({ key: first, value: `${sum}` });
          return `:${sum}\r\n`;
        }
      }
      throw new Error("unknown command");
    }
    #find(name: string) {
      return this.#entries.find((entry) =>
        entry.key === name && !(entry.end! < this.now())
      );
    }
    #remove(name: string): boolean {
      const found = this.#find(name);
      this.#entries = this.#entries.filter((one) => one.key !== name);
      return found !== undefined;
    }
  },
  "is a function that returns an object": function (options?: StoreOptions) {
    const store = new Store(options);
    return { run: (command: Uint8Array[]) => store.run(command) };
  } as unknown as StoreClass,
});

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

function bulk(value?: string): string {
  return value === undefined ? "$-1\r\n" : `$${value.length}\r\n${value}\r\n`;
}
