/**
 * Lesson 18: the same calls as over TCP, with a path for an address.
 *
 * Listens at a path and looks at the file there, starts a second server at the
 * same path and one at a stale path, finds out how long a path can be and who
 * can reach it, and compares its speed with TCP on loopback.
 */
import {
  closeQuietly,
  connect,
  connectTcp,
  formatAddress,
  listenTcp,
  listenUnix,
  readExact,
  readToEnd,
  serve as serveClients,
  writeAll,
} from "../../lib/net/mod.ts";
import { counted, type Narrator, printable } from "../../lib/show/mod.ts";
import {
  answerFor,
  describeServeError,
  type LessonContext,
  runLesson,
  type ServeContext,
} from "../../lib/workbook/cli/run_lesson.ts";
import { UsageError } from "../../lib/workbook/checker/usage_error.ts";
import { leaveStale } from "./leave_stale.ts";
import { answer } from "./line_or_http.ts";
import { medianMicroseconds, megabytesPerSecond } from "./measure.ts";
import { socketsOf } from "./sockets_of.ts";
import type { ListenAt } from "./types.ts";
import { lessons } from "../mod.ts";

const TO_SERVER = { from: "client", to: "server" };
const TO_CLIENT = { from: "server", to: "client" };

/** The text for Windows, where Deno has no Unix sockets. */
export const NOT_ON_WINDOWS =
  "Deno has no Unix sockets on Windows, so this lesson can't run there. Run " +
  "lesson 3, which makes the same calls over TCP on 127.0.0.1.";

/** Runs the demonstration. */
export async function lesson(
  show: Narrator,
  { folder }: LessonContext,
): Promise<void> {
  if (Deno.build.os === "windows") return show.say(NOT_ON_WINDOWS);
  const path = `${folder}/door.sock`;
  await aPath(show, path);
  await secondServer(show, path);
  await stalePath(show, path);
  await longPath(show, folder);
  await reach(show, path);
  await howFast(show, path);
}

/** Sends a question and an answer, and looks at the socket's file. */
async function aPath(show: Narrator, path: string): Promise<void> {
  show.step("A path for an address");
  await show.predict(
    "A server listens at a path, and a client sends it five bytes. How large " +
      "is the file at that path now? What address does the client have?",
  );
  using listener = await listenUnix(path);
  using client = await connect({ protocol: "unix", path });
  using server = await listener.accept();
  const lanes = show.lanes("client", "server");
  lanes.at("client", placeOf(client.localAddr));
  lanes.at("server", placeOf(server.localAddr));
  const question = new TextEncoder().encode("hello");
  await writeAll(client, question);
  const read = await readExact(server, question.length);
  lanes.arrow(TO_SERVER, {
    data: read,
    sent: `write() took ${question.length}`,
    received: `read() returned ${read.length}`,
  });
  await writeAll(server, read);
  lanes.arrow(TO_CLIENT, {
    data: await readExact(client, read.length),
    sent: `write() took ${read.length}`,
    received: `read() returned ${read.length}`,
  });
  const { isSocket, size, mode } = await Deno.lstat(path);
  show.fact("file", `${isSocket ? "a" : "not a"} socket, ${size} bytes`);
  show.fact("mode", modeText(mode));

  await Deno.chmod(path, 0);
  const outcome = await attempt(() => connect({ protocol: "unix", path }));
  show.fact("connect() with mode 000", outcome);
  listener.close();
  const plain = listenAt(path);
  show.fact("mode by Deno.listen()", modeText((await Deno.lstat(path)).mode));
  plain.close();
  show.say(
    "The bytes stayed in memory: none of them went through the file, which is " +
      "only a name and a permission. Any user who may write to the file may " +
      "connect. " +
      (outcome.startsWith("PermissionDenied")
        ? ""
        : "(You may write to any file, probably because you're root.) ") +
      "listenUnix() in lib/net lets only the file's owner connect; " +
      "Deno.listen() leaves the mode to the umask. The client has no path, " +
      "so no program can connect to it.",
  );
}

/** Formats a Unix socket's address without the folder, which is long. */
function placeOf(addr: Deno.Addr): string {
  const { path } = addr as Deno.UnixAddr;
  return path === null ? "no path" : `…/${path.split("/").at(-1)}`;
}

/** Formats a mode as `600`, and as `ls -l` shows it. */
function modeText(mode: number | null): string {
  const bits = (mode ?? 0) & 0o777;
  const letters = [..."rwxrwxrwx"].map((letter, i) =>
    bits & (0o400 >> i) ? letter : "-"
  );
  return `${bits.toString(8).padStart(3, "0")}  s${letters.join("")}`;
}

