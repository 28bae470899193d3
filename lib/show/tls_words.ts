/**
 * Describes TLS data in a few words, and a ClientHello in rows.
 *
 * @module
 */

import {
  type ClientHello,
  decodeClientHelloLeniently,
  isGrease,
} from "../wire/tls/client_hello.ts";
import { decodeTlsAlert } from "../wire/tls/alert.ts";
import { WireError } from "../wire/error.ts";
import {
  tlsCipherSuiteName,
  tlsExtensionName,
  tlsVersionName,
} from "../wire/tls/names.ts";
import {
  recognizeTls,
  tlsMessageNames,
  type TlsRecord,
} from "../wire/tls/record.ts";
import { printable } from "./text.ts";

const HANDSHAKE = 22;
/** The most items of a list to show. */
const MAX_LISTED = 12;

/**
 * Formats a ClientHello as rows of a table.
 *
 * @param hello The ClientHello.
 * @returns The name and the value of each field.
 *
 * @example The version, and the cipher suites
 * ```ts
 * import { decodeClientHello } from "../wire/mod.ts";
 * import { clientHelloRows } from "./tls_words.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const message = Uint8Array.fromHex(
 *   "01000029" + "0303" + "00".repeat(32) + "00" + "00021301" + "0100",
 * );
 * const rows = clientHelloRows(decodeClientHello(message));
 * assertEquals(rows.at(-1), ["cipher suites", "TLS_AES_128_GCM_SHA256"]);
 * ```
 */
export function clientHelloRows(hello: ClientHello): [string, string][] {
  const names = (numbers: number[], name: (number: number) => string) => {
    const real = numbers.filter((number) => !isGrease(number));
    const listed = real.slice(0, MAX_LISTED).map(name);
    const left = real.length - listed.length;
    return [...listed, ...(left > 0 ? [`${left} more`] : [])].join(", ");
  };
  const types = hello.extensions.map(({ type }) => type);
  const { legacyVersion, serverName, protocols } = hello;
  const hasList = types.includes(43);
  return [
    [
      "version field",
      tlsVersionName(legacyVersion) +
      (hasList ? ", because old servers expect that" : ""),
    ],
    ...(hasList
      ? [["versions", names(hello.versions, tlsVersionName)]] as [
        string,
        string,
      ][]
      : []),
    ["server name (SNI)", serverName === null ? "none" : quoted(serverName)],
    ["protocols (ALPN)", protocols.map(quoted).join(", ") || "none"],
    ...(types.length === 0
      ? []
      : [["extensions", names(types, tlsExtensionName)]] as [string, string][]),
    ["cipher suites", names(hello.cipherSuites, tlsCipherSuiteName)],
  ];
}

/**
 * Finds the ClientHello at the start of a segment's data.
 *
 * @param data The data.
 * @returns The ClientHello, as far as it's available; `null` if there isn't
 * one.
 */
export function clientHelloIn(data: Uint8Array): ClientHello | null {
  const [record] = recognizeTls(data);
  return record === undefined ? null : helloOf(record);
}

/**
 * Describes a segment's data if it's TLS.
 *
 * @param data The data.
 * @returns Text such as `TLS Client Hello for example.org` or
 * `TLS Alert: fatal, unknown_ca`; `null` for any other data.
 *
 * @example An alert
 * ```ts
 * import { tlsWords } from "./tls_words.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const data = new Uint8Array([21, 3, 3, 0, 2, 2, 48]);
 * assertEquals(tlsWords(data), "TLS Alert: fatal, unknown_ca");
 * ```
 */
export function tlsWords(data: Uint8Array): string | null {
  const records = recognizeTls(data);
  const names = tlsMessageNames(records);
  if (names.length === 0) return null;
  const [first] = records;
  const alert = decodeTlsAlert(first);
  if (names[0] === "Alert" && alert !== null) {
    names[0] = `Alert: ${alert.level}, ${alert.description}`;
  }
  if (names[0] === "Client Hello") {
    const name = helloOf(first)?.serverName ?? null;
    if (name !== null) names[0] += ` for ${quoted(name)}`;
  }
  return `TLS ${names.join(", ")}`;
}

function helloOf({ contentType, fragment }: TlsRecord): ClientHello | null {
  if (contentType !== HANDSHAKE) return null;
  try {
    const { value } = decodeClientHelloLeniently(fragment);
    return value.random.length === 0 ? null : value;
  } catch (error) {
    if (error instanceof WireError) return null;
    throw error;
  }
}

/**
 * Quotes a name from the network, so that control characters can't reach the
 * terminal.
 */
function quoted(name: string): string {
  return /^[\w.:/-]+$/.test(name)
    ? name
    : printable(Uint8Array.from(name, (char) => char.charCodeAt(0)), {
      max: 60,
    });
}
