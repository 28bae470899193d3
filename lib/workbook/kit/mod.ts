/**
 * Tools for writing exercises and their checks.
 *
 * An {@linkcode exercise} joins hints, a solution, and a check. The check gets a
 * {@linkcode Trial}, which numbers its steps, and rejects the answer by throwing
 * {@linkcode CheckFailed}.
 *
 * ## A check is a table
 *
 * Write down cases, and let a driver run them:
 *
 * | the answer | its driver | a case says |
 * | --- | --- | --- |
 * | is a function | {@linkcode checkFunction} | the arguments, and the result or error |
 * | is a class | {@linkcode checkClass} | the calls on one object, and their results |
 * | reads a stream | {@linkcode checkStream} | the bytes that are sent, and the values and the end that must follow |
 * | uses datagrams | {@linkcode checkDatagrams} | the datagrams that must be sent, those that arrive, and the result |
 *
 * Each case has a `likely`: the likely cause of any other result, in the
 * learner's terms, and what to do. It can be a function of the result; the
 * answer's `explain` takes precedence. Use these for mistakes that leave
 * traces, such as a little-endian length, `\0` from the rest of a buffer, or
 * half a character. If a wrong version of the answer shows the mistake best,
 * write that version, and let {@linkcode mistakeOf} compare. The first failing
 * case is reported, so put simple cases first, limits next, and subtle ones
 * last.
 *
 * ## What every table tests
 *
 * Every table gets {@linkcode PROBES}, each with its own diagnosis: the same
 * call twice, and again after all the others, including failed ones; a good
 * stream after each one that must fail; two objects, connections, or sockets in
 * use at the same time, even at the same moment; earlier results and arguments,
 * which mustn't change; each `Uint8Array` as a short view into a larger buffer;
 * reads of 1, 5, and 4096 bytes; a connection that must stay open, or must be
 * closed; reads, receives, and timers that are left waiting. Results are
 * compared by value ({@linkcode differenceAt}), so an instance of a class or an
 * object with more fields is fine.
 *
 * Your table must test the rest: each limit with {@linkcode aroundLimit},
 * including 0 and the default, with an empty options object, and `maxRoom` if a
 * peer claims a length; one, two, and three or more of everything, with the bad
 * one first, in the middle, and last; texts from {@linkcode SAMPLE_TEXTS}, and
 * bytes from {@linkcode NOT_UTF8} and {@linkcode sampleBytes}, whose mistakes
 * {@linkcode explainBytes} explains.
 *
 * ```ts
 * import { assertRejects } from "@std/assert";
 * import { CheckFailed, checkFunction, exercise } from "./mod.ts";
 *
 * type Sum = (bytes: Uint8Array) => number;
 * const sum = exercise<Sum>({
 *   id: "0.1",
 *   title: "Add bytes",
 *   solution: (bytes) => bytes.reduce((sum, byte) => sum + byte, 0),
 *   hints: [],
 *   read: "Bytes",
 *   check: (sum, trial) =>
 *     checkFunction(trial, sum, [
 *       { args: [Uint8Array.of(1, 2)], returns: 3, likely: "Add all of them." },
 *       { args: [new Uint8Array()], returns: 0, likely: "Start with 0." },
 *     ], { name: "sum" }),
 * });
 * await sum.check(sum.solution);
 *
 * const careless: Sum = ({ buffer }) => sum.solution(new Uint8Array(buffer));
 * await assertRejects(() => sum.check(careless), CheckFailed, "larger buffer");
 * ```
 *
 * ## Where no driver fits
 *
 * Drive the answer yourself: {@linkcode connectPair} connects two sockets,
 * {@linkcode ShortConn} moves less than it's asked to, {@linkcode FakeConn},
 * {@linkcode FakeListener}, and {@linkcode FakeSocket} simulate what doesn't
 * happen on loopback, {@linkcode openByPort} hands a connection to an answer
 * that connects by itself, {@linkcode Collector} keeps all received bytes,
 * {@linkcode TimerWatch} knows which timers are still running, and
 * {@linkcode SlowRemove} shows which removals weren't awaited. All of them
 * explain common mistakes: a string instead of bytes, a missing `await`, and an
 * empty buffer ({@linkcode Misuse}).
 *
 * Nothing here imports an @std package: `deno test` loads it in a fresh clone.
 *
 * @module
 */
export * from "./call_cases.ts";
export * from "./call_driver.ts";
export * from "./check_failed.ts";
export * from "./collector.ts";
export * from "./datagram_cases.ts";
export * from "./datagram_types.ts";
export * from "./exercise.ts";
export * from "./explain_bytes.ts";
export * from "./fake_conn.ts";
export * from "./fake_listener.ts";
export * from "./fake_socket.ts";
export * from "./longest_gap.ts";
export * from "./mistake.ts";
export * from "./misuse.ts";
export * from "./open_by_port.ts";
export * from "./own_socket.ts";
export { every } from "./own_timers.ts";
export * from "./pair.ts";
export * from "./place.ts";
export * from "./probes.ts";
export * from "./sample_bytes.ts";
export * from "./sample_texts.ts";
export * from "./settle.ts";
export * from "./short_conn.ts";
export * from "./slow_remove.ts";
export * from "./socket_folder.ts";
export * from "./stream_cases.ts";
export * from "./stream_types.ts";
export * from "./timer_watch.ts";
export * from "./todo.ts";
export * from "./trial.ts";
export * from "./values.ts";
