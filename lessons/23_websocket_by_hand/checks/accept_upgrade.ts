/** Checks an answer to 23.1. */
import {
  type CallDue,
  type CallResult,
  checkFunction,
  type FunctionCase,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type { AcceptUpgrade } from "../types.ts";

/** Checks an answer to 23.1. */
export async function checkAcceptUpgrade(
  acceptUpgrade: AcceptUpgrade,
  trial: Trial,
): Promise<void> {
  await checkFunction(trial, acceptUpgrade, CASES, {
    name: "acceptUpgrade",
    async: true,
    exact: true,
    see: seen,
    explain,
    mayShare: true,
  });
}

/** The fields that matter, with their names in lower case. */
const FIELDS = [
  ...["allow", "upgrade", "connection"],
  ...["sec-websocket-accept", "sec-websocket-version"],
  ...["sec-websocket-extensions", "sec-websocket-protocol"],
];

/**
 * Returns the parts to compare: the status, and the fields that belong to it.
 */
function seen(
  { status, headers }: { status: number; headers: HeadersInit },
): unknown {
  const all = new Headers(headers);
  const fields: Record<string, string> = {};
  for (const name of FIELDS) {
    const value = all.get(name);
    // A server may name its version in any answer.
    const isExtra = name === "sec-websocket-version" && status !== 426 ||
      status === 400 && ["upgrade", "connection"].includes(name);
    if (value === null || isExtra) continue;
    fields[name] = TOKENS.includes(name) ? value.toLowerCase() : value;
  }
  return { status, ...fields };
}
const TOKENS = ["upgrade", "connection"];

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/** The differences from a valid request; `null` leaves a field out. */
interface Variation {
  method?: string;
  fields?: Record<string, string | string[] | null>;
}

function request({ method = "GET", fields = {} }: Variation) {
  const valid: Record<string, string | string[] | null> = {
    Host: "127.0.0.1:7000",
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": KEY,
    "Sec-WebSocket-Version": "13",
  };
  // A name in another case replaces the field.
  for (const [name, value] of Object.entries(fields)) {
    for (const old of Object.keys(valid)) {
      if (old.toLowerCase() === name.toLowerCase()) delete valid[old];
    }
    valid[name] = value;
  }
  const headers = Object.entries(valid).flatMap(([name, value]) =>
    value === null ? [] : [value].flat().map((one) => [name, one])
  );
  return { method, headers };
}

const SWITCHING = { upgrade: "websocket", connection: "upgrade" };
const ACCEPTED = { status: 101, ...SWITCHING, "sec-websocket-accept": ACCEPT };
const REQUIRED = { status: 426, ...SWITCHING, "sec-websocket-version": "13" };
const NO_KEY = { status: 400 };

type Row = [step: string, variation: Variation, likely: string];

const NAMES =
  "Names of fields are case-insensitive: Deno sends `upgrade`, and Chromium " +
  "`Upgrade`. Convert them with toLowerCase() before you compare.";
const LISTS =
  "`Connection` is a list, and so is `Upgrade`: Firefox sends `Connection: " +
  "keep-alive, Upgrade`. Split at the commas, trim the spaces, and compare each " +
  "word, in lower case.";
const REPEATED =
  "Fields with the same name are one list. Combine their values before you look " +
  "for a word in it.";

/** Requests that ask for a WebSocket as they should. */
const VALID: Row[] = [
  [
    "the request in RFC 6455",
    {},
    "Answer 101 with three fields: `Upgrade: websocket`, `Connection: Upgrade`, " +
    "and `Sec-WebSocket-Accept`. If your status is another one: the words in " +
    "`Upgrade` and `Connection` are case-insensitive.",
  ],
  [
    "names in lower case, as Deno sends them",
    {
      fields: {
        upgrade: "websocket",
        connection: "Upgrade",
        "sec-websocket-key": KEY,
        "sec-websocket-version": "13",
      },
    },
    NAMES,
  ],
  [
    "names in capitals",
    {
      fields: {
        UPGRADE: "websocket",
        CONNECTION: "Upgrade",
        "SEC-WEBSOCKET-KEY": KEY,
        "SEC-WEBSOCKET-VERSION": "13",
      },
    },
    NAMES,
  ],
  [
    "Upgrade: WebSocket, Connection: upgrade",
    { fields: { Upgrade: "WebSocket", Connection: "upgrade" } },
    "`websocket` and `upgrade` are case-insensitive. Convert the values, too, " +
    "before you compare.",
  ],
  ...[
    "keep-alive, Upgrade",
    "Upgrade,keep-alive",
    "keep-alive ,\tupgrade , close",
  ].map((value): Row => [
    `Connection: ${JSON.stringify(value).slice(1, -1)}`,
    { fields: { Connection: value } },
    LISTS,
  ]),
  [
    "Upgrade: h2c, websocket",
    { fields: { Upgrade: "h2c, websocket" } },
    LISTS,
  ],
  [
    "two Connection fields",
    { fields: { Connection: ["keep-alive", "Upgrade"] } },
    REPEATED,
  ],
  [
    "two Upgrade fields",
    { fields: { Upgrade: ["websocket", "h2c"] } },
    REPEATED,
  ],
  [
    "a client that offers an extension and two subprotocols",
    {
      fields: {
        "Sec-WebSocket-Extensions": "permessage-deflate",
        "Sec-WebSocket-Protocol": "chat, superchat",
      },
    },
    "The client only offers these. If you repeat one, you promise to use it, and " +
    "the client's next frame is compressed. Leave both fields out.",
  ],
];

/** The same with other keys, so that a constant answer fails. */
const OTHER_KEYS = [
  ["AQIDBAUGBwgJCgsMDQ4PEA==", "C/0nmHhBztSRGR1CwL6Tf4ZjwpY="],
  ["0123456789+/zZyYxXkKaA==", "7pX6/cga3n/q6LXSqr0JkmhhliY="],
].map(([key, accept]) =>
  withResult({ ...ACCEPTED, "sec-websocket-accept": accept })([
    `the key ${key}`,
    { fields: { "Sec-WebSocket-Key": key } },
    "The accept key depends on the client's key, which is new for each " +
    "connection: compute it each time. The key may contain any of the 64 " +
    "characters of base64.",
  ])
);

const NO_UPGRADE =
  "This client doesn't ask for a WebSocket, so the answer is 426: it says what " +
  "the client would have to ask for. Both `Upgrade` and `Connection` must ask " +
  "for it, each with the whole word.";
const OLD_VERSION =
  "You speak version 13 and no other. Answer 426 with `Sec-WebSocket-Version: " +
  "13`, so that the client knows which version to try. Compare the whole value.";

const WITHOUT: Row[] = [
  ["no Upgrade field", { fields: { Upgrade: null } }, NO_UPGRADE],
  ["no Connection field", { fields: { Connection: null } }, NO_UPGRADE],
  ["Upgrade: h2c", { fields: { Upgrade: "h2c" } }, NO_UPGRADE],
  ["Upgrade: websockets", { fields: { Upgrade: "websockets" } }, NO_UPGRADE],
  [
    "Connection: keep-alive",
    { fields: { Connection: "keep-alive" } },
    NO_UPGRADE,
  ],
  [
    "Connection: no-upgrade",
    { fields: { Connection: "no-upgrade" } },
    NO_UPGRADE,
  ],
  ["no version", { fields: { "Sec-WebSocket-Version": null } }, OLD_VERSION],
  ...["8", "14", "130", "13, 8", "1e1", "013", "13.0"].map((version): Row => [
    `Sec-WebSocket-Version: ${version}`,
    { fields: { "Sec-WebSocket-Version": version } },
    OLD_VERSION,
  ]),
  [
    "version 8, and no key",
    { fields: { "Sec-WebSocket-Version": "8", "Sec-WebSocket-Key": null } },
    "Two rows apply, and the first one is the answer: 426 comes before 400.",
  ],
];

const KEY_RULE =
  "The key is 16 bytes in base64: 22 letters, digits, `+`, or `/`, and then " +
  "`==`. Test all of it with a regular expression: atob() also accepts spaces, " +
  "and a key without its `==`.";

const BAD_KEYS: Row[] = ([
  ["no key", null],
  ["an empty key", ""],
  ["a key of 15 bytes", "AQIDBAUGBwgJCgsMDQ4P"],
  ["a key of 17 bytes", "AQIDBAUGBwgJCgsMDQ4PEBE="],
  ["a key without its ==", KEY.slice(0, -2)],
  ["a key with a space in it", `${KEY.slice(0, 10)} ${KEY.slice(11)}`],
  ["a key with a _ in it", `${KEY.slice(0, 10)}_${KEY.slice(11)}`],
  ["a key and another word", `${KEY} x`],
  ["a word and a key", `x ${KEY}`],
] as const).map(([step, value]): Row => [
  step,
  { fields: { "Sec-WebSocket-Key": value } },
  KEY_RULE,
]);

const TWO_KEYS: Row = [
  "two keys",
  { fields: { "Sec-WebSocket-Key": [KEY, KEY] } },
  "Repeated fields are combined into one, and two keys with a comma between " +
  "them aren't a key.",
];

const METHODS = ["POST", "HEAD", "CONNECT", "get"].map((method): Row => [
  `method ${method}`,
  { method },
  "A WebSocket begins with GET, and methods are case-sensitive. Answer 405, and " +
  "say in `Allow: GET` what would work.",
]);

const CASES: FunctionCase[] = [
  ...VALID.map(withResult(ACCEPTED)),
  ...OTHER_KEYS,
  ...METHODS.map(withResult({ status: 405, allow: "GET" })),
  withResult({ status: 405, allow: "GET" })([
    "POST, with nothing that asks for a WebSocket",
    {
      method: "POST",
      fields: {
        Upgrade: null,
        Connection: null,
        "Sec-WebSocket-Key": null,
        "Sec-WebSocket-Version": null,
      },
    },
    "Several rows apply, and the first one is the answer: 405.",
  ]),
  ...WITHOUT.map(withResult(REQUIRED)),
  ...[...BAD_KEYS, TWO_KEYS].map(withResult(NO_KEY)),
];

function withResult(returns: object) {
  return ([step, variation, likely]: Row): FunctionCase => ({
    step,
    label: `acceptUpgrade(${step})`,
    args: [request(variation)],
    returns,
    likely,
  });
}

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** Recognizes mistakes by the accept key, or by the shape of the answer. */
function explain(
  { value, error }: CallResult,
  { returns }: CallDue,
): string | undefined {
  if (error !== undefined) {
    return "What a client sends must not end the server: answer every request, " +
      "even one without a field that you look for.";
  }
  const due = returns as { status: number; "sec-websocket-accept"?: string };
  const { status, headers } = Object(value) as {
    status?: number;
    headers?: HeadersInit;
  };
  if (typeof status !== "number" || headers === undefined) {
    return "Return an object with `status`, a number, and `headers`.";
  }
  if (due.status !== 101 || status !== 101) return undefined;
  const accept = readHeaders(headers)?.get("sec-websocket-accept");
  if (accept === undefined || accept === due["sec-websocket-accept"]) {
    return undefined;
  }
  if (accept === null) {
    return "`Sec-WebSocket-Accept` is missing. Without it, the client closes " +
      "the connection.";
  }
  if (accept.includes("[object")) {
    return "crypto.subtle.digest() returns a promise of an ArrayBuffer: await " +
      "it, make a Uint8Array of it, and encode that with toBase64().";
  }
  if (/^[0-9a-f]{40}$/i.test(accept)) {
    return "These are hexadecimal digits. Encode the 20 bytes of the hash in " +
      "base64: `new Uint8Array(hash).toBase64()`.";
  }
  if (accept.length > 40) {
    return "This is the base64 of hexadecimal digits, or of decoded text. Encode " +
      "the 20 bytes of the hash: `new Uint8Array(hash).toBase64()`.";
  }
  return "Hash the key, as text and just as it arrived, followed by " +
    `${GUID}. Don't decode the key, don't change its case, and put nothing ` +
    "between the two.";
}

function readHeaders(headers: HeadersInit): Headers | undefined {
  try {
    return new Headers(headers);
  } catch {
    return undefined;
  }
}
