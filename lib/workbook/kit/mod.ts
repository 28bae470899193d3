/**
 * What the author of a lesson builds with.
 *
 * An {@linkcode exercise} joins a learner's answer with its check. A check is
 * given a {@linkcode Trial} to name its steps and wait by, and drives the
 * answer over real sockets: {@linkcode connectPair} connects two,
 * {@linkcode ShortConn} makes one move less than it is asked to,
 * {@linkcode Collector} keeps what came, and {@linkcode TimerWatch} knows which
 * timers run on. {@linkcode runLesson} makes a program of a lesson.
 *
 * @module
 */
export type { Narrator } from "../../show/mod.ts";
export * from "../checker/attempts.ts";
export * from "./check_failed.ts";
export * from "./collector.ts";
export * from "./exercise.ts";
export * from "./pair.ts";
export * from "../cli/run_lesson.ts";
export * from "./short_conn.ts";
export * from "./timer_watch.ts";
export * from "./todo.ts";
export * from "./trial.ts";
