import { resolve } from "node:path";
import { counted } from "../../../show/counted.ts";
import { CaptureParser, decodePacket, type Packet } from "../../../wire/mod.ts";
import { WireError } from "../../../wire/mod.ts";
import { ROOT } from "../../checker/catalog.ts";
import type { CommandContext } from "../command.ts";
import { DamagedGzip, gunzip } from "./gunzip.ts";
import { Interrupted, onInterrupt } from "../../checker/interrupted.ts";
import { repeated, UsageError } from "../../checker/usage_error.ts";

/**
 * Thrown for a capture that's damaged: only the part before the damage can be
 * read.
 */
export class DamagedCapture extends Error {
  override name = "DamagedCapture";
}

/** Handles the packets of a capture as they're read. */
export interface CaptureVisitor {
  /**
   * Handles the next packet, whose buffer may be reused later.
   *
   * @returns Whether to continue.
   */
  visit(packet: Packet): boolean;
  /** Called when the next packet may take a while. */
  pause(): Promise<void>;
  /** The input for the name `-`. */
  input: CommandContext["input"];
}

/**
 * Reads a capture packet by packet, without holding all of it in memory. It may
 * be compressed with gzip.
 *
 * @param name The file's path as typed, or `-` for standard input.
 * @param visitor The object that handles each packet, and provides standard
 * input.
 * @throws {Interrupted} If Ctrl-C ends standard input; the visitor has received
 * all packets before that.
 * @throws {UsageError} If there is no such capture.
 * @throws {DamagedCapture} If a part of it can't be read; the visitor has
 * received all packets before that.
 */
export async function readPackets(
  name: string,
  visitor: CaptureVisitor,
): Promise<void> {
  const parser = new CaptureParser();
  let packets = 0;
  let interrupted = false;
  const reader = name === "-"
    ? pipedIn(visitor.input)
    : await openCapture(name);
  // A live capture ends only with Ctrl-C, and still gets a summary.
  using _stopped = name === "-"
    ? onInterrupt(() => {
      interrupted = true;
      reader.cancel().catch(() => {});
    })
    : null;
  try {
    for await (const chunk of gunzip(chunksOf(reader))) {
      for (const captured of parser.push(chunk)) {
        packets = captured.number;
        const { bytes, linkType } = captured;
        if (!visitor.visit(decodePacket(bytes, linkType, captured))) return;
      }
      await visitor.pause();
    }
    if (interrupted) throw new Interrupted();
    parser.end();
  } catch (error) {
    if (interrupted) throw new Interrupted();
    if (error instanceof WireError) throw explain(error, name, packets);
    if (error instanceof ReadFailed || error instanceof DamagedGzip) {
      throw new DamagedCapture(
        `${shown(name)}: can't read any further after ` +
          `${counted(packets, "packet")}: ` +
          error.message,
      );
    }
    throw error;
  }
}

/**
 * Resolves a path. Under `deno task`, the current folder is the workbook's; the
 * folder where you typed the command is in `INIT_CWD`.
 *
 * @param name The path as typed.
 * @returns An absolute path.
 */
export function typedPath(name: string): string {
  const isTask = resolve(Deno.cwd()) === resolve(ROOT);
  const folder = isTask ? Deno.env.get("INIT_CWD") : undefined;
  return resolve(folder ?? Deno.cwd(), name);
}

/** Thrown if the system fails to read a file. */
class ReadFailed extends Error {}

type ChunkReader = ReadableStreamDefaultReader<Uint8Array>;

async function openCapture(name: string): Promise<ChunkReader> {
  // An empty path would be the current folder.
  if (name === "") throw new UsageError('no file "": name a pcap');
  const path = typedPath(name);
  try {
    const { isDirectory } = await Deno.stat(path);
    if (isDirectory) {
      throw new UsageError(
        `${shown(name)} is a folder: name a capture ` +
          "file in it",
      );
    }
    return (await Deno.open(path)).readable.getReader();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (error instanceof Deno.errors.NotFound) {
      const where = path === name ? "" : `: there is no ${repeated(path)}`;
      throw new UsageError(`no file ${shown(name)}${where}`);
    }
    const reason = error instanceof Error ? error.message : error;
    throw new UsageError(`can't open ${shown(name)}: ${reason}`);
  }
}

function pipedIn(input: CommandContext["input"]): ChunkReader {
  if (input.isTerminal()) {
    throw new UsageError(
      "- reads from a pipe: tcpdump -i lo -U -w - | deno task packets -",
    );
  }
  return input.readable.getReader();
}

async function* chunksOf(reader: ChunkReader): AsyncGenerator<Uint8Array> {
  try {
    while (true) {
      let result;
      try {
        result = await reader.read();
      } catch (cause) {
        const message = cause instanceof Error ? cause.message : String(cause);
        throw new ReadFailed(message, { cause });
      }
      if (result.done) return;
      yield result.value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/**
 * Converts an error: a file that isn't a capture is a wrong argument; anything
 * else is a damaged capture.
 */
function explain(error: WireError, name: string, packets: number): Error {
  if (error.what === "a capture") {
    const [, found] = error.expected.split(/found (?:only )?/);
    return new UsageError(
      `${shown(name)} isn't a capture in pcap or pcapng format: ` +
        (/^[\da-f]{8}$/.test(found)
          ? `it starts with ${found}`
          : `it has ${found}`),
    );
  }
  return new DamagedCapture(
    `${shown(name)} is damaged after ${
      counted(packets, "packet")
    }: ${error.message}`,
  );
}

function shown(name: string): string {
  return name === "-" ? "standard input" : repeated(name);
}
