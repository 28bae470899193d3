import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { exercises } from "../../../lessons/01_endpoint/exercises.ts";
import { lesson } from "../../../lessons/01_endpoint/lesson.ts";
import { lessons } from "../../../lessons/mod.ts";
import { type Endpoint, parseEndpoint } from "../../../lib/net/mod.ts";
import type { ShowEvent } from "../../../lib/show/mod.ts";
import { fileOf, findLesson } from "../../../lib/workbook/checker/catalog.ts";
import { sandboxArgs } from "../../../lib/workbook/checker/sandbox.ts";
import { temporaryFolder } from "../../../lib/workbook/checker/temporary_folder.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { Recording } from "../record.ts";
import { formatMistakes, parseMistakes } from "./wrong_answers.ts";

testExercises("endpoint", exercises, {
  "1.1": parseMistakes,
  "1.2": formatMistakes,
});

type Parse = (text: string) => Endpoint;
type Format = (endpoint: Endpoint) => string;

testAccepted<Parse>(exercises[0], {
  "with one regular expression": (text) => {
    const unix = /^unix:(?<path>.+)$/s.exec(text)?.groups;
    if (unix) return { protocol: "unix", path: unix.path };
    const parts =
      /^(?<protocol>tcp|udp):\/\/(?:\[(?<v6>[^\]]+)\]|(?<name>[^:[\]]+)):(?<port>\d{1,5})$/
        .exec(text)?.groups;
    if (!parts || Number(parts.port) > 65535) throw new TypeError(text);
    return {
      protocol: parts.protocol as "tcp" | "udp",
      hostname: parts.v6 ?? parts.name,
      port: +parts.port,
    };
  },
  "letter by letter, from the right": (text) => {
    const start = text.slice(0, 6);
    if (text.startsWith("unix:") && text.length > 5) {
      return { path: text.substring(5), protocol: "unix" };
    }
    if (start !== "tcp://" && start !== "udp://") throw new TypeError("start");
    let port = 0;
    let at = text.length - 1;
    for (let unit = 1; text[at] >= "0" && text[at] <= "9"; at--, unit *= 10) {
      port += unit * Number(text[at]);
    }
    let hostname = text.slice(6, at);
    const digits = text.length - 1 - at;
    if (digits < 1 || text[at] !== ":" || port > 65535) {
      throw new TypeError("port");
    }
    const brackets = hostname.at(0) === "[" && hostname.at(-1) === "]";
    if (brackets) hostname = hostname.slice(1, -1);
    if (hostname.includes(":") !== brackets || hostname === "") {
      throw new TypeError("hostname");
    }
    return { protocol: text.slice(0, 3) as "tcp" | "udp", hostname, port };
  },
  "as an object of a class, with a stricter look at the hostname": (text) => {
    class NoEndpoint extends TypeError {}
    class Address {
      constructor(
        public protocol: "tcp" | "udp",
        public hostname: string,
        public port: number,
        public path?: string,
      ) {}
    }
    if (/^unix:./.test(text)) return { protocol: "unix", path: text.slice(5) };
    const parts = text.match(/^(tcp|udp):\/\/(.+):(0|[1-9][0-9]*)$/);
    if (parts === null || !URL.canParse(`ws://${parts[2]}:${parts[3]}`)) {
      throw new NoEndpoint(text);
    }
    const [, protocol, hostname, port] = parts;
    return new Address(
      protocol as "tcp" | "udp",
      hostname.startsWith("[") ? hostname.slice(1, -1) : hostname,
      Number(port),
    );
  },
});

