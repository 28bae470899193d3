import type { Commands, ServerMessage } from "../../lib/web/protocol.ts";

/** A page without a browser: it hears what the server tells, and commands it. */
export class ApiTab implements AsyncDisposable {
  readonly #url: string;
  readonly #token: string;
  readonly #reader: ReadableStreamDefaultReader<string>;
  /** The page's name for the server. */
  readonly tab: string;
  #begun = "";

  private constructor(
    url: string,
    { token, tab, events }: { token: string; tab: string; events: Response },
  ) {
    this.#url = url;
    this.#token = token;
    this.tab = tab;
    this.#reader = events.body!.pipeThrough(new TextDecoderStream())
      .getReader();
  }

  /** Opens a page. */
  static async open(url: string): Promise<ApiTab> {
    const page = await (await fetch(url)).text();
    const token = page.match(/data-token="(\w+)"/)![1];
    const tab = crypto.randomUUID();
    const events = await fetch(`${url}events?tab=${tab}`);
    return new ApiTab(url, { token, tab, events });
  }

  /** Sends a command; gives the response's status. */
  async post<Path extends keyof Commands>(
    path: Path,
    command: Commands[Path],
  ): Promise<number> {
    const response = await fetch(this.#url + path, {
      method: "POST",
      headers: {
        origin: new URL(this.#url).origin,
        "x-workbook-token": this.#token,
      },
      body: JSON.stringify(command),
    });
    await response.body?.cancel();
    return response.status;
  }

  /** Waits for a message of a kind, and leaves out those before it. */
  async next<Kind extends ServerMessage["kind"]>(
    kind: Kind,
  ): Promise<Extract<ServerMessage, { kind: Kind }>> {
    while (true) {
      const end = this.#begun.indexOf("\n\n");
      if (end === -1) {
        const { done, value } = await this.#reader.read();
        if (done) throw new Error(`the stream ended before ${kind}`);
        this.#begun += value;
        continue;
      }
      const data = this.#begun.slice(0, end).match(/^data: (.*)$/m)?.[1];
      this.#begun = this.#begun.slice(end + 2);
      if (data === undefined) continue;
      const message = JSON.parse(data);
      if (message.kind === kind) return message;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.cancel().catch(() => {});
  }
}
