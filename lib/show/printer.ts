import { bold, cyan, dim, yellow } from "@std/fmt/colors";
import { LINK_TYPES } from "../wire/capture/link.ts";
import { decodePacket } from "../wire/capture/packet.ts";
import { drawBars } from "./bars.ts";
import { formatElapsed } from "./elapsed.ts";
import type { ShowEvent } from "./events.ts";
import { hexDump } from "./hex_dump.ts";
import { drawLanes } from "./lanes.ts";
import { drawHeaders } from "./header_box.ts";
import { drawSegments } from "./segment_diagram.ts";
import { drawTable } from "./table.ts";
import { padEndVisible, visibleWidth, wrapText } from "./text.ts";

/** The left margin of everything below a step's title. */
const INDENT = "   ";

/**
 * Prints a lesson's events as text.
 *
 * It aligns consecutive facts, and the columns of a diagram depend on all of
 * its lines, so it holds these events back until another kind of event arrives.
 *
 * @example A step and two facts
 * ```ts
 * import { Printer } from "./printer.ts";
 * import { setColorEnabled } from "@std/fmt/colors";
 * import { assertEquals } from "@std/assert";
 *
 * setColorEnabled(false);
 * let out = "";
 * const printer = new Printer((text) => out += text, { width: 80 });
 * printer.show({ atMs: 0, kind: "step", number: 1, title: "Listen" });
 * printer.show({ atMs: 1, kind: "fact", name: "protocol", value: "tcp" });
 * printer.show({ atMs: 1, kind: "fact", name: "port", value: "7000" });
 * printer.flush();
 * assertEquals(out, "1  Listen\n   protocol  tcp\n   port      7000\n");
 * ```
 */
export class Printer {
  readonly #write: (text: string) => void;
  readonly #width: number;
  #held: ShowEvent[] = [];
  #lastLine = "";

  /**
   * Creates a printer.
   *
   * @param write A function that receives text, in whole lines.
   * @param options `width`: the width, in columns, at least 40.
   */
  constructor(write: (text: string) => void, options: { width: number }) {
    this.#write = write;
    this.#width = options.width;
  }

  /**
   * Prints an event, or holds it back with others of its kind.
   *
   * @param event The event.
   */
  show(event: ShowEvent): void {
    if (!belongsTo(event, this.#held[0])) this.flush();
    if (event.kind === "fact" || event.kind === "lanes" || this.#held[0]) {
      this.#held.push(event);
    } else {
      this.#print(this.#linesOf(event));
    }
  }

  /** Prints the events held back. Call it when the lesson ends or fails. */
  flush(): void {
    const held = this.#held;
    this.#held = [];
    if (held[0]?.kind === "fact") this.#print(this.#facts(held));
    if (held[0]?.kind === "lanes") {
      const lines = drawLanes(held, this.#width - INDENT.length);
      this.#print(["", ...lines.map((line) => INDENT + line), ""]);
    }
  }

  #linesOf(event: ShowEvent): string[] {
    switch (event.kind) {
      case "lesson":
        return [
          bold(`Lesson ${event.number}. ${event.title}`),
          ...wrapText(event.claim, { width: this.#width }),
        ];
      case "step":
        return ["", bold(`${event.number}  ${event.title}`)];
      case "say":
        return wrapText(event.text, { width: this.#width, indent: INDENT });
      case "predict":
        return wrapText(yellow("Predict: ") + event.question, {
          width: this.#width,
          indent: INDENT + " ".repeat("Predict: ".length),
          firstIndent: INDENT,
        });
      case "predicted":
        return [
          "",
          ...wrapText(yellow("You predicted: ") + event.text, {
            width: this.#width,
            indent: INDENT + " ".repeat("You predicted: ".length),
            firstIndent: INDENT,
          }),
        ];
      case "bytes": {
        const width = this.#width - INDENT.length;
        const dump = hexDump(Uint8Array.fromHex(event.hex), { width });
        return [event.name, ...dump].map((line) => INDENT + line);
      }
      case "bars":
        return [
          "",
          ...drawBars(event, this.#width - INDENT.length)
            .map((line) => INDENT + line),
        ];
      case "table":
        return [
          "",
          ...drawTable(event, this.#width - INDENT.length)
            .map((line) => INDENT + line),
          "",
        ];
      case "headers":
        return [
          "",
          ...wrapText(event.title, { width: this.#width, indent: INDENT }),
          ...headerLines(event, this.#width - INDENT.length)
            .map((line) => line === "" ? "" : INDENT + line),
          "",
        ];
      case "segments":
        return [
          "",
          ...drawSegments(event.segments, {
            ...event,
            width: this.#width - INDENT.length,
          }).map((line) => INDENT + line),
          "",
        ];
      case "note":
        return wrapText(
          dim(formatElapsed(event.atMs).padStart(8)) + `  ${event.text}`,
          { width: this.#width, indent: " ".repeat(10), firstIndent: "" },
        );
      default:
        return [];
    }
  }

  #facts(events: ShowEvent[]): string[] {
    const facts = events.filter((event) => event.kind === "fact");
    const column = Math.max(...facts.map(({ name }) => visibleWidth(name))) + 2;
    return facts.flatMap(({ name, value, isCommand }) =>
      wrapText(cyan(value), {
        width: isCommand ? Infinity : this.#width,
        indent: INDENT + " ".repeat(column),
        firstIndent: INDENT + padEndVisible(name, column),
      })
    );
  }

  #print(lines: string[]): void {
    for (const line of lines) {
      // Never print two empty lines in a row.
      if (line !== "" || this.#lastLine !== "") this.#write(`${line}\n`);
      this.#lastLine = line;
    }
  }
}

/**
 * Draws headers. The verdicts come from the event, which has only the headers,
 * not the data that the checksums cover.
 */
function headerLines(
  event: Extract<ShowEvent, { kind: "headers" }>,
  width: number,
): string[] {
  const { originalLength, checksum, ipChecksum, layers, context } = event;
  const bytes = Uint8Array.fromHex(event.hex);
  const packet = decodePacket(bytes, LINK_TYPES.RAW, { originalLength });
  return drawHeaders({ ...packet, checksum, ipChecksum }, {
    width,
    layers,
    ...context,
  });
}

function belongsTo(event: ShowEvent, first: ShowEvent | undefined): boolean {
  if (first?.kind === "fact") return event.kind === "fact";
  if (first?.kind === "lanes") {
    return ["endpoint", "call", "arrow"].includes(event.kind);
  }
  return false;
}
