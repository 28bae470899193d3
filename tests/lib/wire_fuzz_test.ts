import { assert, assertEquals } from "@std/assert";
import {
  Conversations,
  decodeIpv4,
  decodeIpv6,
  decodeLink,
  decodePacket,
  decodeTcp,
  decodeUdp,
  encodePcap,
  LINK_TYPES,
  parseCapture,
  WireError,
} from "../../lib/wire/mod.ts";
import {
  CAPTURE_NAMES,
  mutate,
  Random,
  randomPacket,
  readFixture,
} from "./wire_fixture.ts";
import { fuzzTurns } from "../sample.ts";

const TYPES = Object.values(LINK_TYPES);

/** Runs a decoder, which may throw a WireError about a place in the bytes. */
function attempt(bytes: Uint8Array, decode: () => unknown): void {
  try {
    decode();
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    assert(error.offset >= 0 && error.offset <= bytes.length, error.message);
  }
}

/** Makes inputs and tries them; a failure shows the seed and the input. */
function fuzz(
  turns: number,
  make: (random: Random) => { bytes: Uint8Array; linkType?: number },
  check: (bytes: Uint8Array, linkType: number) => void,
): void {
  const random = new Random();
  for (let turn = 0; turn < fuzzTurns(turns); turn++) {
    const { bytes, linkType = 0 } = make(random);
    try {
      check(bytes, linkType);
    } catch (cause) {
      throw new Error(
        `WIRE_SEED=${random.seed} fails at turn ${turn}: ${bytes.toHex()}, link type ${linkType}`,
        { cause },
      );
    }
  }
}

Deno.test("mutated packets are decoded, with a WireError as their problem if they're invalid", () => {
  const conversations = new Conversations();
  const seen = { problem: 0, tcp: 0, udp: 0 };
  fuzz(60_000, (random) => {
    const linkType = random.pick(TYPES);
    return {
      linkType,
      bytes: mutate(random, randomPacket(random, linkType).bytes),
    };
  }, (bytes, linkType) => {
    for (const more of [0, 100]) {
      const originalLength = bytes.length + more;
      const packet = decodePacket(bytes, linkType, { originalLength });
      conversations.add(packet);
      if (packet.problem) seen.problem++;
      if (packet.tcp) seen.tcp++;
      if (packet.udp) seen.udp++;
      // Whatever it is, it lies within the bytes.
      assertEquals(packet.payload.buffer, bytes.buffer);
      assert(packet.payload.length <= bytes.length);
      assert(packet.payload.length <= packet.payloadBytes);
      assert(packet.payloadBytes <= originalLength);
    }
  });
  // Mutations that all end at the first byte would test nothing.
  for (const count of Object.values(seen)) {
    assert(count > fuzzTurns(10_000), `${count}`);
  }
});

Deno.test("random bytes are decoded or throw WireError, in every decoder", () => {
  fuzz(20_000, (random) => {
    const bytes = random.bytes(random.below(80));
    // Most would fail at the version, and tell nothing.
    if (random.bool() && bytes.length > 0) {
      bytes[0] = random.pick([0x45, 0x4f, 0x60]);
    }
    return { bytes };
  }, (bytes) => {
    attempt(bytes, () => decodeTcp(bytes));
    attempt(bytes, () => decodeUdp(bytes));
    attempt(bytes, () => decodeIpv4(bytes));
    attempt(bytes, () => decodeIpv6(bytes));
    for (const type of TYPES) attempt(bytes, () => decodeLink(bytes, type));
  });
});

Deno.test("mutated captures are parsed or throw WireError", () => {
  const files = CAPTURE_NAMES.map(readFixture);
  files.push(encodePcap([]), encodePcap([{ bytes: new Uint8Array(99) }]));
  let good = 0;
  fuzz(
    20_000,
    (random) => ({ bytes: mutate(random, random.pick(files)) }),
    (bytes) => {
      attempt(bytes, () => {
        for (const { bytes: packet, linkType } of parseCapture(bytes)) {
          assertEquals(packet.buffer, bytes.buffer);
          decodePacket(packet, linkType);
        }
        good++;
      });
    },
  );
  assert(good > fuzzTurns(1000), `${good}`);
});

Deno.test("short files that start like a capture are parsed or throw WireError", () => {
  const magics = [
    ...["d4c3b2a1", "a1b2c3d4", "4d3cb2a1", "34cdb2a1", "a1b2cd34"],
    "0a0d0d0a",
  ];
  fuzz(4000, (random) => {
    const bytes = random.bytes(4 + random.below(37));
    bytes.set(Uint8Array.fromHex(random.pick(magics)));
    return { bytes };
  }, (bytes) => attempt(bytes, () => parseCapture(bytes)));
});
