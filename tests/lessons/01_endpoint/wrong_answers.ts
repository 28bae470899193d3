/** Wrong answers to the exercises of lesson 1, each with its diagnosis. */
import * as solution from "../../../lessons/01_endpoint/solution.ts";
import type {
  FormatEndpoint,
  ParseEndpoint,
} from "../../../lessons/01_endpoint/types.ts";
import type { Endpoint } from "../../../lib/net/mod.ts";
import type { WrongAnswer, WrongAnswers } from "../gates.ts";

const DIGITS_TEST = "!/^[0-9]+$/.test(digits)";
const IS_NAME = "/^[a-z0-9.-]+$/i.test(host)";
const IS_IPV6 = "/^\\[[0-9a-f.]*:[0-9a-f:.]*\\]$/i.test(host)";
const UNIX_PATH = 'text.slice("unix:".length)';
const LAST_THROW =
  'throw new TypeError(`"${text}" does not start with a protocol`);';

const parseEndpoint: WrongAnswer<ParseEndpoint>[] = [
  {
    name: "splits at each colon, and doesn't look at the parts",
    replace: [
      'const colon = text.lastIndexOf(":");',
      `const [before, after] = text.split(":");
      return { hostname: before, port: Number(after) };`,
    ],
    diagnosis: /first colon.*isn't the one before the port/,
  },
  {
    name: "keeps the brackets",
    replace: ["host.slice(1, -1)", "host"],
    diagnosis: /The brackets only show where the address ends/,
  },
  {
    name: "treats the text as a URL, which has a default port",
    replace: [
      "const port = Number(digits)",
      'const port = +new URL("http://h:" + digits).port',
    ],
    diagnosis: /default port of http/,
  },
  {
    name: "uses new URL(), which rewrites hostnames and paths",
    attempt(text) {
      const url = new URL(text);
      const protocol = url.protocol.slice(0, -1);
      if (protocol === "unix") return { protocol, path: url.pathname };
      if (protocol !== "tcp" && protocol !== "udp" || url.port === "") {
        throw new TypeError("no endpoint");
      }
      const hostname = url.hostname.replace(/^\[|\]$/g, "");
      return { protocol, hostname, port: Number(url.port) };
    },
    diagnosis: /new URL\(\) does more than cut/,
  },

  {
    name: "accepts port 65536, but no higher one",
    replace: ["> 65535", "> 65536"],
    diagnosis:
      /"tcp:\/\/127\.0\.0\.1:65536"\) returned.*16 bits.*not how many digits/s,
  },
  {
    name: "accepts 80abc, by parseInt()",
    replace: [DIGITS_TEST, "Number.isNaN(parseInt(digits))"],
    diagnosis: /parseInt\(\) stops at the first character/,
  },
  {
    name: "treats an empty port as 0",
    replace: [DIGITS_TEST, "Number.isNaN(Number(digits))"],
    diagnosis: /Number\(""\) is 0/,
  },
  {
    name: 'accepts " 80" and "8e1", by Number()',
    replace: [DIGITS_TEST, 'digits === "" || Number.isNaN(Number(digits))'],
    diagnosis: /Number\(\) accepts more than digits/,
  },
  {
    name: "accepts digits of other scripts",
    replace: [
      DIGITS_TEST,
      DIGITS_TEST.replace("[0-9]+$/", "\\p{N}+$/u"),
    ],
    diagnosis: /Other scripts have digits of their own/,
  },
  {
    name: "counts the digits of a port",
    replace: [DIGITS_TEST, "!/^[0-9]{1,4}$|^[1-6][0-9]{4}$/.test(digits)"],
    diagnosis: /0 is a digit like any other/,
  },
  {
    name: "treats port 0 as a missing port",
    replace: ["> 65535", "> 65535 || !Number(digits)"],
    diagnosis: /`if \(port\)` takes it for a missing one/,
  },
  {
    name: "returns the port as text",
    replace: ["const port = Number(digits)", "const port = digits"],
    diagnosis: /The port of an endpoint is a number/,
  },
  {
    name: "keeps a global regular expression between calls",
    attempt: (() => {
      const pattern = /^(tcp|udp):\/\/(.+):(\d+)$/g;
      return (text: string) => {
        if (text.startsWith("unix:")) return solution.parseEndpoint(text);
        if (pattern.exec(text) === null) throw new TypeError("no endpoint");
        return solution.parseEndpoint(text);
      };
    })(),
    diagnosis: /the second time\..*a regular expression with the g flag/s,
  },

  {
    name: "leaves the colon on the protocol",
    replace: ["return { protocol,", 'return { protocol: protocol + ":",'],
    diagnosis: /only the word, without the colon/,
  },
  {
    name: "treats everything else as TCP",
    replace: [LAST_THROW, 'return { protocol: "tcp", ...hostAndPort(text) };'],
    diagnosis: /An endpoint starts with tcp:\/\/, udp:\/\/, or unix:/,
  },
  {
    name: "looks up the protocol in an object, which inherits other names",
    attempt: (text) => {
      const [protocol] = text.split("://");
      if (protocol in { unix: 1, tcp: 1, udp: 1 }) {
        return solution.parseEndpoint(text.replace("constructor:", "tcp:"));
      }
      return solution.parseEndpoint(text);
    },
    diagnosis: /Every object inherits names such as constructor/,
  },
  {
    name: "accepts a protocol without slashes",
    attempt: editing((text) => text.replace(/^(tcp|udp):(?!\/\/)/, "$1://")),
    diagnosis: /An endpoint starts with tcp:\/\/, udp:\/\/, or unix:/,
  },
  {
    name: "accepts unix in capitals",
    attempt: editing((text) => text.replace(/^UNIX:/, "unix:")),
    diagnosis: /The protocol is lowercase/,
  },
  {
    name: "looks for unix: anywhere in the text",
    replace: ['text.startsWith("unix:")', 'text.includes("unix:")'],
    diagnosis: /even a word such as unix/,
  },
  {
    name: "trims the text of an address",
    attempt: editing((text) => text.startsWith("unix:") ? text : text.trim()),
    diagnosis: /Don't trim\(\) it: that hides/,
  },
  {
    name: "finds an endpoint in one line of the text",
    attempt: editing((text) => text.match(/^tcp:\/\/.*:\d+$/m)?.[0] ?? text),
    diagnosis: /the ends of each line, not of the text/,
  },
  {
    name: "splits at every ://",
    attempt: editing((text) =>
      text.startsWith("unix:") ? text : text.split("://", 2).join("://")
    ),
    diagnosis: /you lose what follows the second/,
  },
  {
    name: "doesn't see that the port is missing",
    replace: ["colon === -1", "false"],
    diagnosis: /no colon before a port/,
  },

  {
    name: "accepts only addresses as hostnames",
    replace: [IS_NAME, "/^[0-9.]+$/.test(host)"],
    diagnosis: /A hostname can be a name/,
  },
  {
    name: "accepts an underscore in a hostname, by A-z",
    replace: [IS_NAME, "/^[A-z0-9.-]+$/.test(host)"],
    diagnosis: /\[A-z\] match the underscore/,
  },
  {
    name: "accepts only lowercase hexadecimal digits",
    replace: [IS_IPV6, IS_IPV6.replace("/i", "/")],
    diagnosis: /Hexadecimal digits can be capital letters/,
  },
  {
    name: "accepts an empty hostname",
    replace: [IS_NAME, "/^[a-z0-9.-]*$/i.test(host)"],
    diagnosis: /The hostname is empty/,
  },
  {
    name: "accepts an IPv6 address without brackets",
    replace: [IS_NAME, "/^[a-z0-9.:-]+$/i.test(host)"],
    diagnosis: /can't tell which colon is the port's/,
  },
  {
    name: "doesn't see that one bracket is missing",
    replace: [IS_IPV6, "/^\\[?[0-9a-f:.]+\\]?$/i.test(host)"],
    diagnosis: /a bracket on either side/,
  },
  {
    name: "accepts text after the closing bracket",
    replace: [IS_IPV6, IS_IPV6.replace("$", "")],
    diagnosis: /The brackets enclose the whole hostname/,
  },
  {
    name: "accepts a name in brackets",
    replace: [IS_IPV6, "/^\\[[a-z0-9:.]+\\]$/i.test(host)"],
    diagnosis: /Only an IPv6 address has brackets/,
  },
  {
    name: "accepts any hostname without colons and brackets",
    replace: [IS_NAME, "/^[^:[\\]]+$/.test(host)"],
    diagnosis: /a hostname has only letters, digits, dots, and hyphens/,
  },
  {
    name: "accepts an empty path",
    replace: ['path === ""', "false"],
    diagnosis: /The path is empty/,
  },
  {
    name: "treats a path of one space as empty",
    replace: ['path === ""', 'path.trim() === ""'],
    diagnosis: /"unix: "\).*Spaces are ordinary characters in a path/s,
  },
  {
    name: "cuts a path at its colon",
    replace: [UNIX_PATH, 'text.split(":")[1]'],
    diagnosis: /Everything after `unix:` is the path, colons/,
  },
  {
    name: "cuts a path at two slashes",
    replace: [UNIX_PATH, 'text.slice(5).split("//").at(-1)'],
    diagnosis: /two slashes in a row/,
  },
  {
    name: "trims a path",
    replace: [UNIX_PATH, "text.slice(5).trim()"],
    diagnosis: /even at its ends: don't trim\(\) it/,
  },
  {
    name: "matches a path with dots, which stop at a line break",
    replace: [UNIX_PATH, "text.match(/^unix:(.*)/)[1]"],
    diagnosis: /a dot in a regular expression doesn't match it/,
  },

  {
    name: "throws a plain Error",
    replace: [LAST_THROW, LAST_THROW.replace("TypeError", "Error")],
    diagnosis: /tell errors apart by their class/,
  },
  {
    name: "returns null instead of throwing",
    replace: [LAST_THROW, "return null;"],
    diagnosis: /A caller that forgets to check the result/,
  },
  {
    name: "is async",
    replace: ["export function", "export async function"],
    diagnosis: /returned a promise\./,
  },
  {
    name: "returns nothing",
    replace: ["return { protocol,", "return void { protocol,"],
    diagnosis: /Without `return`, a function's result is/,
  },
];

