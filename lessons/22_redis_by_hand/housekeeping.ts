/** Replies to the commands that real clients send besides those of a store. */
import { concat, encodeReply, type RespReply } from "../../lib/wire/mod.ts";

/** Replies to the commands that a client sends when it connects. */
export class Housekeeping {
  /** The version of RESP that the client has asked for. */
  #version = 2;

  /**
   * Replies to a command, unless it's one for the store.
   *
   * @param name The command's name, in capitals.
   * @param command The command's strings.
   * @returns The reply; `null` if the store should run the command.
   */
  answer(name: string, command: Uint8Array[]): Uint8Array | null {
    if (!NAMES.has(name)) return null;
    const [_, first, second] = command.map(wordOf);
    switch (name) {
      case "HELLO":
        return this.#hello(first, second);
      case "INFO":
        return encodeReply(bulk(INFO));
      case "CLIENT":
        return first === "SETINFO" || first === "SETNAME" ? OK : null;
      case "CONFIG": {
        if (first !== "GET" || command.length !== 3) return null;
        // redis-benchmark asks for "save" and "appendonly". This server saves
        // nothing.
        const value = second === "APPENDONLY" ? "no" : "";
        return this.#pairs([[new TextDecoder().decode(command[2]), value]]);
      }
      default: // COMMAND
        return encodeReply({ kind: "array", items: [] });
    }
  }

  /**
   * Translates a reply of the store into the client's version of RESP.
   *
   * @param reply The reply in version 2.
   * @returns The same reply, except that version 3 encodes nil differently.
   */
  translate(reply: Uint8Array): Uint8Array {
    return this.#version === 3 && isNil(reply) ? NIL : reply;
  }

  #hello(version = `${this.#version}`, option?: string): Uint8Array {
    if (version !== "2" && version !== "3") {
      return error("NOPROTO unsupported protocol version");
    }
    if (option === "AUTH") return error("ERR this server has no passwords");
    this.#version = Number(version);
    return this.#pairs([
      ["server", "socket-workbook"],
      ["version", VERSION],
      ["proto", this.#version],
      ["id", 1],
      ["mode", "standalone"],
      ["role", "master"],
    ]);
  }

  /**
   * Encodes names and values: as an array in version 2, as a map in version 3.
   */
  #pairs(pairs: [string, string | number][]): Uint8Array {
    const items = pairs.flat().map((item): RespReply =>
      typeof item === "number"
        ? { kind: "integer", value: BigInt(item) }
        : bulk(item)
    );
    const head = this.#version === 3 ? `%${pairs.length}` : `*${items.length}`;
    return concat([encode(`${head}\r\n`), ...items.map(encodeReply)]);
  }
}

/**
 * Decodes a command's name or option, in capitals. Long ones aren't known here.
 */
export function wordOf(part: Uint8Array): string {
  if (part.length > 16) return "";
  let word = "";
  for (const byte of part) word += String.fromCharCode(byte);
  return word.toUpperCase();
}

/** The names of the commands that aren't for the store. */
const NAMES = new Set(["CLIENT", "COMMAND", "CONFIG", "HELLO", "INFO"]);
/**
 * The version of Redis that this server claims to be: the first with SET EX.
 */
const VERSION = "2.6.12";
const INFO =
  `# Server\r\nredis_version:${VERSION}\r\nredis_mode:standalone\r\n` +
  "# Persistence\r\nloading:0\r\n";
const OK = encodeReply({ kind: "simple", text: "OK" });
const NIL = encode("_\r\n");

function isNil(reply: Uint8Array): boolean {
  return reply.length === 5 && reply[0] === 0x24 && reply[1] === 0x2d;
}

function error(text: string): Uint8Array {
  return encodeReply({ kind: "error", text });
}

function bulk(text: string): RespReply {
  return { kind: "bulk", value: encode(text) };
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