testAccepted<Format>(exercises[1], {
  "with a switch, and colons counted": (endpoint) => {
    switch (endpoint.protocol) {
      case "unix":
        return "unix:".concat(endpoint.path);
      default: {
        const { protocol, hostname, port } = endpoint;
        const many = hostname.split(":").length > 2;
        return [protocol, "://", many ? `[${hostname}]` : hostname, ":", port]
          .join("");
      }
    }
  },
  "with `in`, and a regular expression": (endpoint) =>
    "path" in endpoint
      ? `${endpoint.protocol}:${endpoint.path}`
      : `${endpoint.protocol}://` +
        `${endpoint.hostname.replace(/^.*:.*$/, "[$&]")}:${
          String(endpoint.port)
        }`,
  "with an answer to 1.1 at hand": (endpoint) => {
    if (endpoint.protocol === "unix") return `unix:${endpoint.path}`;
    const plain =
      `${endpoint.protocol}://${endpoint.hostname}:${endpoint.port}`;
    try {
      parseEndpoint(plain);
      return plain;
    } catch {
      return `${endpoint.protocol}://[${endpoint.hostname}]:${endpoint.port}`;
    }
  },
});

async function recordLesson(): Promise<Recording> {
  const recording = new Recording();
  await using folder = await temporaryFolder();
  await lesson(recording.show, { folder: folder.path });
  return recording;
}

/** The facts whose names are endpoints: what was open with one number. */
function boxesOf(recording: Recording): { name: string; value: string }[] {
  return recording.all("fact").filter(({ name }) => name.includes("://"));
}

Deno.test("lesson 1 gets three ports of its own for three times port 0", async () => {
  const recording = await recordLesson();
  const ports = ["first socket", "second socket", "third socket"].map(
    (name) => {
      const endpoint = parseEndpoint(recording.fact(name));
      assert(endpoint.protocol === "tcp");
      assertEquals(endpoint.hostname, "127.0.0.1");
      return endpoint.port;
    },
  );
  assertEquals(new Set(ports).size, 3);
  assert(!ports.includes(0));
});

Deno.test("lesson 1 has one port number open for TCP and UDP at once", async () => {
  const boxes = boxesOf(await recordLesson());
  const [, port] = boxes[0].name.match(/:(\d+)$/)!;
  const names = ["tcp://127.0.0.1", "udp://127.0.0.1"];
  if (boxes.length > 2) names.push("tcp://[::1]", "udp://[::1]");
  assertEquals(
    boxes.map(({ name }) => name),
    names.map((name) => `${name}:${port}`),
  );
  for (const { name, value } of boxes) {
    assertEquals(value, `got "to ${name}"`);
  }
});

Deno.test("lesson 1 gets AddrInUse for an open endpoint, and the endpoint itself when it is closed", async () => {
  const recording = await recordLesson();
  assertMatch(recording.fact("while it is open"), /^AddrInUse: /);
  assertStringIncludes(
    recording.fact("when it is closed"),
    recording.fact("open"),
  );
});

Deno.test({
  name: "lesson 1 shows a path that is there as long as its socket is open",
  ignore: Deno.build.os === "windows",
  async fn() {
    const recording = await recordLesson();
    assertMatch(recording.fact("endpoint"), /^unix:\/.*\/box\.sock$/);
    assertEquals(recording.fact("received"), '"a letter for the path"');
    assertMatch(recording.fact("file"), /^a socket/);
    assertEquals(recording.fact("file when closed"), "gone");
  },
});

Deno.test("lesson 1 runs with the loopback addresses and its own folder alone", async () => {
  const { socketFiles } = findLesson(lessons, "endpoint");
  const module = fileOf(findLesson(lessons, "endpoint"), "lesson.ts");
  await using folder = await temporaryFolder();
  const args = sandboxArgs(module, { folder: folder.path, socketFiles });
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args, "--json", "--folder", folder.path],
    cwd: new URL("..", import.meta.url),
  }).output();
  assertEquals(new TextDecoder().decode(stderr), "");
  const recording = new Recording();
  for (const line of new TextDecoder().decode(stdout).trim().split("\n")) {
    recording.events.push(JSON.parse(line) as ShowEvent);
  }
  assertEquals(recording.all("step").length, 5);
  assertEquals(recording.fact("127.0.0.1"), "granted");
  assertMatch(recording.fact("0.0.0.0"), /^not granted/);
});