/** Opens something, closes it, and returns what happened. */
async function attempt(
  open: () => { close(): void } | Promise<{ close(): void }>,
): Promise<string> {
  try {
    (await open()).close();
    return "it worked";
  } catch (error) {
    const { name, message } = error as Error;
    const said = message.replace(/^Cannot \w+ \w+ unix:\S+: /, "");
    return `${name}: ${said.replace(/ \(os error \d+\)$/, "")}`;
  }
}

/** Starts a second server at a path where one is listening. */
async function secondServer(show: Narrator, path: string): Promise<void> {
  show.step("A second server at the same path");
  await show.predict(
    "A server is listening at a path, and a second server tries to listen " +
      "there, too. Does that work? Which one does the next client reach?",
  );
  using listener = await listenUnix(path);
  show.fact("Deno.listen()", await attempt(() => listenAt(path)));
  show.fact("the first server then", await greet(listener, path));
}

function listenAt(path: string): Deno.UnixListener {
  return Deno.listen({ transport: "unix", path });
}

/** Connects a client, and returns the listener's greeting. */
async function greet(listener: Deno.Listener, path: string): Promise<string> {
  using client = await connect({ protocol: "unix", path });
  using server = await listener.accept();
  await writeAll(server, new TextEncoder().encode("welcome"));
  await server.closeWrite();
  return `says ${printable(await readToEnd(client))}`;
}

/** Connects and listens at the path of a server that was killed. */
async function stalePath(show: Narrator, path: string): Promise<void> {
  show.step("A stale path");
  show.say(
    "close() removes the file, but a server that's killed never calls it. " +
      "(The lesson doesn't kill a server. It moves the file away while the " +
      "listener closes, and then moves it back, with the same result.)",
  );
  await show.predict(
    "The file is there, but its server is gone. What happens when a client " +
      "connects? What happens when a new server listens there?",
  );
  leaveStale(path);
  show.fact("connect()", await attempt(() => connect(`unix:${path}`)));
  show.fact("Deno.listen()", await attempt(() => listenAt(path)));
  {
    using listener = await listenUnix(path);
    show.fact("listenUnix(), then a client", await greet(listener, path));
  }

  await Deno.writeTextFile(path, "a letter");
  show.fact(
    "plain file: connect()",
    await attempt(() => connect(`unix:${path}`)),
  );
  show.fact(
    "plain file: listenUnix()",
    await attempt(() => listenUnix(path)),
  );
  show.fact("what the file holds", printable(await Deno.readFile(path)));
  await Deno.remove(path);
  show.say(
    "The file alone keeps a new server from listening. listenUnix() in " +
      "lib/net tries to connect, and removes the file only if a socket there " +
      "refuses the connection: then the path is stale. Connecting to a plain " +
      "file is refused, too, so listenUnix() first checks whether it's a " +
      "socket at all.",
  );
}

/** Makes a path longer and longer, until it doesn't fit anymore. */
async function longPath(show: Narrator, folder: string): Promise<void> {
  const NAME = "tür.sock";
  show.step("How long a path can be");
  await show.predict(
    "Several slashes in a row count as one, so you can make ……//tür.sock as " +
      "long as you like. How many bytes can a path have? Does the ü count as " +
      "one?",
  );
  const encoder = new TextEncoder();
  let path = `${folder}/${NAME}`;
  let longest = "nothing";
  let outcome: string;
  do {
    outcome = await attempt(() => listenAt(path));
    if (outcome !== "it worked") break;
    longest = `${encoder.encode(path).length} bytes, ${path.length} characters`;
    path = `${folder}${path.slice(folder.length, -NAME.length)}/${NAME}`;
  } while (path.length < 1000);
  show.fact("the longest that works", longest);
  show.fact("with one more slash", outcome);
  show.say(
    "The kernel keeps the path in a field of fixed size, sun_path, with a zero " +
      "at the end. It counts bytes, and ü takes two of them in UTF-8.",
  );
}

