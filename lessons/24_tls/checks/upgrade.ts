/** Checks an answer to 24.4. */
import { readExact, writeAll } from "../../../lib/net/mod.ts";
import { TimerWatch, type Trial } from "../../../lib/workbook/kit/mod.ts";
import { CA, SERVER_NAME } from "../certificates.ts";
import type { Trust, Upgrade } from "../types.ts";
import { ConnWatch, isOpen } from "./conn_watch.ts";
import { StartTlsServer, type StartTlsServerOptions } from "./tls_server.ts";

const UPGRADE = "From cleartext to TLS";
const VERIFY = "Encrypted isn't authenticated";
const COMMAND = "STARTTLS\r\n";

/** One call, and the result that it must have. */
interface Case extends StartTlsServerOptions {
  step: string;
  options?: Partial<Trust>;
  /** What the second read of the connection fails with. */
  failure?: Error;
  /** The error's class; not given if the call must return a connection. */
  throws?: ErrorClass;
  likely: string;
  read?: string;
}

// deno-lint-ignore no-explicit-any -- Any arguments.
type ErrorClass = new (...args: any[]) => Error;

const { ConnectionReset, InvalidData, UnexpectedEof } = Deno.errors;

const PIECES =
  "The reply is a line, and a read may return less than a line: keep reading " +
  "until you have its \\n.";
const REFUSED =
  "Only a reply that begins with `220 ` says that the server is ready for TLS. " +
  "After any other, there's no TLS, and the caller must not go on in the clear: " +
  "throw, and send nothing.";
const INJECTED =
  "Bytes came after the reply, in the clear. The server sends nothing between " +
  "its reply and the handshake, so an attacker on the way may have added them. " +
  "If you keep them, they look as if they'd come through TLS; if you drop them, " +
  "the attack goes unnoticed. Throw as soon as something follows the \\n.";
const TOO_LONG =
  "A reply has at most 512 bytes, with its line ending. Stop when you have more " +
  "than that: the next byte may never be a \\n.";
const IDENTITY =
  "Await tls.handshake() before you return, and pass `hostname` and `caCerts` " +
  "to Deno.startTls(). Deno.startTls() alone doesn't wait for the certificate.";

const ENDLESS = { likely: TOO_LONG, read: UPGRADE };
const LONGEST = `220 ${"x".repeat(506)}\r\n`;

