/** Keeps captured packets in a module, for `readRecording`. */
import { encodePcap, LINK_TYPES, type Packet } from "../../lib/wire/mod.ts";

/** Headers, and no more data than a few words have. */
const KEPT_BYTES = 96;

/**
 * Writes `recording.ts` beside the module that calls it.
 *
 * @param packets What to keep, captured on Linux.
 * @param caller Its `import.meta.url`.
 */
export async function writeRecording(
  packets: Packet[],
  caller: string,
): Promise<void> {
  const file = encodePcap(
    packets.map(({ bytes, time, originalLength }) => ({
      bytes: bytes.slice(0, KEPT_BYTES),
      time: time!,
      originalLength,
    })),
    { linkType: LINK_TYPES.ETHERNET, nanoseconds: true },
  );
  const lines = file.toBase64().match(/.{1,76}/g)!;
  const { os, arch } = Deno.build;
  const day = new Date().toISOString().slice(0, 10);
  const text = `/**
 * What this lesson sends, for where nothing can be captured: a capture file.
 *
 * It was made by \`make_recording.ts\` on loopback, with tcpdump, by Deno
 * ${Deno.version.deno} on ${os} ${Deno.osRelease()} (${arch}), on ${day}.
 */
export const RECORDING = \`
${lines.join("\n")}
\`;
`;
  await Deno.writeTextFile(new URL("recording.ts", caller), text);
}
