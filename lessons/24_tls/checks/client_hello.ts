/** Checks an answer to 24.2. */
import {
  type Advice,
  type CallResult,
  checkFunction,
  type FunctionCase,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type { ClientHello, ReadClientHello } from "../types.ts";
import {
  ascii,
  counted,
  extension,
  FROM_DENO,
  FROM_OPENSSL,
  hello,
  type HelloParts,
  protocolNames,
  serverNames,
  u16,
  versionList,
} from "./hellos.ts";

const HELLO = "The first message is in the clear";
const BOUNDS = "A length inside a length";

const NAME = serverNames([0, "a.test"]);
const PROTOCOLS = protocolNames("h2", "http/1.1");
const VERSIONS = versionList(0x0304, 0x0303);
/** An extension with a key share, which nothing here needs. */
const OTHER = extension(51, [0, 4, 0, 29, 0, 0]);

const ALL: ClientHello = {
  serverName: "a.test",
  protocols: ["h2", "http/1.1"],
  versions: [0x0304, 0x0303],
};
const NONE: ClientHello = { protocols: [], versions: [0x0303] };

function good(
  step: string,
  parts: HelloParts,
  returns: ClientHello,
  likely: string,
): FunctionCase {
  // Results may have extra fields, so say that there must be no name.
  const all = { serverName: undefined, ...returns };
  return { step, args: [hello(parts)], returns: all, likely, read: HELLO };
}

const ORDER =
  "Extensions come in any order, and some clients shuffle them. Look at the " +
  "type of each, take what you need, and skip the others by their length.";
const GREASE =
  "0x0a0a, 0x1a1a, …, 0xfafa are GREASE: numbers that mean nothing, and that " +
  "browsers send so that servers get used to what they don't know. Skip them, " +
  "whatever is in them, and leave them out of `versions`.";
const NO_LIST =
  "Without extension 43, the client knows no newer version than the one at the " +
  "start of the body: return that one.";
const NO_VERSION =
  "Extension 43 is there, so only its versions count, even if there are none. Use " +
  "the version at the start of the body only without that extension.";
const FIELDS =
  "Before the extensions come the version (2 bytes), 32 random bytes, the " +
  "session ID, the cipher suites, and the compression methods. The last three " +
  "each have a length in front, of 1, 2, and 1 bytes, and any of them can vary.";

const GOOD: FunctionCase[] = [
  good(
    "a ClientHello with a name, protocols, and versions",
    { extensions: [...NAME, ...PROTOCOLS, ...VERSIONS] },
    ALL,
    FIELDS,
  ),
  {
    step: "the ClientHello that Deno sent for echo.localhost",
    args: [FROM_DENO],
    returns: {
      serverName: "echo.localhost",
      protocols: ["h2", "http/1.1"],
      versions: [0x0304, 0x0303],
    },
    likely: ORDER,
    read: HELLO,
  },
  {
    step: "the ClientHello that openssl s_client sent",
    args: [FROM_OPENSSL],
    returns: {
      serverName: "echo.localhost",
      protocols: ["http/1.1"],
      versions: [0x0304, 0x0303, 0x0302, 0x0301],
    },
    likely: ORDER,
    read: HELLO,
  },
  good(
    "other extensions first, and the name last",
    { extensions: [...OTHER, ...VERSIONS, ...PROTOCOLS, ...NAME] },
    ALL,
    ORDER,
  ),
  good(
    "no session ID, 300 cipher suites, and two compression methods",
    {
      sessionId: [0],
      suites: counted(2, Array.from({ length: 600 }, (_, i) => i % 7)),
      compression: counted(1, [1, 0]),
      extensions: [...NAME, ...PROTOCOLS, ...VERSIONS],
    },
    ALL,
    FIELDS,
  ),
  good(
    "no extensions, and a body that ends before their length",
    { extensions: null },
    NONE,
    "If the body ends after the compression methods, there are no extensions: " +
      `don't read their length. ${NO_LIST}`,
  ),
  good(
    "a list of extensions without any, from a TLS 1.1 client",
    { extensions: [], version: 0x0302 },
    { ...NONE, versions: [0x0302] },
    NO_LIST,
  ),
  good(
    "an extension without data, and a name",
    { extensions: [...extension(23, []), ...NAME] },
    { ...NONE, serverName: "a.test" },
    "The length of an extension's data may be 0.",
  ),
  good(
    "an extension whose type is 256, and one whose type is 4096",
    {
      extensions: [
        ...extension(256, [1, 2, 3]),
        ...extension(4096, [1]),
        ...VERSIONS,
      ],
    },
    { ...NONE, versions: ALL.versions },
    "A type has two bytes, so 256 isn't 0, and 4096 isn't 16.",
  ),
  good(
    "a name of kind 7 before the name of kind 0",
    { extensions: serverNames([7, "b.test"], [0, "a.test"]) },
    { ...NONE, serverName: "a.test" },
    "Each name has its kind, and only kind 0 is the name of a host.",
  ),
  good(
    "two names of kind 0",
    { extensions: serverNames([0, "a.test"], [0, "b.test"]) },
    { ...NONE, serverName: "a.test" },
    "Return the first name of kind 0. The rest of the list must still be valid.",
  ),
  good(
    "only a name of kind 7",
    { extensions: [...serverNames([7, "b.test"]), ...PROTOCOLS] },
    { ...NONE, protocols: ALL.protocols },
    "A name of another kind isn't the name of a host: leave `serverName` out.",
  ),
  good(
    "a name in upper and lower case, and the same protocol twice",
    {
      extensions: [
        ...serverNames([0, "A.Test"]),
        ...protocolNames("H2", "x", "H2"),
      ],
    },
    { ...NONE, serverName: "A.Test", protocols: ["H2", "x", "H2"] },
    "Return all names as they are, in their order.",
  ),
  good(
    "a name of 300 characters",
    { extensions: serverNames([0, "x".repeat(300)]) },
    { ...NONE, serverName: "x".repeat(300) },
    "A name's length has two bytes.",
  ),
  good(
    "empty lists of names and protocols",
    { extensions: [...serverNames(), ...protocolNames()] },
    NONE,
    "A list may be empty; then there's no name, and there are no protocols.",
  ),
  good(
    "an empty list of versions",
    { extensions: versionList() },
    { ...NONE, versions: [] },
    NO_VERSION,
  ),
  good(
    "GREASE versions among the versions, and an unknown one",
    {
      extensions: versionList(
        0x6a6a,
        0x0304,
        0x0a0a,
        0x7f1c,
        0x0303,
        0xfafa,
        0x1a2a,
      ),
    },
    { ...NONE, versions: [0x0304, 0x7f1c, 0x0303, 0x1a2a] },
    `${GREASE} 0x7f1c and 0x1a2a aren't GREASE: both bytes must be the same, ` +
      "and end in a.",
  ),
  good(
    "a list of versions with nothing but GREASE",
    { extensions: versionList(0x4a4a) },
    { ...NONE, versions: [] },
    NO_VERSION,
  ),
  good(
    "GREASE extensions, the last one with a byte in it, as Chromium sends them",
    {
      extensions: [
        ...extension(0x2a2a, []),
        ...NAME,
        ...PROTOCOLS,
        ...versionList(0x9a9a, 0x0304, 0x0303),
        ...extension(0xfafa, [0]),
      ],
    },
    ALL,
    GREASE,
  ),
];

const EXACT_END =
  "Each length must lead exactly to the end of what it's part of. Bytes left " +
  "over are a second message in the first, which one program sees and another " +
  "doesn't.";
const TOO_FAR =
  "There are more bytes after this part, so nothing stops a read that goes too " +
  "far: it takes the next field's bytes for this one's. Compare each length " +
  "with the end of what it's part of, and not only with the end of the array.";

function bad(step: string, parts: HelloParts, likely: string): FunctionCase {
  return {
    step,
    args: [hello(parts)],
    throws: RangeError,
    likely,
    read: BOUNDS,
  };
}

/** Makes an extension whose list has a length that's wrong by `by` bytes. */
function wrongList(type: 0 | 16, by: number): number[] {
  const one = type === 0
    ? [0, ...counted(2, ascii("a.test"))]
    : counted(1, ascii("h2"));
  return extension(type, counted(2, one, one.length + by));
}

const BAD: FunctionCase[] = [
  bad(
    "a record of encrypted data",
    { recordType: 23, extensions: NAME },
    "A record of type 23 is encrypted, whatever its bytes look like.",
  ),
  bad(
    "a handshake message of type 2, a ServerHello",
    { messageType: 2, extensions: NAME },
    "The message's type is its first byte: 1 is a ClientHello.",
  ),
  {
    step: "a record without a byte",
    args: [{ type: 22, version: 0x0301, fragment: new Uint8Array() }],
    throws: RangeError,
    likely: "There may be nothing at all. `bytes[0]` is undefined then.",
    read: BOUNDS,
  },
  bad(
    "a message whose length says that it's longer than the record",
    { extensions: NAME, bodyLength: 500 },
    "The rest of the message isn't here. (It's in the next record, but this " +
      "function has only one.)",
  ),
  bad(
    "a byte after the message",
    { extensions: NAME, after: [0] },
    EXACT_END,
  ),
  bad(
    "a byte after the extensions, inside the body",
    { extensions: NAME, rest: [0] },
    EXACT_END,
  ),
  bad(
    "a single byte where the extensions' length should be",
    { extensions: null, rest: [0] },
    "The length of the extensions has two bytes, and there's only one.",
  ),
  bad(
    "extensions whose length reaches past the body",
    { extensions: NAME, extensionsLength: NAME.length + 1 },
    "The extensions can't be longer than what's left of the body.",
  ),
  bad(
    "extensions whose length ends in the middle of the last one",
    {
      extensions: [...VERSIONS, ...NAME],
      extensionsLength: VERSIONS.length + 7,
    },
    TOO_FAR,
  ),
  bad(
    "a length of the body that ends inside the extensions",
    { extensions: [...VERSIONS, ...NAME], bodyLength: 90 },
    TOO_FAR,
  ),
  bad(
    "a session ID of 33 bytes",
    { sessionId: counted(1, Array(33).fill(1)), extensions: NAME },
    "A session ID has at most 32 bytes.",
  ),
  bad(
    "a session ID whose length leads past the body",
    {
      sessionId: counted(1, [], 32),
      suites: [],
      compression: [],
      extensions: null,
    },
    "Skipping bytes can lead past the end, too: check the length first. " +
      "`slice` and `subarray` don't throw, they return less.",
  ),
  bad(
    "cipher suites whose length leads past the body",
    { suites: counted(2, [0x13, 0x01], 600), extensions: null },
    "Skipping bytes can lead past the end, too: check the length first.",
  ),
  bad(
    "compression methods whose length leads past the body",
    { compression: counted(1, [0], 2), extensions: null },
    "Skipping bytes can lead past the end, too: check the length first.",
  ),
  bad(
    "an extension whose data is longer than the rest of the extensions",
    { extensions: [...VERSIONS, ...extension(51, [1, 2], 3)] },
    "Check the length of every extension, also of those that you skip.",
  ),
  bad(
    "three bytes where an extension should be",
    { extensions: [...VERSIONS, 0, 51, 0] },
    "An extension has at least four bytes: its type and its length.",
  ),
  bad(
    "a single byte after the last extension, inside their length",
    { extensions: [...VERSIONS, 0] },
    EXACT_END,
  ),
  bad(
    "a single byte after the last name, inside the list of names",
    {
      extensions: extension(
        0,
        counted(2, [0, ...counted(2, ascii("a.test")), 0]),
      ),
    },
    EXACT_END,
  ),
  ...([0, 16] as const).flatMap((type) => {
    const what = type === 0 ? "names" : "protocols";
    return [
      bad(
        `a list of ${what} that's a byte longer than its extension, and another ` +
          "extension after it",
        { extensions: [...wrongList(type, 1), ...OTHER] },
        TOO_FAR,
      ),
      bad(
        `a list of ${what} that ends a byte before its extension does`,
        { extensions: [...wrongList(type, -1), ...OTHER] },
        EXACT_END,
      ),
    ];
  }),
  bad(
    "a byte after the list of names, inside the extension",
    {
      extensions: extension(0, [
        ...counted(2, [0, ...counted(2, ascii("a.test"))]),
        0,
      ]),
    },
    EXACT_END,
  ),
  bad(
    "a byte after the list of protocols, inside the extension",
    { extensions: extension(16, [...counted(2, counted(1, ascii("h2"))), 0]) },
    EXACT_END,
  ),
  bad(
    "a byte after the list of versions, inside the extension",
    { extensions: extension(43, [...counted(1, u16(0x0304)), 0]) },
    EXACT_END,
  ),
  bad(
    "a name whose length leads out of the list, into the next extension",
    {
      extensions: [
        ...extension(0, counted(2, [0, ...counted(2, ascii("a.test"), 10)])),
        ...OTHER,
      ],
    },
    TOO_FAR,
  ),
  bad(
    "a second name whose length leads out of the list",
    {
      extensions: [
        ...extension(
          0,
          counted(2, [
            0,
            ...counted(2, ascii("a.test")),
            0,
            ...counted(2, ascii("b"), 9),
          ]),
        ),
        ...OTHER,
      ],
    },
    "The rest of the list counts, too, when you have the name: read it to its " +
      "end.",
  ),
  bad(
    "a protocol whose length leads out of the list, into the next extension",
    {
      extensions: [
        ...extension(16, counted(2, counted(1, ascii("h2"), 5))),
        ...OTHER,
      ],
    },
    TOO_FAR,
  ),
  bad(
    "versions whose length leads out of the extension",
    { extensions: [...extension(43, counted(1, u16(0x0304), 4)), ...OTHER] },
    TOO_FAR,
  ),
  bad(
    "a list of versions of 3 bytes",
    { extensions: extension(43, counted(1, [3, 4, 3])) },
    "A version has two bytes, so half of one is left over.",
  ),
  bad(
    "a name extension without any data",
    { extensions: [...extension(0, []), ...OTHER] },
    TOO_FAR,
  ),
  bad(
    "a name without characters",
    { extensions: serverNames([0, ""]) },
    "A name has at least one character.",
  ),
  bad(
    "a name of kind 7 without characters, and one of kind 0",
    { extensions: serverNames([7, ""], [0, "a.test"]) },
    "A name of any kind has at least one character.",
  ),
  bad(
    "a second name of kind 0 without characters",
    { extensions: serverNames([0, "a.test"], [0, ""]) },
    "Each name has at least one character, not only the one that you return.",
  ),
  bad(
    "a protocol without characters",
    { extensions: protocolNames("h2", "") },
    "A protocol has at least one character.",
  ),
  ...([[VERSIONS, "versions"], [NAME, "the name"], [OTHER, "type 51"]] as const)
    .map(([one, what]) =>
      bad(
        `the extension of ${what} twice`,
        { extensions: [...one, ...PROTOCOLS, ...one] },
        "No extension may come twice, whatever its type: one program would " +
          "take the first one, and another one the second. Keep the types that " +
          "you've seen.",
      )
    ),
];

function explain(
  { value, error }: CallResult,
  due: { throws?: unknown },
): Partial<Advice> | undefined {
  if (due.throws !== undefined) return undefined;
  if (error !== undefined) {
    return undefined;
  }
  const { serverName, protocols, versions } = Object(value);
  if (typeof serverName === "string" && serverName < " " && serverName !== "") {
    return {
      likely: "The name begins with bytes of a length. Three numbers come " +
        "before its first character: the length of the list, the kind, and the " +
        "length of the name.",
    };
  }
  if (serverName === null || serverName === "") {
    return { likely: "Leave `serverName` out if there's no name." };
  }
  const isTexts = Array.isArray(protocols) &&
    protocols.every((one) => typeof one === "string");
  if (!isTexts) return { likely: "`protocols` is an array of texts." };
  const isNumbers = Array.isArray(versions) &&
    versions.every((one) => typeof one === "number");
  if (!isNumbers) {
    return { likely: "`versions` is an array of numbers, such as 0x0304." };
  }
  return undefined;
}

/**
 * Checks an answer to 24.2.
 *
 * @param clientHello The answer.
 * @param trial The run of the check.
 */
export async function checkClientHello(
  clientHello: ReadClientHello,
  trial: Trial,
): Promise<void> {
  await checkFunction(trial, clientHello, [...GOOD, ...BAD], {
    name: "clientHello",
    explain,
  });
}
