import type { ServerMessage } from "../protocol.ts";

/** How often to write something, to notice when a tab is gone. */
const BEAT_MS = 15_000;

/** The most open pages: each costs memory, and may cost a run. */
const MAX_TABS = 100;

/**
 * The most that may be unsent to a page, in bytes. A run with X-ray tells a few
 * megabytes, and a page that is there reads them at once.
 */
const MAX_UNSENT_BYTES = 16 * 1024 * 1024;

/** An open page, and the stream for its messages. */
class Tab {
  readonly id: string;
  readonly #controller: ReadableStreamDefaultController<Uint8Array>;

  constructor(
    id: string,
    controller: ReadableStreamDefaultController<Uint8Array>,
  ) {
    this.id = id;
    this.#controller = controller;
  }

  /** Sends a text, unless the page reads too slowly. */
  write(text: string): boolean {
    try {
      this.#controller.enqueue(new TextEncoder().encode(text));
      return (this.#controller.desiredSize ?? 0) >= 0;
    } catch {
      // It has just been closed.
      return true;
    }
  }

  close(): void {
    try {
      this.#controller.close();
    } catch {
      // The page closed it first.
    }
  }

  /** Ends the stream, and forgets what is unsent. */
  fail(): void {
    this.#controller.error(new Error("The page reads too slowly"));
  }
}

/** The open pages, and the Server-Sent Events that they receive. */
export class Tabs {
  readonly #tabs = new Map<string, Tab>();
  readonly #onClose: (id: string) => void;
  readonly #beat: ReturnType<typeof setInterval>;

  /** @param onClose Called with a tab's ID once the tab is gone. */
  constructor(onClose: (id: string) => void) {
    this.#onClose = onClose;
    this.#beat = setInterval(() => this.#writeAll(": still here\n\n"), BEAT_MS);
  }

  /**
   * Starts to send events to a page.
   *
   * @param id The ID that the page has chosen.
   * @param first The first messages for the page.
   * @returns The response: a stream of events, or 503 if there are too many.
   */
  open(id: string, first: ServerMessage[]): Response {
    if (this.#tabs.size >= MAX_TABS && !this.#tabs.has(id)) {
      return new Response("Too many pages are open.\n", { status: 503 });
    }
    let tab: Tab;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        tab = new Tab(id, controller);
        this.#tabs.get(id)?.close();
        this.#tabs.set(id, tab);
        tab.write(": hello\n\n");
        for (const message of first) tab.write(encode(message));
      },
      cancel: () => {
        // A page that has reconnected is still there.
        if (this.#tabs.get(id) === tab) this.#remove(id);
      },
    }, new ByteLengthQueuingStrategy({ highWaterMark: MAX_UNSENT_BYTES }));
    return new Response(body, {
      headers: {
        "content-type": "text/event-stream",
        "cache-control": "no-store",
      },
    });
  }

  /** Whether a tab is open. */
  has(id: string): boolean {
    return this.#tabs.has(id);
  }

  /** Sends a message to one page. */
  send(id: string, message: ServerMessage): void {
    this.#write(id, encode(message));
  }

  /** Sends a message to all pages. */
  sendAll(message: ServerMessage): void {
    this.#writeAll(encode(message));
  }

  #writeAll(text: string): void {
    for (const id of [...this.#tabs.keys()]) this.#write(id, text);
  }

  /** A page that doesn't read is dropped; it connects again if it's there. */
  #write(id: string, text: string): void {
    const tab = this.#tabs.get(id);
    if (tab === undefined || tab.write(text)) return;
    tab.fail();
    this.#remove(id);
  }

  #remove(id: string): void {
    this.#tabs.delete(id);
    this.#onClose(id);
  }

  /** Ends all streams. */
  close(): void {
    clearInterval(this.#beat);
    for (const tab of this.#tabs.values()) tab.close();
    this.#tabs.clear();
  }
}

function encode(message: ServerMessage): string {
  return `data: ${JSON.stringify(message)}\n\n`;
}
