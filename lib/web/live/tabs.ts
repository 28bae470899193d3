import type { ServerMessage } from "../protocol.ts";

/** How often to write something, to notice when a tab is gone. */
const BEAT_MS = 15_000;

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

  write(text: string): void {
    try {
      this.#controller.enqueue(new TextEncoder().encode(text));
    } catch {
      // It has just been closed.
    }
  }

  close(): void {
    try {
      this.#controller.close();
    } catch {
      // The page closed it first.
    }
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
    this.#beat = setInterval(() => {
      for (const tab of this.#tabs.values()) tab.write(": still here\n\n");
    }, BEAT_MS);
  }

  /**
   * Starts to send events to a page.
   *
   * @param id The ID that the page has chosen.
   * @param first The first messages for the page.
   * @returns The response: a stream of events.
   */
  open(id: string, first: ServerMessage[]): Response {
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
        if (this.#tabs.get(id) !== tab) return;
        this.#tabs.delete(id);
        this.#onClose(id);
      },
    });
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
    this.#tabs.get(id)?.write(encode(message));
  }

  /** Sends a message to all pages. */
  sendAll(message: ServerMessage): void {
    for (const tab of this.#tabs.values()) tab.write(encode(message));
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
