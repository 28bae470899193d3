/**
 * The calls and packets of a busy server, as `strace` and `tcpdump` report them.
 *
 * @module
 */
import { decodePacket, encodePacket } from "../../lib/wire/mod.ts";
import type { TcpFlags } from "../../lib/wire/mod.ts";
import type { Observer } from "../../lib/xray/observer.ts";

const LOOPBACK = 'sin_addr=inet_addr("127.0.0.1")';
const SERVER = 7000;
const TEXT = "hello\n";

/** How many calls {@linkcode Traffic.serveOne} makes up. */
export const CALLS_EACH = 6;

/** Makes up traffic, and lets an observer see it. */
export class Traffic {
  readonly #observer: Observer;
  #number = 0;
  /** The time of the last event, in milliseconds since 1970. */
  nowMs = 1_700_000_000_000;

  /** @param observer Sees every call and packet. */
  constructor(observer: Observer) {
    this.#observer = observer;
  }

  /** The server opens its listener. */
  listen(): void {
    this.#call("socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 21");
    this.#call(`bind(21, ${address(SERVER)}, 16) = 0`);
    this.#call("listen(21, 511) = 0");
    this.#call(`getsockname(21, ${address(SERVER)}, [128 => 16]) = 0`);
  }

  /** One client with one request. */
  serveOne(port: number): void {
    const [to, back]: [number, number][] = [[port, SERVER], [SERVER, port]];
    this.#packet(to, { syn: true }, { sequence: 0, acknowledgment: 0 });
    const answer = { sequence: 0, acknowledgment: 1 };
    this.#packet(back, { syn: true, ack: true }, answer);
    this.#packet(to, { ack: true }, { sequence: 1, acknowledgment: 1 });
    this.#call(`accept4(21, ${address(port)}, [128 => 16], SOCK_CLOEXEC) = 22`);
    const question = { sequence: 1, acknowledgment: 1, text: TEXT };
    this.#packet(to, { psh: true, ack: true }, question);
    this.#call(`recvfrom(22, "${TEXT.trim()}\\n", 65536, 0, NULL, NULL) = 6`);
    this.#call(`sendto(22, "${TEXT.trim()}\\n", 6, MSG_NOSIGNAL, NULL, 0) = 6`);
    this.#packet(back, { psh: true, ack: true }, {
      ...{ sequence: 1, acknowledgment: 7, text: TEXT },
    });
    const end = { fin: true, ack: true };
    this.#packet(to, end, { sequence: 7, acknowledgment: 7 });
    this.#call('recvfrom(22, "", 65536, 0, NULL, NULL) = 0');
    this.#call("shutdown(22, SHUT_WR) = 0");
    this.#packet(back, end, { sequence: 7, acknowledgment: 8 });
    this.#call("close(22) = 0");
    this.#packet(to, { ack: true }, { sequence: 8, acknowledgment: 8 });
  }

  #call(text: string): void {
    this.nowMs += 0.1;
    const seconds = (this.nowMs / 1000).toFixed(9);
    this.#observer.line(`7 ${seconds} ${text} <0.000005>`);
  }

  #packet(
    [sourcePort, destinationPort]: [from: number, to: number],
    flags: Partial<TcpFlags>,
    numbers: { sequence: number; acknowledgment: number; text?: string },
  ): void {
    this.nowMs += 0.02;
    const { text = "", ...rest } = numbers;
    const bytes = encodePacket({
      ip: { version: 4, source: "127.0.0.1", destination: "127.0.0.1" },
      tcp: { sourcePort, destinationPort, flags, ...rest },
      payload: new TextEncoder().encode(text),
    });
    const seconds = Math.floor(this.nowMs / 1000);
    const nanoseconds = Math.round((this.nowMs - seconds * 1000) * 1e6);
    const time = { seconds, nanoseconds };
    const number = ++this.#number;
    this.#observer.packet(decodePacket(bytes, 101, { number, time }));
  }
}

function address(port: number): string {
  return `{sa_family=AF_INET, sin_port=htons(${port}), ${LOOPBACK}}`;
}
