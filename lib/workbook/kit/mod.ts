/**
 * What the author of an exercise builds with.
 *
 * An {@linkcode exercise} joins hints, a solution and a check. The check gets a
 * {@linkcode Trial} to name its steps and wait by, and drives the answer over
 * real sockets: {@linkcode connectPair} connects two, {@linkcode ShortConn}
 * moves less than it's asked to, {@linkcode FakeConn} does what loopback won't,
 * {@linkcode Collector} keeps what arrives, and {@linkcode TimerWatch} knows
 * which timers are still running.
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
export * from "./fake_conn.ts";
export * from "./fake_socket.ts";
export * from "./longest_gap.ts";
export * from "./misuse.ts";
export * from "./own_socket.ts";
export * from "./pair.ts";
export * from "./place.ts";
export * from "./probes.ts";
export * from "./sample_texts.ts";
export * from "./settle.ts";
export * from "./short_conn.ts";
export * from "./socket_folder.ts";
export * from "./stream_cases.ts";
export * from "./stream_types.ts";
export * from "./timer_watch.ts";
export * from "./todo.ts";
export * from "./trial.ts";
export * from "./values.ts";