const CASES: Case[] = [
  {
    step: "the server is ready for TLS",
    replies: ["220 ready for TLS\r\n"],
    likely:
      "After the reply, Deno.startTls(conn, …) makes a TLS connection of " +
      "it: wait for its handshake(), and return it.",
  },
  {
    step: "the reply comes in four pieces",
    replies: ["2", "20 ready for", " TLS\r", "\n"],
    likely: PIECES,
  },
  {
    step: "the reply is just 220, and ends with \\n alone",
    replies: ["220 \n"],
    likely: "A line ends with \\n. The \\r before it need not be there.",
  },
  {
    step: "the reply has 512 bytes",
    replies: [LONGEST.slice(0, 500), LONGEST.slice(500)],
    likely: "A reply of 512 bytes is allowed, and so is one in two pieces.",
  },
  ...[
    "454 TLS is not available\r\n",
    "502 no such command\r\n",
    "220-first of several lines\r\n",
    "2200 ready\r\n",
    "250 220 ready\r\n",
    "\n",
  ].map((reply): Case => ({
    step: `the server replies ${JSON.stringify(reply)}`,
    replies: [reply],
    throws: InvalidData,
    likely: REFUSED,
  })),
  {
    step: "a second line comes with the reply, in one piece",
    replies: ["220 ready\r\n250 your mailbox is empty\r\n"],
    throws: InvalidData,
    likely: INJECTED,
  },
  ...["2", "\n"].map((more): Case => ({
    step: `${JSON.stringify(more)} comes with the reply, in one piece`,
    replies: [`220 ready\r\n${more}`],
    throws: InvalidData,
    likely: INJECTED,
  })),
  {
    step: "the end of the reply brings a second line with it",
    replies: ["220 rea", "dy\r\n250 your mailbox is empty\r\n"],
    throws: InvalidData,
    likely: INJECTED,
  },
  {
    step: "512 bytes of reply, and one more in the same piece",
    replies: [`${LONGEST}x`],
    throws: InvalidData,
    likely: INJECTED,
  },
  {
    step: "a reply of 513 bytes",
    replies: [LONGEST.replace("\r", "x\r")],
    throws: InvalidData,
    likely: TOO_LONG,
  },
  {
    step: "600 bytes of reply without a \\n, and then silence",
    replies: ["220 ", "x".repeat(596)],
    then: "silence",
    throws: InvalidData,
    likely: TOO_LONG,
  },
  {
    step: "a reply without an end",
    replies: ["220 "],
    then: "endless",
    throws: InvalidData,
    likely: TOO_LONG,
  },
  ...["", "220 rea", "220 ready\r"].map((reply): Case => ({
    step: reply === ""
      ? "the connection ends without a reply"
      : `the connection ends after ${JSON.stringify(reply)}`,
    replies: reply === "" ? [] : [reply],
    then: "end",
    throws: UnexpectedEof,
    likely: "null before the \\n is the end of the connection, and the reply " +
      "isn't complete: throw Deno.errors.UnexpectedEof.",
  })),
  {
    step: "half a reply comes, and the connection is reset",
    replies: ["220 rea"],
    then: "silence",
    failure: new ConnectionReset("Connection reset by peer (os error 104)"),
    throws: ConnectionReset,
    likely:
      "The connection failed, which says nothing about the reply. Close " +
      "it, and throw what read() threw.",
  },
  ...([
    ["expired", "has expired"],
    ["selfSigned", "is signed by no authority that you trust"],
    ["wrongName", "is for another name"],
  ] as const).map(([certificate, what]): Case => ({
    step: `the server is ready, and its certificate ${what}`,
    replies: ["220 ready\r\n"],
    certificate,
    throws: InvalidData,
    likely: IDENTITY,
    read: VERIFY,
  })),
  {
    step: "the certificate is for other.localhost, and you expect that",
    replies: ["220 ready\r\n"],
    certificate: "wrongName",
    options: { hostname: "other.localhost" },
    likely: "The name to compare with the certificate is the caller's " +
      "`hostname`.",
    read: VERIFY,
  },
];

/**
 * Checks an answer to 24.4.
 *
 * @param upgrade The answer.
 * @param trial The run of the check.
 */
export async function checkUpgrade(
  upgrade: Upgrade,
  trial: Trial,
): Promise<void> {
  const timers = trial.use(new TimerWatch());
  const conns = trial.use(new ConnWatch());
  for (const one of CASES) {
    // A read into an array without room returns 0 at once, again and again.
    trial.step(one.step, ENDLESS);
    await checkCase(upgrade, trial, one, { conns });
  }
  for (
    const one of CASES.filter(({ certificate }) => certificate === undefined)
  ) {
    trial.step(
      `${one.step}; a read brings 1 byte, and a write takes 4`,
      ENDLESS,
    );
    await checkCase(upgrade, trial, one, { conns, isNarrow: true });
  }
  trial.step("two connections at the same time");
  await Promise.all([
    checkCase(upgrade, trial, CASES[0]),
    checkCase(upgrade, trial, CASES[1]),
  ]);
  if (timers.runningCount === 0) return;
  trial.fail({
    problem: "A timer still runs.",
    likely: "Clear it in a `finally`.",
  });
}

