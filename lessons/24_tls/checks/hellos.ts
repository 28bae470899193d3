/** ClientHellos for the check of 24.2, well-formed and otherwise. */
import type { TlsRecord } from "../types.ts";

/** Encodes a number in two bytes, big-endian. */
export function u16(value: number): number[] {
  return [value >> 8, value & 0xff];
}

/** Returns the ASCII bytes of a text. */
export function ascii(text: string): number[] {
  return Array.from(text, (char) => char.charCodeAt(0));
}

/** Puts the length of some bytes in front of them, or a wrong length. */
export function counted(
  lengthBytes: 1 | 2 | 3,
  bytes: number[],
  length = bytes.length,
): number[] {
  const all = [length >> 16, length >> 8 & 0xff, length & 0xff];
  return [...all.slice(3 - lengthBytes), ...bytes];
}

/** Makes an extension, whose data may have a wrong length. */
export function extension(
  type: number,
  data: number[],
  length = data.length,
): number[] {
  return [...u16(type), ...counted(2, data, length)];
}

/** Makes the extension for the server's name, or for names of several kinds. */
export function serverNames(...names: [kind: number, name: string][]) {
  const list = names.flatMap(([kind, name]) => [
    kind,
    ...counted(2, ascii(name)),
  ]);
  return extension(0, counted(2, list));
}

/** Makes the extension for the protocols. */
export function protocolNames(...names: string[]): number[] {
  const list = names.flatMap((name) => counted(1, ascii(name)));
  return extension(16, counted(2, list));
}

/** Makes the extension for the versions. */
export function versionList(...versions: number[]): number[] {
  return extension(43, counted(1, versions.flatMap(u16)));
}

/** The parts of a ClientHello that a case may change. */
export interface HelloParts {
  /** @default 0x0303 */
  version?: number;
  /** The session ID, with its length. @default {32 bytes} */
  sessionId?: number[];
  /** The cipher suites, with their length. @default {two suites} */
  suites?: number[];
  /** The compression methods, with their length. @default {only "null"} */
  compression?: number[];
  /**
   * The extensions, without their length; `null` for a body that ends before.
   */
  extensions?: number[] | null;
  /** The number in the length of the extensions. */
  extensionsLength?: number;
  /** Bytes after the extensions. */
  rest?: number[];
  /** The number in the length of the body. */
  bodyLength?: number;
  /** Bytes after the body. */
  after?: number[];
  /** @default 1 */
  messageType?: number;
  /** @default 22 */
  recordType?: number;
}

/** Makes a record with a ClientHello. */
export function hello(parts: HelloParts = {}): TlsRecord {
  const { extensions = [], rest = [], after = [] } = parts;
  const body = [
    ...u16(parts.version ?? 0x0303),
    // Random bytes that look like lengths.
    ...Array.from({ length: 32 }, (_, i) => i % 3),
    ...parts.sessionId ?? counted(1, Array(32).fill(0x2b)),
    ...parts.suites ?? counted(2, [0x13, 0x01, 0x13, 0x02]),
    ...parts.compression ?? counted(1, [0]),
    ...(extensions === null
      ? []
      : counted(2, extensions, parts.extensionsLength)),
    ...rest,
  ];
  const fragment = [
    parts.messageType ?? 1,
    ...counted(3, body, parts.bodyLength),
    ...after,
  ];
  return {
    type: parts.recordType ?? 22,
    version: 0x0301,
    fragment: Uint8Array.from(fragment),
  };
}

/** Makes a record from the bytes that a real client sent. */
function recorded(hex: string): TlsRecord {
  return {
    type: 22,
    version: 0x0301,
    fragment: Uint8Array.fromHex(hex).slice(5),
  };
}

/** The record that Deno 2.9.6 sent for echo.localhost, with two protocols. */
export const FROM_DENO = recorded(
  "1603010102010000fe0303da268560f32c032b3ff24d94568faa4b21541bb8bda784" +
    "246868657563a4d92c2030510a17875cead42bf332ce368d6f1896b61853a8b8b24c" +
    "3e5fc7438a2476590014130213011303c02cc02bcca9c030c02fcca800ff010000a1" +
    "00000013001100000e6563686f2e6c6f63616c686f7374000d001600140503040306" +
    "030807080608050804060105010401000a000a0008001d0017001811ec000b000201" +
    "000010000e000c02683208687474702f312e31000500050100000000003300260024" +
    "001d00209ba28fca84e217c5667ddfa3624f7251c62339f7cf477c0f2d7a3ad2b1ea" +
    "a370002d0002010100230000002b0005040304030300170000",
);

/** The record that OpenSSL 3.0's s_client sent to the same server, with one. */
export const FROM_OPENSSL = recorded(
  "160301014a01000146030365fc66e3ed34ef664772b74894d4591e54eee12ed2e84b" +
    "bbec626375b323e71420714dc9884e5eb4226bd9440575e72ee531b64e8cb02c5908" +
    "090435347b08f40f003e130213031301c02cc030009fcca9cca8ccaac02bc02f009e" +
    "c024c028006bc023c0270067c00ac0140039c009c0130033009d009c003d003c0035" +
    "002f00ff010000bf00000013001100000e6563686f2e6c6f63616c686f7374000b00" +
    "0403000102000a00160014001d0017001e0019001801000101010201030104002300" +
    "000010000b000908687474702f312e310016000000170000000d002a002804030503" +
    "0603080708080809080a080b08040805080604010501060103030301030204020502" +
    "0602002b0009080304030303020301002d00020101003300260024001d0020c8a62c" +
    "36290d230c997226b333ec639a185190c65e2c66960536acb3a806b21c",
);
