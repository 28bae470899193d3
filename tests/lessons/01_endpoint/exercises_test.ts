import { isIPv6 } from "node:net";
import { exercises } from "../../../lessons/01_endpoint/exercises.ts";
import type {
  FormatEndpoint,
  ParseEndpoint,
} from "../../../lessons/01_endpoint/types.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { wrongAnswers } from "./wrong_answers.ts";

testExercises("endpoint", exercises, wrongAnswers);

testAccepted<ParseEndpoint>(exercises[0], {
  "with one regular expression": (text) => {
    const unix = /^unix:(?<path>.+)$/s.exec(text)?.groups;
    if (unix) return { protocol: "unix", path: unix.path };
    const parts =
      /^(?<protocol>tcp|udp):\/\/(?:\[(?<v6>[\da-f.]*:[\da-f:.]*)\]|(?<name>[a-z\d.-]+)):(?<port>\d+)$/i
        .exec(text)?.groups;
    if (!/^[a-z]/.test(text)) throw new TypeError(text);
    if (!parts || Number(parts.port) > 65535) throw new TypeError(text);
    return {
      protocol: parts.protocol as "tcp" | "udp",
      hostname: parts.v6 ?? parts.name,
      port: +parts.port,
    };
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
    const parts = text.match(/^(tcp|udp):\/\/(.+):([0-9]+)$/);
    const isValid = parts !== null && Number(parts[3]) < 65536 &&
      (isIPv6(parts[2].match(/^\[(.*)\]$/)?.[1] ?? "") ||
        /^[a-z\d-]+(\.[a-z\d-]+)*$/i.test(parts[2]));
    if (!isValid) throw new NoEndpoint(text);
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
});