async function checkCase(
  upgrade: Upgrade,
  trial: Trial,
  one: Case,
  { conns, isNarrow = false }: { conns?: ConnWatch; isNarrow?: boolean } = {},
): Promise<void> {
  const { throws, likely, read = UPGRADE } = one;
  const { server, conn } = await StartTlsServer.connect(trial, one);
  if (one.failure) failAfterOne(conn, one.failure);
  if (isNarrow) narrow(conn);
  const options = { caCerts: [CA], hostname: SERVER_NAME, ...one.options };
  const result = Promise.allSettled([
    (async () => await upgrade(conn, options))(),
  ]);
  const [outcome] = await trial.waitFor(result, {
    waitingFor: "upgrade() to return or throw",
    likely: () =>
      server.cleartext === COMMAND
        ? likely
        : `Send ${
          JSON.stringify(COMMAND)
        } first, all of it: write() may take ` +
          `only a part. The server got ${JSON.stringify(server.cleartext)}.`,
    read,
  });
  if (throws === undefined) {
    await requireTls(trial, outcome, one, server);
  } else {
    await requireThrown(trial, outcome, one, conn);
  }
  if (conns !== undefined && await conns.hasOpen()) {
    trial.fail({
      problem: "You threw, and the connection is still open.",
      likely: "Close it in a `catch`, and throw the error again. When it has " +
        "become a TLS connection, that's the one to close.",
    });
  }
  if (throws !== undefined) {
    await trial.waitFor(server.done, {
      waitingFor: "the connection to be closed",
      likely: "Whenever you throw, close the connection first.",
    });
  }
  if (server.cleartext !== COMMAND) {
    trial.fail({
      problem: "You sent the wrong bytes in the clear.",
      expected: JSON.stringify(COMMAND),
      received: JSON.stringify(server.cleartext),
      likely: server.cleartext.startsWith(COMMAND)
        ? REFUSED
        : `Send the line ${JSON.stringify(COMMAND)}, once.`,
    });
  }
}

/** Makes all reads fail but the first one. */
function failAfterOne(conn: Deno.TcpConn, failure: Error): void {
  const read = conn.read.bind(conn);
  let reads = 0;
  conn.read = (buffer) =>
    reads++ === 0 ? read(buffer) : Promise.reject(failure);
}

/** Makes each read and write of a connection move only a few bytes. */
function narrow(conn: Deno.TcpConn): void {
  const [read, write] = [conn.read.bind(conn), conn.write.bind(conn)];
  conn.read = (buffer) => read(buffer.subarray(0, 1));
  conn.write = (bytes) => write(bytes.subarray(0, 4));
}

async function requireTls(
  trial: Trial,
  outcome: PromiseSettledResult<Deno.TlsConn>,
  { likely, read = UPGRADE }: Case,
  server: StartTlsServer,
): Promise<void> {
  if (outcome.status === "rejected") {
    trial.failThrown("upgrade()", outcome.reason, { likely, read });
  }
  const tls = outcome.value;
  if (typeof tls?.read !== "function" || !server.hasHandshake) {
    trial.fail({
      problem: typeof tls?.read !== "function"
        ? "upgrade() didn't return a connection."
        : "upgrade() returned, and no handshake has begun.",
      received: Deno.inspect(tls, { depth: 0 }),
      likely: "Return what Deno.startTls() gives you, after its handshake.",
      read,
    });
  }
  trial.use(tls);
  const sent = new TextEncoder().encode("hello");
  const echoed = await trial.waitFor(
    writeAll(tls, sent).then(() => readExact(tls, sent.length)),
    {
      waitingFor: "5 bytes to come back through TLS",
      likely: "Return the connection open, and read nothing from it.",
      read,
    },
  );
  trial.equalBytes(echoed, sent, {
    problem: "The bytes that came back through TLS aren't the ones that were " +
      "sent.",
    likely: INJECTED,
    read,
  });
  tls[Symbol.dispose]();
}

async function requireThrown(
  trial: Trial,
  outcome: PromiseSettledResult<Deno.TlsConn>,
  { throws, likely, read = UPGRADE }: Case,
  conn: Deno.TcpConn,
): Promise<void> {
  const Class = throws!;
  if (outcome.status === "fulfilled") {
    if (typeof outcome.value?.close === "function") trial.use(outcome.value);
    trial.fail({
      problem: "upgrade() returned, where it must throw.",
      expected: `Deno.errors.${Class.name}`,
      likely,
      read,
    });
  }
  const { reason } = outcome;
  trial.failOnSlip("upgrade()", reason);
  if (!(reason instanceof Class)) {
    trial.failThrown("upgrade()", reason, {
      problem: `upgrade() threw ${trial.describe(reason)}, and that's the ` +
        "wrong error.",
      expected: `Deno.errors.${Class.name}`,
      likely:
        `Callers tell failures apart by the class of the error. ${likely}`,
      read,
    });
  }
  if (!await isOpen(conn)) return;
  trial.fail({
    problem: "You threw, and the connection is still open.",
    likely: "The caller has no use for the connection anymore: close it in a " +
      "`catch`, and throw the error again.",
    read,
  });
}