const PARTS = "const { protocol, hostname, port } = endpoint;";
const HAS_COLON = 'hostname.includes(":")';
const UNIX_TEXT = "`unix:${endpoint.path}`";

const formatEndpoint: WrongAnswer<FormatEndpoint>[] = [
  {
    name: "recognizes an IPv6 address only by its ::",
    replace: [HAS_COLON, 'hostname.includes("::")'],
    diagnosis: /2001:db8.*Without brackets, you can't tell the port's colon/s,
  },
  {
    name: "treats every hostname that isn't all letters as an IPv6 address",
    replace: [HAS_COLON, "!/^([a-z]+|[\\d.]+)$/i.test(hostname)"],
    diagnosis: /server-2.*Only IPv6 addresses get brackets/s,
  },
  {
    name: "always writes tcp",
    replace: [
      PARTS,
      'const { hostname, port } = endpoint; const protocol = "tcp";',
    ],
    diagnosis: /the endpoint's own protocol, here udp/,
  },
  {
    name: "looks for a hostname in every endpoint",
    replace: [`if (endpoint.protocol === "unix") return ${UNIX_TEXT};`, ""],
    diagnosis: /only tcp and udp have a hostname/,
  },
  {
    name: "keeps a global regular expression between calls",
    replace: [
      HAS_COLON,
      "((globalThis as any).colon1 ??= /:/g).test(hostname)",
    ],
    diagnosis: /the second time\./,
  },
  {
    name: "puts brackets around a path with a colon",
    replace: [
      UNIX_TEXT,
      `endpoint.path.includes(":")
      ? \`unix:[\${endpoint.path}]\` : ${UNIX_TEXT}`,
    ],
    diagnosis: /Only IPv6 addresses get brackets/,
  },
  {
    name: "changes the endpoint",
    replace: [
      PARTS,
      `${PARTS} if (hostname.includes(":")) endpoint.hostname += "]";`,
    ],
    diagnosis: /changed its arguments, but they belong to the caller/,
  },
  {
    name: "leaves out port 0",
    attempt: rewriting((text) => text.replace(/:0$/, "")),
    diagnosis: /Always write the port/,
  },
  {
    name: "uses new URL(), which rewrites hostnames",
    attempt: rewriting((text) =>
      /^unix/.test(text) ? text : URL.parse(text)!.href
    ),
    diagnosis: /new URL\(\), encodeURI\(\), and .* change characters/,
  },
  {
    name: "encodes the path",
    replace: [UNIX_TEXT, "`unix:${encodeURI(endpoint.path)}`"],
    diagnosis: /new URL\(\), encodeURI\(\), and .* change characters/,
  },
  {
    name: "writes unix://PATH",
    replace: [UNIX_TEXT, "`unix://${endpoint.path}`"],
    diagnosis: /Two slashes would introduce a hostname/,
  },
  {
    name: "puts a slash in front of a relative path",
    replace: [UNIX_TEXT, '`unix:/${endpoint.path.replace(/^\\//, "")}`'],
    diagnosis: /A path can be relative/,
  },
  {
    name: "inserts the path with replace()",
    replace: [UNIX_TEXT, '"unix:PATH".replace("PATH", endpoint.path)'],
    diagnosis: /The second argument of replace\(\) isn't plain text/,
  },
  {
    name: "counts on the order of the properties",
    replace: [
      PARTS,
      "const [protocol, hostname, port] = Object.values(endpoint);",
    ],
    diagnosis: /The properties can be in any order/,
  },
  {
    name: "collapses two slashes in a path",
    replace: [UNIX_TEXT, '`unix:${endpoint.path.replaceAll("//", "/")}`'],
    diagnosis: /two slashes in a row/,
  },
  {
    name: "trims the path",
    attempt: rewriting((text) => text.trim()),
    diagnosis: /don't trim\(\) it/,
  },
  {
    name: "writes a line break as two characters",
    attempt: rewriting((text) => text.replaceAll("\n", "\\n")),
    diagnosis: /don't write a line break as \\n/,
  },
  {
    name: "returns nothing",
    replace: ["return `${protocol}://${hostname}", "void `${protocol}"],
    diagnosis: /even if it prints the text/,
  },
];

/** The wrong answers to each exercise, by its id. */
export const wrongAnswers: WrongAnswers = {
  "1.1": parseEndpoint,
  "1.2": formatEndpoint,
};

/** Makes an answer that changes the text and then parses it. */
function editing(edit: (text: string) => string): ParseEndpoint {
  return (text) => solution.parseEndpoint(edit(text));
}

/** Makes an answer that changes the right text. */
function rewriting(edit: (text: string) => string): FormatEndpoint {
  return (endpoint: Endpoint) => edit(solution.formatEndpoint(endpoint));
}
