import { bold } from "@std/fmt/colors";
import {
  clientHelloIn,
  clientHelloRows,
  counted,
  drawHeaders,
  drawTable,
  headerContext,
  printable,
  vlansOf,
} from "../../../show/mod.ts";
import { CaptureConversations, type Packet } from "../../../wire/mod.ts";
import { PacketLines } from "./lines.ts";
import type { Show, ShowOptions } from "./show.ts";

/** Draws the headers of one packet. */
export class Box implements Show {
  readonly #number: number;
  readonly #options: ShowOptions;
  readonly #conversations = new CaptureConversations();
  readonly #lines: PacketLines;
  #last = 0;

  constructor(number: number, options: ShowOptions) {
    this.#number = number;
    this.#options = options;
    this.#lines = new PacketLines(options);
  }

  packet(packet: Packet): boolean {
    // Earlier packets determine the relative numbers and the window's scale.
    const tracked = this.#conversations.add(packet);
    const { segment } = tracked;
    this.#last = packet.number;
    const line = this.#lines.draw(packet, tracked);
    if (packet.number !== this.#number) return true;
    const { output, width } = this.#options;
    const context = segment === null ? {} : headerContext(segment);
    output.print(
      bold(line),
      "",
      linkLine(packet),
      "",
      ...drawHeaders(packet, { width, ...context }),
      ...(packet.ip === null ? [] : [""]),
      payloadLine(packet, width),
      ...clientHelloLines(packet, width),
    );
    return false;
  }

  end(): void {}

  missing(): string | null {
    if (this.#last >= this.#number) return null;
    return `no packet ${this.#number}: ` + (
      this.#last === 0
        ? "this capture has no packets"
        : `packets are 1 to ${this.#last}`
    );
  }
}

function linkLine(packet: Packet): string {
  const { link, originalLength, bytes } = packet;
  const size = bytes.length < originalLength
    ? `${originalLength} bytes, ${bytes.length} of them captured`
    : `${originalLength} bytes`;
  if (link === null) return size;
  const name = {
    ethernet: "an Ethernet header",
    cooked: "a Linux cooked header",
    loopback: "a loopback header",
    raw: "no link header",
    other: `a header of ${link.kind === "other" ? link.name : ""}`,
  }[link.kind];
  const ids = vlansOf(packet).join(", ");
  const vlan = ids === "" ? "" : ` with VLAN ${ids}`;
  return `${size}, of which ${name} of ${link.headerBytes}${vlan}`;
}

function payloadLine({ payload, payloadBytes }: Packet, width: number): string {
  if (payloadBytes === 0) return "no payload";
  const count = counted(payloadBytes, "byte");
  const head = `payload, ${count}: `;
  return head + printable(payload, { max: width - head.length });
}

/**
 * Draws the fields of a ClientHello, the last message that a TLS client sends
 * unencrypted.
 */
function clientHelloLines({ tcp, payload }: Packet, width: number): string[] {
  const hello = tcp === null ? null : clientHelloIn(payload);
  if (hello === null) return [];
  const columns = ["TLS Client Hello", ""];
  return ["", ...drawTable({ columns, rows: clientHelloRows(hello) }, width)];
}
