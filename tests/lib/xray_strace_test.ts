import { assertEquals } from "@std/assert";
import {
  StraceReader,
  type SystemCall,
  unquote,
} from "../../lib/xray/strace.ts";

/** The calls that a log's lines complete, in order. */
function read(...lines: string[]): SystemCall[] {
  const reader = new StraceReader();
  return lines.flatMap((line) => reader.line(line) ?? []);
}

Deno.test("StraceReader reads a call with its times to the nanosecond", () => {
  const [call] = read(
    '7 1795237580.593463613 sendto(22, "hi", 2, MSG_NOSIGNAL, NULL, 0) = 2 ' +
      "<0.000028715>",
  );
  assertEquals(call.thread, 7);
  assertEquals(call.name, "sendto");
  assertEquals(call.args, ["22", '"hi"', "2", "MSG_NOSIGNAL", "NULL", "0"]);
  assertEquals(call.result, "2");
  assertEquals(Math.abs(call.atMs - 1795237580593.4636) < 0.001, true);
  assertEquals(Math.abs(call.endMs - call.atMs - 0.0287) < 0.001, true);
});

Deno.test("StraceReader joins calls that other threads interrupted", () => {
  const calls = read(
    "7 1.5 recvfrom(21,  <unfinished ...>",
    "8 1.6 close(9 <unfinished ...>",
    '7 2.0 <... recvfrom resumed>"hi", 64, 0, NULL, NULL) = 2 <0.5>',
    "8 2.5 <... close resumed>) = 0 <0.9>",
  );
  assertEquals(
    calls.map(({ thread, name, args, atMs, endMs, result }) => [
      thread,
      name,
      args.length,
      atMs,
      endMs,
      result,
    ]),
    [[7, "recvfrom", 6, 1500, 2000, "2"], [8, "close", 1, 1600, 2500, "0"]],
  );
});

Deno.test("StraceReader knows when a call has certainly returned: at its thread's next call", () => {
  const calls = read(
    "7 1.0 close(21) = 0 <0.1>",
    "8 1.25 close(22) = 0 <0.1>",
    "7 1.5 close(23) = 0 <0.1>",
    "8 2.0 clo",
  );
  assertEquals(calls.map(({ settledMs }) => settledMs), [
    ...[1500, undefined, undefined],
  ]);
});

Deno.test("StraceReader returns the names of errors", () => {
  const calls = read(
    "7 1.0 connect(21, {sa_family=AF_INET}, 16) = -1 EINPROGRESS (Operation now in progress) <0.1>",
    "7 2.0 recvfrom(21, 0x55d, 64, 0, NULL, NULL) = -1 EAGAIN (Resource temporarily unavailable) <0.1>",
  );
  assertEquals(calls.map(({ error }) => error), ["EINPROGRESS", "EAGAIN"]);
});

Deno.test("StraceReader keeps commas, brackets, and quotes inside an argument", () => {
  const [call] = read(
    String
      .raw`7 1.0 sendto(21, "a, \"b\") = 5 <0.1>, {", 17, 0, {sa_family=AF_UNIX, sun_path="/tmp/a,b"}, 14) = 17 <0.1>`,
  );
  assertEquals(call.args, [
    "21",
    String.raw`"a, \"b\") = 5 <0.1>, {"`,
    "17",
    "0",
    '{sa_family=AF_UNIX, sun_path="/tmp/a,b"}',
    "14",
  ]);
  assertEquals(call.result, "17");
});

for (
  const line of [
    "7 1.0 --- SIGINT {si_signo=SIGINT, si_code=SI_USER, si_pid=1} ---",
    "7 1.0 +++ exited with 0 +++",
    "7 1.0 +++ killed by SIGKILL +++",
    "7 1.0 recvfrom(21,  <unfinished ...>) = ?",
    "7 1.0 <... recvfrom resumed>) = 3 <0.1>",
    "strace: Process 8 attached",
    "7 1.0 close(2",
    "",
  ]
) {
  Deno.test(`StraceReader makes no call of: ${line || "an empty line"}`, () => {
    assertEquals(read(line), []);
  });
}

for (
  const [text, hex] of [
    [String.raw`"hello"`, "68656c6c6f"],
    [String.raw`"\0\0011\n\t\r\"\\"`, "000131" + "0a090d225c"],
    [String.raw`"\303\251"...`, "c3a9"],
    [String.raw`"\x00\xff"`, "00ff"],
    [String.raw`""`, ""],
    ["0x7ffc4f03dfe0", ""],
  ]
) {
  Deno.test(`unquote() returns the bytes of ${text}`, () => {
    assertEquals(unquote(text).toHex(), hex);
  });
}