/** Lists the process's sockets: the TCP one has a port, the Unix one a path. */
async function reach(show: Narrator, path: string): Promise<void> {
  show.step("Who can reach it");
  await show.predict(
    "This process listens on a TCP port and at a path. Packets from a network " +
      "carry an address and a port. Which of the two sockets can another " +
      "machine reach?",
  );
  using tcp = listenTcp();
  using unix = await listenUnix(path);
  const sockets = await socketsOf(Deno.pid, [tcp.addr.port, path]);
  if (typeof sockets === "string") {
    show.fact("TCP", formatAddress(tcp.addr));
    show.fact("Unix", formatAddress(unix.addr));
    show.say(sockets);
  } else {
    show.fact("ss: with a port", sockets.ports);
    show.fact("ss: with a path", sockets.paths);
  }
  show.say(
    "The Unix socket has no IP address and no port, so no other machine can " +
      "send it anything, and you don't need a firewall. (Other machines can't " +
      "reach 127.0.0.1 either, but a server on 0.0.0.0 is open to them.)",
  );
}

/** Exchanges the same messages over TCP on loopback and over a Unix socket. */
async function howFast(show: Narrator, path: string): Promise<void> {
  show.step("How fast is it?");
  await show.predict(
    "Even on loopback, TCP numbers and acknowledges segments. A Unix socket " +
      "only copies bytes from one program to the other. How much faster is it?",
  );
  using tcp = listenTcp();
  using unix = await listenUnix(path);
  const kinds = [
    { name: "TCP", pair: await pairOf(tcp, () => connectTcp(tcp.addr.port)) },
    { name: "Unix", pair: await pairOf(unix, () => connect(`unix:${path}`)) },
  ];
  const trips = [];
  const rates = [];
  for (const { name, pair: [client, server] } of kinds) {
    trips.push({ name, value: await roundTrip(client, server) });
    rates.push({ name, value: await throughput(client, server) });
    client.close();
    server.close();
  }
  show.bars("a question of 64 bytes and its answer", {
    unit: "µs",
    bars: trips,
  });
  show.bars("one way, in writes of 64 KiB", { unit: "MB/s", bars: rates });
  const faster = (trips[0].value / trips[1].value).toFixed(1);
  show.say(
    `Over TCP, the answer took ${faster} times as long as over the Unix socket. ` +
      "Both ends are in this process, and part of each time is Deno's.",
  );
}

async function pairOf(
  listener: Deno.Listener,
  open: () => Promise<Deno.Conn>,
): Promise<[client: Deno.Conn, server: Deno.Conn]> {
  const client = await open();
  return [client, await listener.accept()];
}

async function roundTrip(
  client: Deno.Conn,
  server: Deno.Conn,
): Promise<number> {
  const question = new Uint8Array(64);
  return await medianMicroseconds(async () => {
    const answered = readExact(server, 64).then((data) =>
      writeAll(server, data)
    );
    await writeAll(client, question);
    await readExact(client, 64);
    await answered;
  });
}

async function throughput(
  client: Deno.Conn,
  server: Deno.Conn,
): Promise<number> {
  const piece = new Uint8Array(64 * 1024);
  const buffer = new Uint8Array(64 * 1024);
  return await megabytesPerSecond(
    () => client.write(piece),
    async () => await server.read(buffer) ?? 0,
  );
}

/**
 * Runs a server at a path, for nc, socat, and curl, until it's told to stop.
 */
export async function serve(
  show: Narrator,
  context: ServeContext,
): Promise<void> {
  const { folder, port, signal } = context;
  if (Deno.build.os === "windows") return show.say(NOT_ON_WINDOWS);
  if (port !== 0) {
    throw new UsageError(
      "a Unix socket has a path, not a port: leave --port out",
    );
  }
  const path = `${folder}/door.sock`;
  const listen = answerFor<ListenAt>(context, "listenAt", listenUnix);
  const listener = await listen(path);
  signal.addEventListener("abort", () => closeQuietly(listener));
  show.say(`A server is up at ${formatAddress(listener.addr)}.`);
  show.say(
    "It sends back each line, and answers HTTP. Talk to it from another " +
      "terminal, as the same user, and end it with Ctrl-C here:",
  );
  show.command("nc", `nc -U ${path}`);
  show.command("socat", `socat - UNIX-CONNECT:${path}`);
  show.command("curl", `curl --unix-socket ${path} http://x/`);
  show.note("waiting for clients");

  let clients = 0;
  await serveClients(listener, async (conn) => {
    const name = `client ${++clients}`;
    show.note(`${name}: connected`);
    await answer(conn, (what) => show.note(`${name}: ${what}`));
    show.note(`${name}: ended its write side`);
  }, {
    signal,
    onError: (error, conn) => show.note(describeServeError(error, conn)),
  });
  show.note(
    `ended: ${counted(clients, "client")} served, and the path is removed`,
  );
}

if (import.meta.main) {
  await runLesson({ lessons, url: import.meta.url, lesson, serve });
}
