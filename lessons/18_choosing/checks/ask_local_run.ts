/** What the steps of 18.1 share. */
import type { Trial } from "../../../lib/workbook/kit/mod.ts";
import type { AskLocal } from "../types.ts";

export const WAITS = "A queue that is full";
export const PROMISES = "What each promises";

/** Long enough for an answer on a busy machine, in milliseconds. */
export const PLENTY_MS = 60_000;

/** What every step needs. */
export interface Run {
  askLocal: AskLocal;
  trial: Trial;
  server: Deno.DatagramConn;
  /** The server's path. */
  path: string;
  /** The client's own path. */
  own: string;
  /** The path of another sender. */
  otherPath: string;
  /** The calls that left a timer running. */
  timersLeft: string[];
}

/** Opens a datagram socket; the trial closes it. */
export function open(path: string, trial: Trial): Deno.DatagramConn {
  return trial.use(Deno.listenDatagram({ transport: "unixpacket", path }));
}

/** Fails if the client has removed the server's path. */
export function expectServerPath({ trial, path }: Run): void {
  if (exists(path)) return;
  trial.fail({
    problem: "The server's path is gone.",
    likely: "Remove your own path, which ends in `.me`. Without its file, no " +
      "client finds the server.",
  });
}

/** Fails if the client's own path is left. */
export function expectOwnPathGone({ trial, own }: Run): void {
  if (!exists(own)) return;
  trial.fail({
    problem: "The client's own path is still there.",
    likely:
      "close() doesn't remove the file of a datagram socket, so the next " +
      "call gets AddrInUse. Remove it in a finally block, which runs after an " +
      "answer, after an error, and after the deadline.",
  });
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Encodes text as UTF-8. */
export function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
