import type { HeaderContext } from "../../../show/header_box.ts";
import { counted } from "../../../show/counted.ts";
import { TCP_FLAG_NAMES, type TcpFlags } from "../../../wire/tcp/flags.ts";
import type { TcpHeader } from "../../../wire/tcp/header.ts";
import {
  checksumField,
  field,
  type FieldContext,
  type HeaderField,
  type HeaderGrid,
  portFields,
  rowAt,
} from "./fields.ts";
import { optionRows } from "./option_fields.ts";

/**
 * Describes a TCP header (RFC 9293, section 3.1).
 *
 * @param header The header.
 * @param context Where it begins, and what its connection says about it.
 */
export function tcpGrid(
  header: TcpHeader,
  context: FieldContext & HeaderContext,
): HeaderGrid {
  const { flags, headerBytes } = header;
  const { start, checksum } = context;
  const rows = [
    rowAt(start, portFields(header.sourcePort, header.destinationPort)),
    rowAt(start + 4, [sequenceField(header, context)]),
    rowAt(start + 8, [acknowledgmentField(header, context)]),
    rowAt(start + 12, [
      field(
        4,
        "data offset",
        headerBytes / 4,
        `The header has ${headerBytes / 4} words of 4 bytes: ${headerBytes} ` +
          `bytes, ${headerBytes - 20} of them options.`,
      ),
      field(4, "reserved", header.reserved, "These bits mean nothing yet."),
      ...TCP_FLAG_NAMES.map((name) => flagField(name, flags[name])),
      windowField(header, context),
    ]),
    rowAt(start + 16, [
      checksumField(
        header.checksum,
        "the header, the data, and both IP addresses",
        checksum,
      ),
      field(
        16,
        "urgent pointer",
        header.urgentPointer,
        flags.urg
          ? "Where the urgent data ends, counted from the sequence number."
          : "It means nothing without URG.",
      ),
    ]),
    ...optionRows(header, start + 20),
  ];
  return { title: `TCP header, ${headerBytes} bytes`, kind: "tcp", rows };
}

function sequenceField(
  { sequence, flags }: TcpHeader,
  { relativeSequence }: HeaderContext,
): Omit<HeaderField, "bytes"> {
  const of = flags.syn ? "the SYN" : "the first byte of its data";
  const relative = relativeSequence === undefined
    ? ""
    : ` Counted from the sender's SYN, it's ${relativeSequence}.`;
  return field(
    32,
    "sequence number",
    withRelative(sequence, relativeSequence),
    `The number of ${of} in the sender's stream.${relative}`,
  );
}

function acknowledgmentField(
  { acknowledgment, flags }: TcpHeader,
  { relativeAcknowledgment }: HeaderContext,
): Omit<HeaderField, "bytes"> {
  if (!flags.ack) {
    return field(
      32,
      "acknowledgment number",
      acknowledgment,
      "It means nothing without ACK.",
    );
  }
  const before = relativeAcknowledgment === undefined
    ? ""
    : relativeAcknowledgment <= 1
    ? " So far, that's no data."
    : ` So ${counted(relativeAcknowledgment - 1, "byte")} arrived ` +
      "(a FIN counts as one).";
  return field(
    32,
    "acknowledgment number",
    withRelative(acknowledgment, relativeAcknowledgment),
    `The number of the next byte that the sender expects: everything before ` +
      `it has arrived.${before}`,
  );
}

function withRelative(number: number, relative?: number): string {
  return relative === undefined
    ? `${number}`
    : `${number}, relative ${relative}`;
}

const FLAGS: Record<keyof TcpFlags, string> = {
  cwr: "congestion window reduced: the sender has slowed down",
  ece: "ECN echo: a router on the way marked congestion",
  urg: "the urgent pointer means something",
  ack: "the acknowledgment number means something",
  psh: "push: hand the data to the program now",
  rst: "reset: the connection is over at once",
  syn: "synchronize: the sequence number is the first one of this direction",
  fin: "finish: the sender has no more data",
};

function flagField(
  name: keyof TcpFlags,
  isSet: boolean,
): Omit<HeaderField, "bytes"> {
  const meaning = `${name.toUpperCase()}, ${FLAGS[name]}. ` +
    (isSet ? "It's set." : "It isn't set.");
  return { ...field(1, name.toUpperCase(), isSet ? 1 : 0, meaning), isSet };
}

/**
 * Makes the field of the window. In a SYN, it's never scaled (RFC 7323, 2.2).
 */
function windowField(
  { window, flags }: TcpHeader,
  { windowShift }: HeaderContext,
): Omit<HeaderField, "bytes"> {
  const isScaled = !flags.syn && windowShift !== undefined && windowShift > 0;
  const bytes = window * (isScaled ? 2 ** windowShift : 1);
  return field(
    16,
    "window",
    isScaled ? `${window} × ${2 ** windowShift} = ${bytes}` : window,
    windowShift === undefined && !flags.syn
      ? "The sender's receive window. The handshake wasn't captured, so its " +
        "scale is unknown."
      : `The sender's receive window: it has room for ${bytes} more bytes.` +
        (isScaled ? " The handshake said what to multiply it by." : ""),
  );
}
