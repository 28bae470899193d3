/**
 * Lesson 18: the same calls as over TCP, and a path for an address.
 *
 * It listens at a path, looks at the file there, tries what a second server and
 * one that comes after a killed one find, asks how long a path may be and who
 * can reach it, and compares the speed with that of TCP on loopback.
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

/** What is said where Deno has no Unix sockets. */
export const NOT_ON_WINDOWS =
  "Deno has no Unix sockets on Windows, so this lesson cannot run there: take " +
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
  await nobodyOutside(show, path);
  await howFast(show, path);
}

/** Question and answer, and the file that stands for the address. */
async function aPath(show: Narrator, path: string): Promise<void> {
  show.step("A path for an address");
  await show.predict(
    "A server listens at a path, and a client sends it five bytes. How large " +
      "is the file at that path then? And where does the server see its " +
      "client?",
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
    received: `read() gave ${read.length}`,
  });
  await writeAll(server, read);
  lanes.arrow(TO_CLIENT, {
    data: await readExact(client, read.length),
    sent: `write() took ${read.length}`,
    received: `read() gave ${read.length}`,
  });
  const { isSocket, size, mode } = await Deno.lstat(path);
  show.fact("file", `${isSocket ? "a socket" : "no socket"}, ${size} bytes`);
  show.fact("mode", modeText(mode));

  await Deno.chmod(path, 0);
  const outcome = await attempt(() => connect({ protocol: "unix", path }));
  show.fact("connect() with mode 000", outcome);
  listener.close();
  const plain = listenAt(path);
  show.fact("mode by Deno.listen()", modeText((await Deno.lstat(path)).mode));
  plain.close();
  show.say(
    "No byte went through the file: it is a name and a permission, and the " +
      "bytes stay in memory. " +
      (outcome.startsWith("PermissionDenied")
        ? "Who may write to it may connect. "
        : "Who may write to it may connect, and this user (root, perhaps) " +
          "may write to everything. ") +
      "listenUnix() in lib/net gives the file to its user alone, and " +
      "Deno.listen() leaves what the umask does. " +
      "The client has no name, so nobody can connect to it.",
  );
}

/** The address of a Unix socket without the folder, which is long. */
function placeOf(addr: Deno.Addr): string {
  const { path } = addr as Deno.UnixAddr;
  return path === null ? "no path" : `…/${path.split("/").at(-1)}`;
}

/** `600` and what `ls -l` makes of it. */
function modeText(mode: number | null): string {
  const bits = (mode ?? 0) & 0o777;
  const letters = [..."rwxrwxrwx"].map((letter, i) =>
    bits & (0o400 >> i) ? letter : "-"
  );
  return `${bits.toString(8).padStart(3, "0")}  s${letters.join("")}`;
}

/** What came of opening something, which is closed again. */
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

/** A path is taken as long as its file is there. */
async function secondServer(show: Narrator, path: string): Promise<void> {
  show.step("A second server at the same path");
  await show.predict(
    "Another server asks for the path where one listens already. Does it get " +
      "it? And who greets the next client?",
  );
  using listener = await listenUnix(path);
  show.fact("Deno.listen()", await attempt(() => listenAt(path)));
  show.fact("the first server then", await greet(listener, path));
}

function listenAt(path: string): Deno.UnixListener {
  return Deno.listen({ transport: "unix", path });
}

/** Whether a client that comes now gets a greeting. */
async function greet(listener: Deno.Listener, path: string): Promise<string> {
  using client = await connect({ protocol: "unix", path });
  using server = await listener.accept();
  await writeAll(server, new TextEncoder().encode("welcome"));
  await server.closeWrite();
  return `says ${printable(await readToEnd(client))}`;
}

/** The file of a server that was killed. */
async function stalePath(show: Narrator, path: string): Promise<void> {
  show.step("A path that nobody is behind");
  show.say(
    "close() removes the file, and a server that is killed does not come to " +
      "that. (No program is killed here: the file is moved away while the " +
      "listener closes, and back. What is left is the same.)",
  );
  await show.predict(
    "The file is there, and its server is gone. What does a client get? And " +
      "a new server?",
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
    "The file alone keeps a new server out. listenUnix() in lib/net knocks: " +
      "only a socket that refuses is stale, and is removed. A plain file " +
      "refuses as well, so it looks first whether there is a socket at all.",
  );
}

/** The address has room for so many bytes, however they are spelled. */
async function longPath(show: Narrator, folder: string): Promise<void> {
  const NAME = "tür.sock";
  show.step("How long a path may be");
  await show.predict(
    "Slashes in a row count as one, so ……//tür.sock can be spelled with as " +
      "many bytes as one likes. How many may it have? And does the ü count " +
      "as one?",
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
  show.fact("the longest that listens", longest);
  show.fact("one slash more", outcome);
  show.say(
    "The address of a Unix socket is a field of fixed size, sun_path, and the " +
      "path and a zero have to fit in. Bytes count: in UTF-8 ü has two.",
  );
}

/** Where TCP has an address and a port, there is nothing to knock at. */
async function nobodyOutside(show: Narrator, path: string): Promise<void> {
  show.step("Who can reach it");
  await show.predict(
    "This process listens by TCP, and at a path. A network carries addresses " +
      "and ports. Which of the two could another machine ask for?",
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
    "What comes over a network names an address and a port. The second socket " +
      "has neither, so nothing outside this machine can name it: there is " +
      "nothing to close off. (127.0.0.1 keeps others out as well, by what it " +
      "means; 0.0.0.0 lets them in.)",
  );
}

/** The same talk over TCP on loopback and over a path. */
async function howFast(show: Narrator, path: string): Promise<void> {
  show.step("How fast it is");
  await show.predict(
    "TCP counts, acknowledges and could send again, on loopback too. A Unix " +
      "socket copies from one program to the other. How much faster is it?",
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
    `Over TCP the answer took ${faster} times as long as over the path. Both ` +
      "ends are in this one process, and part of each time is Deno's.",
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

/** Keeps a server up at a path, for lines and for curl. */
export async function serve(
  show: Narrator,
  context: ServeContext,
): Promise<void> {
  const { folder, port, signal } = context;
  if (Deno.build.os === "windows") return show.say(NOT_ON_WINDOWS);
  if (port !== 0) {
    throw new UsageError(
      "a Unix socket has a path and no port: leave --port out",
    );
  }
  const path = `${folder}/door.sock`;
  const listen = answerFor<ListenAt>(context, "listenAt", listenUnix);
  const listener = await listen(path);
  signal.addEventListener("abort", () => closeQuietly(listener));
  show.say(`A server is up at ${formatAddress(listener.addr)}.`);
  show.say(
    "It sends back lines, and answers HTTP. Talk to it from another terminal, " +
      "as the same user, and end it here with Ctrl-C:",
  );
  show.command("nc", `nc -U ${path}`);
  show.command("socat", `socat - UNIX-CONNECT:${path}`);
  show.command("curl", `curl --unix-socket ${path} http://x/`);
  show.note("waiting for clients");

  let clients = 0;
  await serveClients(listener, async (conn) => {
    const name = `client ${++clients}`;
    show.note(`${name}: connected, from no path`);
    await answer(conn, (what) => show.note(`${name}: ${what}`));
    show.note(`${name}: ended its side`);
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
