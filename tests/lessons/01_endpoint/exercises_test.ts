import { exercises } from "../../../lessons/01_endpoint/exercises.ts";
import type {
  FormatEndpoint,
  ParseEndpoint,
} from "../../../lessons/01_endpoint/types.ts";
import { parseEndpoint } from "../../../lib/net/mod.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { wrongAnswers } from "./wrong_answers.ts";

testExercises("endpoint", exercises, wrongAnswers);

testAccepted<ParseEndpoint>(exercises[0], {
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
  "character by character, from the right": (text) => {
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
  "with an instance of a class, and stricter about the hostname": (text) => {
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

testAccepted<FormatEndpoint>(exercises[1], {
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
