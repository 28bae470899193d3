import { resolve } from "node:path";
import { counted } from "../../../show/counted.ts";
import { CaptureParser, decodePacket, type Packet } from "../../../wire/mod.ts";
import { WireError } from "../../../wire/mod.ts";
import { ROOT } from "../../checker/catalog.ts";
import type { CommandContext } from "../command.ts";
import { DamagedGzip, gunzip } from "./gunzip.ts";
import { Interrupted, onInterrupt } from "../../checker/interrupted.ts";
import { repeated, UsageError } from "../../checker/usage_error.ts";

/** A capture that could be read up to some point only. */
export class DamagedCapture extends Error {
  override name = "DamagedCapture";
}

/** What to do with the packets of a capture as they come. */
export interface CaptureVisitor {
  /**
   * Takes the next packet; its bytes may be used again later.
   *
   * @returns Whether to go on.
   */
  visit(packet: Packet): boolean;
  /** Called whenever it may take a while until there is more. */
  pause(): Promise<void>;
  /** What is read for the name `-`. */
  input: CommandContext["input"];
}

/**
 * Reads a capture, packet by packet, with no more in memory than a piece of it.
 * It may be compressed with gzip.
 *
 * @param name The path of a file as a person typed it, or `-` for what is piped
 * in.
 * @param visitor Is given each packet, and gives what is piped in.
 * @throws {Interrupted} If Ctrl-C ends what is piped in; what came before has
 * been given to the visitor.
 * @throws {UsageError} If there is no such capture.
 * @throws {DamagedCapture} If something in it cannot be read; what came before
 * has been given to the visitor.
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
  // A live capture has no end but Ctrl-C, and wants to be summed up all the same.
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
        `${shown(name)}: cannot read on after ${counted(packets, "packet")}: ` +
          error.message,
      );
    }
    throw error;
  }
}

/**
 * Says which file a person means. Under `deno task` the current folder is the
 * workbook, and `INIT_CWD` is where the person is.
 *
 * @param name A path as it was typed.
 * @returns An absolute path.
 */
export function typedPath(name: string): string {
  const isTask = resolve(Deno.cwd()) === resolve(ROOT);
  const folder = isTask ? Deno.env.get("INIT_CWD") : undefined;
  return resolve(folder ?? Deno.cwd(), name);
}

/** The system failed to give the next bytes of a file. */
class ReadFailed extends Error {}

type ChunkReader = ReadableStreamDefaultReader<Uint8Array>;

async function openCapture(name: string): Promise<ChunkReader> {
  // The path would be that of the folder one is in.
  if (name === "") throw new UsageError('no file "": name a pcap');
  const path = typedPath(name);
  try {
    const { isDirectory } = await Deno.stat(path);
    if (isDirectory) {
      throw new UsageError(`${shown(name)} is a folder: name a pcap in it`);
    }
    return (await Deno.open(path)).readable.getReader();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (error instanceof Deno.errors.NotFound) {
      const where = path === name ? "" : `: there is no ${repeated(path)}`;
      throw new UsageError(`no file ${shown(name)}${where}`);
    }
    const reason = error instanceof Error ? error.message : error;
    throw new UsageError(`cannot open ${shown(name)}: ${reason}`);
  }
}

function pipedIn(input: CommandContext["input"]): ChunkReader {
  if (input.isTerminal()) {
    throw new UsageError(
      "- reads what is piped in: tcpdump -i lo -U -w - | deno task packets -",
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

/** What is no capture at all is a wrong argument; all else is damage. */
function explain(error: WireError, name: string, packets: number): Error {
  if (error.what === "a capture") {
    const [, found] = error.expected.split(/found (?:only )?/);
    return new UsageError(
      `${shown(name)} is no capture in pcap or pcapng format: ` +
        (/^[\da-f]{8}$/.test(found)
          ? `it begins with ${found}`
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
  return name === "-" ? "what was piped in" : repeated(name);
}
