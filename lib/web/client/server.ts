import type { Commands, ServerMessage } from "../protocol.ts";
import { BASE, TOKEN } from "./page.ts";

/** The ID of this page, for the server. */
export const TAB: string = crypto.randomUUID();

type Listener = (message: ServerMessage) => void;

const listeners = new Set<Listener>();
const watchers = new Set<(isThere: boolean) => void>();
let source: EventSource | undefined;
let isBusy = false;

/**
 * Listens to the server's messages.
 *
 * @param listener Receives each message.
 * @returns A function that stops listening.
 */
export function listen(listener: Listener): () => void {
  listeners.add(listener);
  if (TOKEN !== undefined) connect();
  return () => listeners.delete(listener);
}

/**
 * Watches whether the server can be reached.
 *
 * @param watcher Called when the connection is made, and when it's lost.
 */
export function watchConnection(watcher: (isThere: boolean) => void): void {
  watchers.add(watcher);
}

/**
 * Keeps the connection even while the page is hidden: closing it ends the run.
 *
 * @param busy Whether a run is in progress.
 */
export function keepConnected(busy: boolean): void {
  isBusy = busy;
  adapt();
}

/**
 * Sends a command to the server.
 *
 * @param path The command.
 * @param command Its details.
 * @returns The server's answer.
 * @throws {Error} If the server is gone, or doesn't take the command.
 */
export async function post<Path extends keyof Commands>(
  path: Path,
  command: Commands[Path],
): Promise<unknown> {
  const response = await fetch(BASE + path, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-workbook-token": TOKEN ?? "",
    },
    body: JSON.stringify(command),
  }).catch(() => undefined);
  if (response === undefined) {
    throw new Error("The server is gone: start `deno task web` again.");
  }
  if (!response.ok) {
    throw new Error(
      response.status === 403
        ? "The server was restarted. Reload this page."
        : await response.text(),
    );
  }
  return await response.json();
}

/** Resolves once the server can reach this page. */
export async function connected(): Promise<void> {
  const events = connect();
  if (events.readyState === EventSource.OPEN) return;
  await new Promise<void>((resolve, reject) => {
    events.addEventListener("open", () => resolve(), { once: true });
    events.addEventListener(
      "error",
      () =>
        reject(new Error("The server is gone: start `deno task web` again.")),
      { once: true },
    );
  });
}

function connect(): EventSource {
  if (source !== undefined && source.readyState !== EventSource.CLOSED) {
    return source;
  }
  source = new EventSource(`${BASE}events?tab=${TAB}`);
  source.onopen = () => tellWatchers(true);
  source.onerror = () => tellWatchers(false);
  source.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    for (const listener of listeners) listener(message);
  };
  return source;
}

function tellWatchers(isThere: boolean): void {
  for (const watcher of watchers) watcher(isThere);
}

/**
 * Connects a page in sight, and disconnects a hidden one: a browser allows only
 * six connections to a server.
 */
function adapt(): void {
  if (TOKEN === undefined || listeners.size === 0) return;
  if (document.visibilityState === "visible" || isBusy) connect();
  else source?.close();
}

document.addEventListener("visibilitychange", adapt);
