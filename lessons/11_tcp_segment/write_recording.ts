/** Writes captured packets into a module, for `readRecording`. */
import { encodePcap, LINK_TYPES, type Packet } from "../../lib/wire/mod.ts";

/** The most bytes to keep of a packet: its headers, and a few words of data. */
const KEPT_BYTES = 96;

/**
 * Writes `recording.ts` next to the module that calls it.
 *
 * @param packets The packets to record, captured on Linux.
 * @param caller The calling module's `import.meta.url`.
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
 * This lesson's packets, recorded for machines that can't capture.
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
